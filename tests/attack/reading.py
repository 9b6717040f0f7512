"""Reading loot: which rows are about whom, which values could join them, which answers lie open."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Any

from tests.attack.cast import ATTRIBUTED, ITEMS
from tests.attack.holdings import Holdings, Known, Row, Table, Tables

KEY = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
LONG = 8
"""Letters or bytes that are no accident in two places."""
RELATIONSHIPS = ("self", "manager", "peer", "report", "stakeholder")
_ITEMS = frozenset(ITEMS)
EDITED = " (edited)"
"""What the desk of the world adds to some comments."""


def keys_in(text: str) -> list[str]:
    """Keys of rows in a text, as the database writes them."""
    return [found.replace("-", "") for found in KEY.findall(text)]


@cache
def opened(value: str | bytes) -> Any:
    """What a value holds, through the usual wrappings; None where that is nothing but itself."""
    raw = value.encode() if isinstance(value, str) else value
    with suppress(ValueError):
        raw = base64.b64decode(raw, validate=True) if len(raw) > 40 and raw[:1] not in b"{[" else raw
    with suppress(zlib.error):
        raw = zlib.decompress(raw) if raw[:1] not in b"{[" else raw
    if raw[:1] in b"{[" and raw:
        with suppress(ValueError):
            return json.loads(raw)
    return None


@cache
def atoms(columns: tuple[str, ...], row: Row) -> tuple[tuple[str, Any], ...]:
    """Every single value of a row with its path; of documents the leaves."""
    found: list[tuple[str, Any]] = []
    for name, value in zip(columns, row, strict=True):
        inside = opened(value) if isinstance(value, str | bytes) and value else None
        found += [(name, value)] if inside is None else _leaves(name, inside)
    return tuple(found)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(f"{path}.{key}", one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(f"{path}[]", one)
    else:
        yield path, value


@dataclass(frozen=True)
class Line:
    """A row about one ratee of which nothing says who wrote it."""

    table: str
    key: str
    participant: str
    relationship: str
    columns: tuple[str, ...]
    row: Row

    @property
    def atoms(self) -> tuple[tuple[str, Any], ...]:
        """Its values."""
        return atoms(self.columns, self.row)


def lines(tables: Tables, known: Known) -> list[Line]:
    """Rows by ratee, of tables that name no rater and no assignment."""
    found = []
    people = known.assignments.keys() | known.raters.keys()
    for table in tables.values():
        named = {value for row in table.rows for value in row if isinstance(value, str)}
        if named & people:
            continue
        for row in table.rows:
            about = [value for value in row if value in known.participants]
            if about:
                group = next((v for v in row if v in RELATIONSHIPS), "")
                found.append(Line(table.name, table.key(row), about[0], group, table.columns, row))
    return found


@dataclass(frozen=True)
class Open:
    """Answers that lie open: in which row, about whom, by whom where the row says so."""

    key: str
    participant: str
    relationship: str
    owner: str
    answers: tuple[tuple[str, int | None], ...]


def open_sheets(tables: Tables, known: Known) -> list[Open]:
    """Every readable set of answers in any table."""
    found = []
    for table in tables.values():
        for row in table.rows:
            for value in row:
                if isinstance(value, str | bytes) and len(value) > LONG:
                    found += [_open(table, row, known, one) for one in _answers(opened(value))]
    return found


def _answers(value: Any) -> Iterator[dict[str, int | None]]:
    if isinstance(value, list) and value and all(isinstance(o, list) and len(o) == 2 for o in value):
        value = {str(name): one for name, one in value}
    if isinstance(value, dict):
        own = {name: _rating(one) for name, one in value.items() if name in _ITEMS}
        if own:
            yield own
        for one in value.values():
            yield from _answers(one) if isinstance(one, dict | list) else ()
    elif isinstance(value, list):
        for one in value:
            yield from _answers(one) if isinstance(one, dict | list) else ()


def _rating(value: Any) -> int | None:
    return int(value) if str(value).isdigit() else None


def _open(table: Table, row: Row, known: Known, answers: Mapping[str, int | None]) -> Open:
    texts = [key for value in row if isinstance(value, str) and len(value) < 600 for key in keys_in(value)]
    about = next((one for one in texts if one in known.participants), "")
    owner = next((one for one in texts if one in known.assignments), "")
    group = next((value for value in row if value in RELATIONSHIPS), "")
    return Open(table.key(row), about, group, owner, tuple(sorted(answers.items())))


@dataclass(frozen=True)
class Remark:
    """A comment on the review desk; ``key`` is of its row, ``ratee`` a name."""

    key: str
    ratee: str
    text: str


def on_desk(page: str) -> list[Remark]:
    """Comments of the review desk's page."""
    found = []
    for card in page.split("<form ")[1:]:
        key = re.search(r'action="/results/comments/([\w-]{36})/"', card)
        name = re.search(r"<b>([^<]+)</b>", card)
        text = re.search(r"<textarea[^>]*>\s*([^<]*)</textarea>", card)
        if key and name and text:
            said = unescape(text[1]).removesuffix(EDITED)
            found.append(Remark(key[1], name[1].lower(), said))
    return found


def remarks(holdings: Holdings, stage: str) -> dict[str, set[str]]:
    """Comments by ratee that a stage's desk or exports show, or its rows hold readably."""
    names = {name: key for key, name in holdings.known.participants.items()}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for page in holdings.pages_of(stage):
        if "/comments/" in page.url:
            for one in on_desk(page.text):
                found[names[one.ratee]].add(one.text)
        elif page.url.endswith(".json"):
            texts = (one["text"].removesuffix(EDITED) for one in json.loads(page.text)["comments"])
            found[keys_in(page.url)[0]].update(texts)
    return found


def candidates(known: Known, stage: str) -> dict[str, list[str]]:
    """By ratee the anonymous assignments handed in, in the order they were."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in known.submitted(stage):
        _, about, relationship = known.assignments[one]
        if relationship not in ATTRIBUTED:
            found[about].append(one)
    return found


def of_group(known: Known, among: Iterable[str], relationship: str) -> list[str]:
    """Those of a group, where it is known; else all."""
    return [one for one in among if not relationship or known.assignments[one][2] == relationship]


def by_rater(known: Known, stage: str) -> dict[str, dict[str, str]]:
    """By rater what they handed in: participant to assignment."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for one in known.submitted(stage):
        rater, about, _ = known.assignments[one]
        found[rater][about] = one
    return found


def tables_at(holdings: Holdings, stage: str) -> Tables:
    """The tables of a stage."""
    return holdings.snapshots[stage].tables

"""What a page or file tells of what people own: names, dates, states, figures, comments, answers.

Words, layout and order are no facts. A word for a state counts where it stands in a row with something owned,
and is looked up in today's list of words, so that a better word is no difference.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from html.parser import HTMLParser
from typing import Any

from django.utils import formats, translation
from tests.web.upgrade.loading import records

from leadline.errors import LANGUAGES, Language, has_words, words
from leadline.frameworks import load_framework

FRAMEWORK = "technical-leadership@1.0.0"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNREAD = {"script", "style", "svg", "head"}
ROWS = {"tr", "li", "dd", "blockquote", "form"}
ROW_CLASSES = {"list-group-item", "contest-answer", "card-body"}
FIGURES = {"headline", "facts"}
"""Classes of what holds figures, besides the rows of tables."""
MACHINERY = (
    "csrfmiddlewaretoken",
    "kept-for",
    "form-page",
    "form-since",
    "form-count",
    "form-revision",
    "next",
    "q",
)
OWNED = {
    "accounts.Organisation": ("name",),
    "accounts.User": ("name", "email"),
    "accounts.Invitation": ("name", "email"),
    "people.Team": ("name",),
    "people.Person": ("name", "email", "role"),
    "people.Import": ("file_name",),
    "people.PersonChange": ("before", "after"),
    "catalogue.OwnFramework": ("title_en", "title_zh"),
    "cycles.Cycle": ("title",),
    "cycles.Stakeholder": ("name", "email"),
    "results.Comment": ("text", "original"),
    "results.Contest": ("text", "answer"),
    "results.Release": ("decision", "reason"),
}
WRITTEN = ("rating.Submission", "rating.Draft")
DATES = {
    "cycles.Cycle": ("opens", "nominate_until", "closes", "appeal_until"),
    "cycles.Assignment": ("due",),
    "people.Person": ("started", "left"),
    "results.Contest": ("time",),
    "catalogue.OwnFramework": ("published",),
}
STATES = {
    "web.cycles.states": (
        "draft",
        "nominating",
        "running",
        "scoring",
        "review",
        "released",
        "sealed",
        "cancelled",
    ),
    "web.cycles.panel_states": ("proposed", "approved", "declined"),
    "web.cycles.relationships": ("self", "manager", "peer", "report", "stakeholder"),
    "web.results.given": ("no", "yes", "read"),
    "web.rating.state": ("done", "new"),
    "web.accounts.roles": ("operator", "analytics", "coach", "analyst", "auditor"),
}


@cache
def owned() -> frozenset[str]:
    """Every text of the database that a person gave or may see, in one line each."""
    found = {
        str(record[name]) for label, names in OWNED.items() for record in records(label) for name in names
    }
    found |= {text for label in WRITTEN for record in records(label) for text in record["comments"].values()}
    return frozenset(" ".join(text.split()) for text in found if text and not text.isdecimal())


@cache
def needles(language: Language) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """A pattern of everything looked for, longest first, and what each means."""
    framework = load_framework(FRAMEWORK)
    meant = {one.title[language]: f"<{one.id}>" for one in (*framework.factors, *framework.competencies)}
    meant |= {text: text for text in owned()}
    told = {
        str(r[name])[:10]
        for label, names in DATES.items()
        for r in records(label)
        for name in names
        if r[name]
    }
    with translation.override("zh-hans" if language == "zh" else "en"):
        meant |= {formats.date_format(date.fromisoformat(day), "DATE_FORMAT"): day for day in told}
    keys = [f"{group}.{name}" for group, names in STATES.items() for name in names]
    meant |= {words(key, language): f"<{key}>" for key in keys if has_words(key, language)}
    either = "|".join(re.escape(text) for text in sorted(meant, key=len, reverse=True))
    return re.compile(rf"(?<![A-Za-z0-9])(?:{either})(?![A-Za-z0-9])"), meant


NUMBER = re.compile(r"[+−-]?\d+(?:[.,]\d+)*")


class _Page(HTMLParser):
    """Rows of text, the text as a whole, and the fields of forms."""

    def __init__(self) -> None:
        super().__init__()
        self.language: Language = "en"
        self.open: list[tuple[str, str]] = []
        self.within: list[tuple[str, list[str]]] = []
        self.rows: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.fields: dict[str, list[str]] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html" and given.get("lang", "").startswith("zh"):
            self.language = "zh"
        self._field(tag, given)
        if tag in VOID:
            return
        kind = _kind(tag, set(given.get("class", "").split()))
        self.open.append((tag, kind))
        if kind:
            self.within.append((kind, []))

    def handle_endtag(self, tag: str) -> None:
        while self.open and tag in [name for name, _ in self.open]:
            name, kind = self.open.pop()
            if kind:
                self.rows.append((kind, _line(self.within.pop()[1])))
            if name == tag:
                break
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area][-1] += data.replace("\r\n", "\n")
        if UNREAD.isdisjoint(name for name, _ in self.open):
            self.text.append(data)
            for _, row in self.within:
                row.append(data)

    def _field(self, tag: str, given: Mapping[str, str]) -> None:
        name = given.get("name", "")
        if tag == "option" and self._select and "selected" in given:
            self.fields.setdefault(self._select, []).append(given.get("value", ""))
        if not name or name in MACHINERY:
            return
        if tag == "textarea":
            self._area = name
            self.fields.setdefault(name, []).append("")
        elif tag == "select":
            self._select = name
        elif tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.fields.setdefault(name, []).append(given.get("value", ""))


def _line(parts: Iterable[str]) -> str:
    return " ".join(" ".join(parts).split())


def _kind(tag: str, classes: set[str]) -> str:
    """``figures`` where numbers are figures, ``row`` where something stands together, or nothing."""
    if tag == "tr" or classes & FIGURES:
        return "figures"
    return "row" if tag in ROWS or classes & ROW_CLASSES else ""


def of_page(html: str, *, figures: bool) -> dict[str, Any]:
    """Facts of a page, JSON-ready.

    ``rows``: what stands together, with its numbers where these are ``figures``. ``values``: what is on the
    page at all. ``fields``: what forms hold.
    """
    page = _Page()
    page.feed(html)
    page.close()
    pattern, meant = needles(page.language)
    values = {meant[found] for found in pattern.findall(_line(page.text))}
    rows = [_row(text, pattern, meant, figures=figures and kind == "figures") for kind, text in page.rows]
    return {
        "rows": sorted(row for row in rows if row),
        "values": sorted(value for value in values if not value.startswith("<")),
        "fields": {name: sorted(one.strip("\n") for one in given) for name, given in page.fields.items()},
    }


def _row(text: str, pattern: re.Pattern[str], meant: Mapping[str, str], *, figures: bool) -> list[str]:
    """What is owned, once each, and numbers; nothing where there is neither."""
    found = {meant[one] for one in pattern.findall(text)}
    numbers = NUMBER.findall(pattern.sub(" ", text)) if figures else []
    is_owned = any(not one.startswith("<") for one in found)
    return sorted([*found, *numbers]) if is_owned or numbers else []


def of_file(content: bytes, kind: str) -> Any:
    """Facts of an export: what a JSON document says, or the cells of a table without its heading."""
    if kind == "json":
        return json.loads(content)
    meant = _cells()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]
    return [[meant.get(cell, cell) for cell in row] for row in rows]


@cache
def _cells() -> Mapping[str, str]:
    """What a cell means that holds a word of ours, in either language."""
    actions = {record["action"].partition(".") for record in records("accounts.AuditRecord")}
    keys = [f"{group}.{name}" for group, names in STATES.items() for name in names]
    keys += [f"web.results.kinds.{name}" for name in ("overall", "factor", "competency", "comment")]
    keys += [f"web.{app}.audit.{action}" for app, _, action in sorted(actions)]
    return {
        words(key, language): f"<{key}>" for language in LANGUAGES for key in keys if has_words(key, language)
    }


def without(rows: Iterable[Iterable[str]], others: Iterable[Iterable[str]]) -> Iterator[list[str]]:
    """Rows that are in no other row: each of the others stands for one."""
    rest = [Counter(other) for other in others]
    for row in sorted((list(row) for row in rows), key=len, reverse=True):
        wanted = Counter(row)
        fitting = [other for other in rest if wanted <= other]
        if fitting:
            rest.remove(min(fitting, key=Counter.total))
        else:
            yield row

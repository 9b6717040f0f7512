"""Opening what is encrypted until sealing: pages and the scorer get rows with plain values, in memory alone.

After sealing the same rows hold plain columns, so whoever asks here need not know which it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from leadline.web.cycles import keys
from leadline.web.cycles.keys import Key
from leadline.web.results.models import Comment, Result, Run

NOTHING: Mapping[str, Any] = {"figures": [], "raters": []}
BRIEF = ("run", "participant", "brief")
"""Columns of a result that :func:`brief` needs."""
SAID = ("text", "original", "group", "competency")
"""Of a comment."""


def result(row: Result, key: Key | None = None) -> Result:
    """A result whose ``figures`` can be read; it must not be saved."""
    if row.hidden:
        row.figures = (key or keys.of(row.run.cycle_id)).decrypt(row.hidden, *about_result(row))
    return row


def run(row: Run) -> Run:
    """A run whose ``tables`` can be read; it must not be saved."""
    if row.hidden:
        row.tables = keys.of(row.cycle_id).decrypt(row.hidden, "run", row.pk)
    return row


def sets(row: Result, key: Key) -> dict[str, Any]:
    """Of which answer sheets a result's figures were made."""
    about = ("sets", row.run_id, row.participant_id)
    found: dict[str, Any] = key.decrypt(row.sets, *about) if row.sets else dict(NOTHING)
    return found


def brief(row: Mapping[str, Any], key: Key) -> dict[str, Any]:
    """What lists show of a result, from its columns ``brief``, ``run`` and ``participant``."""
    found: dict[str, Any] = key.decrypt(row["brief"], "brief", row["run"], row["participant"])
    return found


def comments(rows: Iterable[Comment]) -> list[Comment]:
    """Comments of one cycle of which all can be read; they must not be saved."""
    found = list(rows)
    key = next((keys.of(one.participant.cycle_id) for one in found if one.hidden), None)
    for one in found:
        if key and one.hidden:
            for name, value in key.decrypt(one.hidden, *about_comment(one)).items():
                setattr(one, name, value)
    return found


def sealed_comment(row: Comment, said: Mapping[str, str], key: Key) -> bytes:
    """What is said of a comment, by all names of :data:`SAID`, as a document that only the key opens."""
    return key.encrypt({name: said[name] for name in SAID}, *about_comment(row))


def about_result(row: Result) -> tuple[object, ...]:
    """What a result's document is authenticated with."""
    return ("result", row.run_id, row.participant_id)


def about_comment(row: Comment) -> tuple[object, ...]:
    """What a comment's document is authenticated with."""
    return ("comment", row.pk, row.participant_id)

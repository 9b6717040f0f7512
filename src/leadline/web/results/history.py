"""The disclosure engine's memory, as it is kept with each result, and how a sheet is named in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from leadline.web.results.disclosure import Figure, Rater, Rules, Shown


def person_of(participant: UUID, pseudonym: str) -> str:
    """A rater on one ratee: the same in every run, and another one on every other ratee."""
    return hashlib.sha256(f"{participant}:{pseudonym}".encode()).hexdigest()[:16]


def mark_of(answers: Mapping[str, object], comments: Mapping[str, object]) -> str:
    """What changes when anything on a sheet does."""
    text = json.dumps([answers, comments], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def plain(shown: Shown, rules: Rules) -> dict[str, Any]:
    """JSON-ready; of the items only the competencies they belong to, which is all that is asked for later."""
    rated = {
        rater: [c for c, items in rules.items.items() if not rater.items.isdisjoint(items)]
        for rater in shown.raters
    }
    return {
        "figures": [[one.name, sorted(one.groups), list(one.competencies)] for one in shown.figures],
        "raters": [[one.person, one.mark, one.group, rated[one]] for one in shown.raters],
    }


def read(kept: Mapping[str, Any], rules: Rules) -> Shown:
    """The other way."""
    return Shown(
        tuple(Figure(name, frozenset(groups), tuple(parts)) for name, groups, parts in kept["figures"]),
        tuple(
            Rater(person, mark, group, frozenset(_items(rated, rules)))
            for person, mark, group, rated in kept["raters"]
        ),
    )


def _items(competencies: Iterable[str], rules: Rules) -> Iterable[str]:
    for competency in competencies:
        yield from rules.items[competency]

"""The disclosure engine's memory, as it is kept with each result, and how a sheet is named in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from leadline.web.cycles.keys import Key
from leadline.web.results.disclosure import Figure, Rater, Rules, Shown


def mark_of(answers: Mapping[str, object], comments: Mapping[str, object], key: Key) -> str:
    """What changes when anything on a sheet does."""
    return key.digest(json.dumps([answers, comments], sort_keys=True, ensure_ascii=False))[:12]


def plain(shown: Shown, rules: Rules) -> dict[str, Any]:
    """JSON-ready; of the items only the competencies they belong to, which is all that is asked for later."""
    return {
        "figures": [[one.name, sorted(one.groups), list(one.competencies)] for one in shown.figures],
        "raters": [[one.person, one.mark, one.group, list(rules.rated(one.items))] for one in shown.raters],
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


Fits = Callable[[Shown, Sequence[Shown], Rules], bool]


def joins(new: Mapping[str, Any], seen: Iterable[Mapping[str, Any]], rules: Rules, fits: Fits) -> bool:
    """Whether new figures may be shown to people who have seen earlier ones, each as it is kept.

    Figures that were seen before, made of the same answers, give nothing away a second time: most results
    of a re-run are of this kind, and are not even read.
    """
    others: list[Mapping[str, Any]] = []
    for one in seen:
        if one != new and one not in others:
            others.append(one)
    return not others or fits(read(new, rules), [read(one, rules) for one in others], rules)


def _items(competencies: Iterable[str], rules: Rules) -> Iterable[str]:
    for competency in competencies:
        yield from rules.items[competency]

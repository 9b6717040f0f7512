"""Figures on everybody together: means by construct and team, by the same engine, with ratees for raters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import NormalDist, fmean, stdev
from typing import Any

from leadline.web.results.disclosure import Figure, Rater, Rules, Shown, answered, counted_groups, parted
from leadline.web.results.isolation import isolated
from leadline.workflows import Framework

EVERYBODY = "everybody"
TEAM = "team:"
"""Stands before a team's name: a team may be called like a group of raters, of which some are attributed."""
DIGITS = 4


def rules_for(framework: Framework) -> Rules:
    """Teams need as many ratees as a ratee needs raters; any construct is its own item."""
    names = constructs(framework)
    items = {name: (name,) for name in names}
    return Rules({}, framework.disclosure.all, 1, items=items, competencies={})


def constructs(framework: Framework) -> tuple[str, ...]:
    """Everything a mean is taken of: ``overall``, ``factor:<id>``, ``competency:<id>``."""
    factors = (f"factor:{one.id}" for one in framework.factors)
    competencies = (one for f in framework.factors for one in framework.competencies_of(f.id))
    return ("overall", *factors, *(f"competency:{one.id}" for one in competencies))


def scores(sheet: Mapping[str, Any] | None) -> dict[str, float]:
    """The known scores of a ratee by construct."""
    if not sheet:
        return {}
    found = {"overall": sheet["overall"]}
    found |= {f"factor:{one}": value for one, value in sheet["factors"].items()}
    found |= {f"competency:{one}": value for one, value in sheet["competencies"].items()}
    return {name: value["score"] for name, value in found.items() if value}


def overview(
    people: Sequence[tuple[str, str, Mapping[str, Any] | None]], rules: Rules, level: float
) -> tuple[dict[str, Any], Shown]:
    """Means with intervals, of everybody and by team.

    Parameters
    ----------
    people : sequence of (key, team, sheet)
    rules : Rules
        Of :func:`rules_for`.
    level : float
        Of the intervals.

    Returns
    -------
    dict
        By construct and team (``everybody``, ``team:<name>``, ``colleagues`` for small ones together):
        ``mean``, ``lower``, ``upper`` (0-100) and ``n``.
    Shown
        Of whom each was made.
    """
    known = {key: scores(sheet) for key, _, sheet in people}
    ratees = [
        Rater(key, _mark(known[key]), f"{TEAM}{team}", frozenset(known[key])) for key, team, _ in people
    ]
    given, named = answered(ratees, rules), counted_groups(ratees, rules)
    teams = frozenset(one.group for one in ratees)
    found: dict[str, Any] = {}
    figures: list[Figure] = []
    z = NormalDist().inv_cdf((1 + level) / 2)
    for name in rules.items:
        if sum(name in known[one.person] for one in ratees) < rules.everybody:
            continue
        parts = {EVERYBODY: teams, **parted(ratees, name, rules, named)}
        own = [Figure(f"{name}:{label}", groups, (name,)) for label, groups in parts.items()]
        figures += own
        # The spread is everybody's: that of a few would tell more about them than their mean.
        z_spread = z * stdev(sorted(own[name] for own in known.values() if name in own))
        found[name] = {
            label: _mean([known[c.person][name] for c in figure.cells(given)], z_spread)
            for label, figure in zip(parts, own, strict=True)
        }
    return found, Shown(tuple(figures), tuple(ratees))


def fits_overview(new: Shown, seen: Sequence[Shown], rules: Rules) -> bool:
    """Whether the means of a run may be shown beside those that were seen."""
    least = {one.person: rules.everybody for shown in (new, *seen) for one in shown.raters}
    rows = [
        figure.cells(given)
        for shown in (new, *seen)
        for given in [answered(shown.raters, rules)]
        for figure in shown.figures
    ]
    return isolated(rows, least) is None


def _mark(known: Mapping[str, float]) -> str:
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:12]


def _mean(values: Sequence[float], z_spread: float) -> dict[str, float | int]:
    mean, margin = fmean(sorted(values)), z_spread / sqrt(len(values))
    return {
        "mean": round(mean, DIGITS),
        "lower": round(max(0.0, mean - margin), DIGITS),
        "upper": round(min(100.0, mean + margin), DIGITS),
        "n": len(values),
    }

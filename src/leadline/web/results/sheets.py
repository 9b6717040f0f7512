"""What was submitted on each ratee, as the disclosure engine and the group figures need it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from random import SystemRandom
from statistics import NormalDist, fmean
from typing import Any
from uuid import UUID

from leadline.web.catalogue.frameworks import load
from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Cycle
from leadline.web.rating.answers import sheets
from leadline.web.results.disclosure import Figure, Rater, Rules
from leadline.web.results.history import mark_of
from leadline.workflows import Framework, least_numbers

DIGITS = 4
_SHUFFLE = SystemRandom().shuffle


@dataclass
class Sheets:
    """All answer sheets on one ratee: the raters, what each said, who wrote comments, how many of a group."""

    raters: list[Rater] = field(default_factory=list)
    answers: dict[str, Mapping[str, int]] = field(default_factory=dict)
    writers: Counter[str] = field(default_factory=Counter)
    wrote: set[str] = field(default_factory=set)
    comments: list[tuple[str, str, str]] = field(default_factory=list)

    def views(self, items: Sequence[str]) -> dict[str, float]:
        """Each rater's mean rating of those items that they observed."""
        found = {}
        for person, answers in self.answers.items():
            values = [answers[item] for item in items if item in answers]
            if values:
                found[person] = sum(values) / len(values)
        return found


def framework_of(cycle: Cycle) -> Framework:
    """The cycle's framework with the cycle's least numbers, which may be higher than its own, never lower."""
    found = load(cycle.organisation, cycle.framework, cycle.profiles)
    own: Mapping[str, int] = cycle.thresholds
    return replace(
        found,
        disclosure=replace(
            found.disclosure,
            all=max(found.disclosure.all, own.get("all", 0)),
            comments=max(found.disclosure.comments, own.get("comments", 0)),
        ),
        relationships=tuple(
            replace(one, least=max(one.least, own.get(one.id, 0))) for one in found.relationships
        ),
    )


def rules_of(framework: Framework) -> Rules:
    """The disclosure engine's rules."""
    items = {c.id: tuple(i.id for i in framework.items_of(c.id)) for c in framework.competencies}
    return Rules(
        **vars(least_numbers(framework)),
        items={competency: parts for competency, parts in items.items() if parts},
        competencies={
            f.id: tuple(c.id for c in framework.competencies_of(f.id) if items[c.id])
            for f in framework.factors
        },
    )


def sheets_of(cycle: Cycle, key: Key, participants: Iterable[UUID], rules: Rules) -> dict[UUID, Sheets]:
    """Sheets by ratee; ratees nobody rated have empty ones.

    Raters come in the order of their pseudonyms, which are others on every ratee: so the same answers
    give the same figures, whatever order the rows are in. Comments come shuffled: one writer's are together
    in a row.
    """
    found = {one: Sheets() for one in participants}
    known = [item for items in rules.items.values() for item in items]
    alike: dict[frozenset[str], frozenset[str]] = {}
    for participant, sheet in sheets(cycle, key, found):
        own, group = found[participant], sheet.relationship
        if group in rules.uncounted:
            continue
        observed = {item: value for item in known if (value := sheet.answers.get(item)) is not None}
        items = frozenset(observed)
        mark = mark_of(sheet.answers, sheet.comments, key)
        own.raters.append(Rater(sheet.pseudonym[:16], mark, group, alike.setdefault(items, items)))
        own.answers[sheet.pseudonym[:16]] = observed
        said = [(group, where, text.strip()) for where, text in sheet.comments.items() if text.strip()]
        if said:
            own.comments += said
            own.writers[group] += 1
            own.wrote.add(sheet.pseudonym[:16])
    for own in found.values():
        own.raters.sort(key=lambda rater: rater.person)
        own.answers = dict(sorted(own.answers.items()))
        _SHUFFLE(own.comments)
    return found


def spread_of(framework: Framework, sheets: Iterable[Sheets], rules: Rules) -> dict[str, float]:
    """Spread of all raters of a cycle around the means of their ratees, 0-100, by competency."""
    squares: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for one in sheets:
        for competency, items in rules.items.items():
            views = one.views(items).values()
            if len(views) > 1:
                mean = fmean(views)
                squares[competency][0] += sum((view - mean) ** 2 for view in views)
                squares[competency][1] += len(views) - 1
    scale = 100 / (framework.scale.max - framework.scale.min)
    return {c: scale * sqrt(total / free) for c, (total, free) in squares.items()}


@dataclass(frozen=True)
class GroupFigures:
    """Groups' views of competencies on 0-100, each with its margin.

    The margin of a group's mean is ``z * spread / sqrt(n)``: the spread is that of the whole cycle, for that
    of three people would tell more about them than their mean.
    """

    framework: Framework
    spread: Mapping[str, float]

    def of(self, sheets: Sheets, figures: Sequence[Figure], rules: Rules) -> dict[str, dict[str, Any]]:
        """By competency and group: ``mean``, ``lower``, ``upper`` and ``n``; only the figures given."""
        found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        z = NormalDist().inv_cdf((1 + self.framework.level) / 2)
        low, width = self.framework.scale.min, self.framework.scale.max - self.framework.scale.min
        group_of = {rater.person: rater.group for rater in sheets.raters}
        for competency, parts in _by_competency(figures).items():
            views = sheets.views(rules.items[competency])
            for label, groups in parts:
                own = [view for person, view in views.items() if group_of[person] in groups]
                mean = 100 * (fmean(own) - low) / width
                margin = z * self.spread.get(competency, 0.0) / sqrt(len(own))
                found[competency][label] = {
                    "mean": round(mean, DIGITS),
                    "lower": round(max(0.0, mean - margin), DIGITS),
                    "upper": round(min(100.0, mean + margin), DIGITS),
                    "n": len(own),
                }
        return dict(found)


def _by_competency(figures: Iterable[Figure]) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """Labels and groups of the figures on groups."""
    found: defaultdict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for figure in figures:
        if figure.name.startswith("group:"):
            _, competency, label = figure.name.split(":")
            found[competency].append((label, figure.groups))
    return found

"""The disclosure engine: which figures on a ratee may be shown at all.

It is asked once, when a cycle is scored, and what it refuses is not even stored. So every page, export and
mail, having nothing else to draw on, shows the same, and a suppressed figure looks like one that never was.

A figure is shown when

1. it has its least number *on every item it is made of*: a group its own, everybody together ``all``;
2. its groups may be told apart (:mod:`leadline.scoring.disclosure`, which files ask as well): one that is too
   small, where raters are counted or on an item, is among ``colleagues``;
3. no sum or difference of any figures shown on the ratee, in this run and in every run that anybody has
   seen, sets fewer people apart than their least number (:mod:`leadline.web.results.isolation`). Where the
   figures of a new run and those seen before would, the ratee keeps those seen before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from leadline.web.results.isolation import Cell, isolated, sets_apart
from leadline.workflows import COLLEAGUES, Groups, LeastNumbers, merged_groups, named_counts

OVERALL = "overall"


@dataclass(frozen=True)
class Rules(LeastNumbers):
    """Least numbers, and what is made of what.

    Attributes
    ----------
    items : mapping of competency to tuple of str
    competencies : mapping of factor to tuple of str
    """

    items: Mapping[str, tuple[str, ...]] = field(kw_only=True)
    competencies: Mapping[str, tuple[str, ...]] = field(kw_only=True)
    _rated: dict[frozenset[str], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def rated(self, items: frozenset[str]) -> tuple[str, ...]:
        """Competencies of which something was answered; found once for all who answered the same."""
        if items not in self._rated:
            self._rated[items] = tuple(c for c, own in self.items.items() if not items.isdisjoint(own))
        return self._rated[items]


@dataclass(frozen=True)
class Rater:
    """An answer sheet on the ratee.

    Attributes
    ----------
    person : str
        The same for the same rater in every run; tells nothing else.
    mark : str
        The same only while nothing on the sheet has changed.
    group : str
    items : frozenset of str
        What was rated, and not "could not observe".
    """

    person: str
    mark: str
    group: str
    items: frozenset[str]


Answered = Mapping[str, Sequence[tuple[str, Cell]]]
"""By competency: the cells there are, each with its group."""


def answered(raters: Iterable[Rater], rules: Rules) -> Answered:
    """The cells of all raters."""
    found: dict[str, list[tuple[str, Cell]]] = {competency: [] for competency in rules.items}
    for rater in raters:
        for competency in rules.rated(rater.items):
            found[competency].append((rater.group, Cell(rater.person, rater.mark, competency)))
    return found


@dataclass(frozen=True)
class Figure:
    """A figure: its name, and the groups and competencies whose answers it is made of.

    Names are ``overall``, ``factor:<id>``, ``competency:<id>`` and ``group:<competency>:<group>``.
    """

    name: str
    groups: frozenset[str]
    competencies: tuple[str, ...]

    def cells(self, given: Answered) -> frozenset[Cell]:
        """The answers it is made of, of those given."""
        return frozenset(
            cell
            for competency in self.competencies
            for group, cell in given[competency]
            if group in self.groups
        )


@dataclass(frozen=True)
class Shown:
    """Figures somebody has seen, with the raters they were made from: one run's part of the history."""

    figures: tuple[Figure, ...]
    raters: tuple[Rater, ...]


def decide(raters: Sequence[Rater], rules: Rules, offered: Collection[str]) -> tuple[Figure, ...]:
    """What may be shown on a ratee of whom nothing was shown before.

    Parameters
    ----------
    raters : sequence of Rater
    rules : Rules
    offered : collection of str
        Names of the figures on everybody's answers together that there are: ``overall``, factors and
        competencies. Groups are found here.

    Returns
    -------
    tuple of Figure
        Most important first.
    """
    counted = [rater for rater in raters if rater.group not in rules.uncounted]
    everybody = frozenset(rater.group for rater in counted)
    given = answered(counted, rules)
    named = counted_groups(counted, rules)
    factors = {f"factor:{f}": parts for f, parts in rules.competencies.items()}
    whole = {OVERALL: tuple(rules.items), **factors}
    chosen = [Figure(name, everybody, parts) for name, parts in whole.items() if name in offered]
    enough = rules.together(everybody)
    chosen = [figure for figure in chosen if _n_people(figure.cells(given)) >= enough]
    for competency, items in rules.items.items():
        figure = Figure(f"competency:{competency}", everybody, (competency,))
        merged = merged_groups(_by_item(counted, items), rules, named)
        if figure.name in offered and merged:
            chosen.append(figure)
            chosen += [
                Figure(f"group:{competency}:{label}", groups, (competency,))
                for label, groups in _told_apart(merged).items()
            ]
    least = {rater.person: rules.of(rater.group) for rater in counted}
    return _without_isolation({figure: figure.cells(given) for figure in chosen}, least)


def fits(new: Shown, seen: Sequence[Shown], rules: Rules) -> bool:
    """Whether new figures may be shown to people who have seen earlier ones."""
    least = {r.person: rules.of(r.group) for one in (new, *seen) for r in one.raters}
    rows = [
        figure.cells(given)
        for one in (new, *seen)
        for given in [answered(one.raters, rules)]
        for figure in one.figures
    ]
    return isolated(rows, least) is None


def counted_groups(raters: Iterable[Rater], rules: Rules) -> dict[str, int]:
    """Raters by group, of those who rated anything: the numbers that files give as well."""
    return named_counts(Counter(rater.group for rater in raters if rater.items), rules)


def parted(raters: Sequence[Rater], competency: str, rules: Rules, named: Collection[str]) -> Groups:
    """Groups that may be told apart on a competency, the rest as ``colleagues``; empty when none may.

    Parameters
    ----------
    raters : sequence of Rater
    competency : str
    rules : Rules
    named : collection of str
        Of :func:`counted_groups`.
    """
    return _told_apart(merged_groups(_by_item(raters, rules.items[competency]), rules, named))


def _told_apart(merged: Groups) -> Groups:
    """Colleagues alone are everybody once more."""
    return {} if merged.keys() == {COLLEAGUES} else merged


def _by_item(raters: Sequence[Rater], items: Sequence[str]) -> list[Counter[str]]:
    """How many of each group answered each item."""
    return [Counter(rater.group for rater in raters if item in rater.items) for item in items]


def _n_people(cells: Iterable[Cell]) -> int:
    return len({cell.person for cell in cells})


def _without_isolation(
    cells: Mapping[Figure, frozenset[Cell]], least: Mapping[str, int]
) -> tuple[Figure, ...]:
    """Leave out the least important figures until nothing can be set apart: complementary suppression."""
    kept = list(cells)
    while few := isolated([cells[figure] for figure in kept], least):
        for figure in sorted(kept, key=lambda one: _n_people(cells[one])):
            rest = _without(kept, figure)
            if not sets_apart([cells[one] for one in rest], few):
                kept = rest
                break
        else:
            kept = _without(kept, kept[-1])
    return tuple(kept)


def _without(figures: Sequence[Figure], gone: Figure) -> list[Figure]:
    """The rest; the groups of a competency go with it."""
    parts = f"{gone.name.replace('competency:', 'group:')}:"
    return [one for one in figures if one != gone and not one.name.startswith(parts)]

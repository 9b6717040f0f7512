"""The disclosure engine: which figures on a ratee may be shown at all.

It is asked once, when a cycle is scored, and what it refuses is not even stored. So every page, export and
mail, having nothing else to draw on, shows the same, and a suppressed figure looks like one that never was.

A figure is shown when

1. it has its least number *on every item it is made of*: a group its own, everybody together ``all``;
2. a group below its number is merged with others into ``colleagues`` until the merged group reaches the
   greatest least number among its members; where that takes everybody, no group is told apart;
3. no sum or difference of any figures shown on the ratee, in this run and in every run that anybody has
   seen, sets fewer people apart than their least number (:mod:`leadline.web.results.isolation`). Where the
   figures of a new run and those seen before would, the ratee keeps those seen before.

Self and manager are attributed: their least number is 1, and the form says so before the first question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from leadline.web.results.isolation import Cell, isolated, sets_apart

SELF, MANAGER = "self", "manager"
COLLEAGUES = "colleagues"
ATTRIBUTED = (SELF, MANAGER)
OVERALL = "overall"


@dataclass(frozen=True)
class Rules:
    """Least numbers, and what is made of what.

    Attributes
    ----------
    least : mapping of group to int
    everybody : int
        For all raters together.
    comments : int
        Writers behind a group's comments.
    items : mapping of competency to tuple of str
    competencies : mapping of factor to tuple of str
    uncounted : frozenset of str
        Groups that enter no figure, as self-ratings.
    """

    least: Mapping[str, int]
    everybody: int
    comments: int
    items: Mapping[str, tuple[str, ...]]
    competencies: Mapping[str, tuple[str, ...]]
    uncounted: frozenset[str] = frozenset({SELF})
    _rated: dict[frozenset[str], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def of(self, group: str) -> int:
        """Least number of a group."""
        return 1 if group in ATTRIBUTED else self.least.get(group, self.everybody)

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
    factors = {f"factor:{f}": parts for f, parts in rules.competencies.items()}
    whole = {OVERALL: tuple(rules.items), **factors}
    chosen = [Figure(name, everybody, parts) for name, parts in whole.items() if name in offered]
    chosen = [figure for figure in chosen if _n_people(figure.cells(given)) >= rules.everybody]
    for competency, items in rules.items.items():
        figure = Figure(f"competency:{competency}", everybody, (competency,))
        rated = _by_item(counted, items)
        if figure.name in offered and _on_each(rated, everybody) >= rules.everybody:
            chosen.append(figure)
            chosen += [
                Figure(f"group:{competency}:{label}", groups, (competency,))
                for label, groups in _parted(rated, rules).items()
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


def parted(raters: Sequence[Rater], competency: str, rules: Rules) -> dict[str, frozenset[str]]:
    """Groups that may be told apart on a competency, the rest as ``colleagues``; empty when none may.

    Anonymous groups are merged before attributed ones, small ones first.
    """
    return _parted(_by_item(raters, rules.items[competency]), rules)


def _parted(rated: Sequence[Counter[str]], rules: Rules) -> dict[str, frozenset[str]]:
    sizes = {group: _on_each(rated, {group}) for group in set().union(*rated)}
    named = {group: n for group, n in sizes.items() if n}
    together = {group for group, n in named.items() if n < rules.of(group)}
    rest = sorted(named.keys() - together, key=lambda g: (g not in ATTRIBUTED, -named[g], g))
    while together and _on_each(rated, together) < max(map(rules.of, together)):
        if not rest:
            return {}
        together.add(rest.pop())
    if together == named.keys():
        return {}
    parts = {group: frozenset({group}) for group in sorted(named.keys() - together)}
    return {**parts, COLLEAGUES: frozenset(together)} if together else parts


def named_counts(counts: Mapping[str, int], rules: Rules) -> dict[str, int]:
    """Raters by group, groups below their number together as ``colleagues``; empty when all are too few.

    Examples
    --------
    >>> named_counts({"manager": 1, "peer": 4, "report": 2}, Rules({"peer": 3, "report": 3}, 4, 5, {}, {}))
    {'colleagues': 6, 'manager': 1}
    """
    named = {group: n for group, n in counts.items() if n and group not in rules.uncounted}
    if sum(named.values()) < rules.everybody:
        return {}
    together = {group for group, n in named.items() if n < rules.of(group)}
    rest = sorted(named.keys() - together, key=lambda g: (g not in ATTRIBUTED, -named[g], g))
    while together and rest and sum(named[g] for g in together) < max(map(rules.of, together)):
        together.add(rest.pop())
    merged = {COLLEAGUES: sum(named[g] for g in together)} if together else {}
    return merged | {group: named[group] for group in sorted(named.keys() - together)}


def comment_groups(writers: Mapping[str, int], rules: Rules) -> dict[str, str]:
    """Under which group the comments of each group may be shown; groups left out may not be shown.

    Parameters
    ----------
    writers : mapping of group to int
        People who wrote something.

    Returns
    -------
    mapping of group to str
        To itself, or to ``colleagues``.

    Examples
    --------
    >>> rules = Rules({}, 4, 5, {}, {})
    >>> comment_groups({"peer": 5, "report": 2}, rules)
    {'peer': 'peer'}
    >>> comment_groups({"peer": 3, "report": 2}, rules)
    {'peer': 'colleagues', 'report': 'colleagues'}
    """
    named = {group: n for group, n in sorted(writers.items()) if n and group not in rules.uncounted}
    own = {g: g for g, n in named.items() if g in ATTRIBUTED or n >= rules.comments}
    small = {g: COLLEAGUES for g in named if g not in own}
    return {**own, **small} if sum(named[g] for g in small) >= rules.comments else own


def _by_item(raters: Sequence[Rater], items: Sequence[str]) -> list[Counter[str]]:
    """How many of each group answered each item."""
    return [Counter(rater.group for rater in raters if item in rater.items) for item in items]


def _on_each(rated: Sequence[Counter[str]], groups: Collection[str]) -> int:
    """Raters of some groups behind the item that fewest of them answered, of those that anybody did."""
    counts = (sum(one[group] for group in groups) for one in rated)
    return min((n for n in counts if n), default=0)


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

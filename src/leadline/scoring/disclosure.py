"""Who may be told apart: groups of raters, their least numbers, and the merging of groups that are too small.

The one place where this is decided, for files and for the web. Two places once broke a tie between two
groups differently: each merged a small group with another one of the two, and both together, each safe by
itself, gave the small group away by subtraction.

No engine is imported here: the server of the web application asks, too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from leadline.frameworks import Framework

SELF, MANAGER = "self", "manager"
ATTRIBUTED = (SELF, MANAGER)
"""Relationships whose ratings carry a name from the first: they are no secret, and one of them is enough."""
COLLEAGUES = "colleagues"
"""What groups are together that are too small to be named; no relationship of a framework is called so."""

Groups = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class LeastNumbers:
    """How many raters it takes for anything to be shown of them.

    Attributes
    ----------
    least : mapping of group to int
        A group of no known number needs as many as everybody, or one if it is attributed.
    everybody : int
        For all raters together.
    comments : int
        Writers behind an anonymous group's comments.
    uncounted : frozenset of str
        Groups that enter no figure and are shown nowhere, as self-ratings.
    """

    least: Mapping[str, int]
    everybody: int
    comments: int
    uncounted: frozenset[str] = frozenset({SELF})

    def of(self, group: str) -> int:
        """Least number of a group."""
        return self.least.get(group, 1 if group in ATTRIBUTED else self.everybody)

    def together(self, groups: Collection[str]) -> int:
        """Least number of all raters together, who may all be of one group that needs more than everybody."""
        return max([self.everybody, *(self.of(group) for group in groups)])

    def counted(self, counts: Mapping[str, int]) -> dict[str, int]:
        """The groups there are of those that count."""
        return {group: n for group, n in counts.items() if n and group not in self.uncounted}


def least_numbers(framework: Framework) -> LeastNumbers:
    """Least numbers that a framework declares.

    Parameters
    ----------
    framework : Framework

    Returns
    -------
    LeastNumbers

    Examples
    --------
    >>> from leadline.frameworks import load_framework
    >>> found = least_numbers(load_framework("technical-leadership"))
    >>> found.of("manager"), found.of("peer"), found.everybody
    (1, 3, 4)
    """
    uncounted = (one.id for one in framework.relationships if not one.counts)
    return LeastNumbers(
        {one.id: one.least for one in framework.relationships},
        framework.disclosure.all,
        framework.disclosure.comments,
        frozenset({SELF, *uncounted}),
    )


def merged_groups(
    counts: Sequence[Mapping[str, int]], numbers: LeastNumbers, named: Collection[str] | None = None
) -> dict[str, frozenset[str]]:
    """Groups of raters that may be told apart, those that are too small together as ``colleagues``.

    A group below its least number is merged with others until the merged group reaches the greatest least
    number among its members: anonymous groups before attributed ones, small ones before large ones, and of
    equal ones the last by name. Nobody is left out, or nobody is shown.

    Parameters
    ----------
    counts : sequence of mapping of group to int
        Raters by group behind each item; numbers hold on each item that anybody answered. A single mapping
        where raters are counted, whatever they rated.
    numbers : LeastNumbers
    named : collection of str, optional
        Groups that are named where the same raters are counted: all others stay merged. What is shown in
        several places then never splits what is merged in one of them.

    Returns
    -------
    dict of str to frozenset of str
        By label, a group's own or ``colleagues``, the groups it stands for. Empty where all raters together
        are fewer than may be shown.

    Examples
    --------
    >>> numbers = LeastNumbers({"peer": 3, "report": 3}, 4, 5)
    >>> found = merged_groups([{"manager": 1, "peer": 4, "report": 2}], numbers)
    >>> {label: sorted(groups) for label, groups in found.items()}
    {'manager': ['manager'], 'colleagues': ['peer', 'report']}
    >>> merged_groups([{"manager": 1, "peer": 4}, {"manager": 1, "peer": 2}], numbers)
    {}
    """
    there = {group for one in counts for group in numbers.counted(one)}
    sizes = {group: _behind(counts, {group}) for group in there}
    if _behind(counts, there) < numbers.together(there):
        return {}
    together = {g for g in there if sizes[g] < numbers.of(g) or (named is not None and g not in named)}
    rest = sorted(there - together, key=lambda group: (group not in ATTRIBUTED, -sizes[group], group))
    while together and _behind(counts, together) < max(map(numbers.of, together)):
        together.add(rest.pop())
    found = {group: frozenset({group}) for group in sorted(there - together)}
    return {**found, COLLEAGUES: frozenset(together)} if together else found


def named_counts(counts: Mapping[str, int], numbers: LeastNumbers) -> dict[str, int]:
    """Raters by group as they may be shown, groups that are too small together as ``colleagues``.

    Parameters
    ----------
    counts : mapping of group to int
    numbers : LeastNumbers

    Returns
    -------
    dict of str to int
        Empty where all raters together are fewer than may be shown.

    Examples
    --------
    >>> numbers = LeastNumbers({"peer": 3, "report": 3, "stakeholder": 3}, 4, 5)
    >>> named_counts({"manager": 1, "peer": 4, "report": 2, "stakeholder": 1}, numbers)
    {'manager': 1, 'peer': 4, 'colleagues': 3}
    >>> named_counts({"manager": 1, "peer": 2}, numbers)
    {}
    """
    found = merged_groups([counts], numbers)
    return {label: sum(counts[group] for group in groups) for label, groups in found.items()}


def comment_groups(
    writers: Mapping[str, int], numbers: LeastNumbers, named: Collection[str]
) -> dict[str, str]:
    """Under which group the comments of each group may be shown.

    Comments are read one by one, so that those of attributed groups protect nobody: they stay under their
    own name, and anonymous groups are merged among themselves.

    Parameters
    ----------
    writers : mapping of group to int
        People who wrote something.
    numbers : LeastNumbers
    named : collection of str
        Labels under which raters are counted; the comments of groups not among them are among ``colleagues``.
        Where there are none, all raters together are too few, and so no anonymous comment is shown.

    Returns
    -------
    dict of str to str
        To itself, or to ``colleagues``; groups left out may not be shown.

    Examples
    --------
    >>> numbers = LeastNumbers({"peer": 3, "report": 3}, 4, 5)
    >>> comment_groups({"manager": 1, "peer": 5, "report": 2}, numbers, ["manager", "peer", "report"])
    {'manager': 'manager', 'peer': 'colleagues', 'report': 'colleagues'}
    >>> comment_groups({"manager": 1, "peer": 4}, numbers, ["manager", "peer"])
    {'manager': 'manager'}
    """
    there = numbers.counted(writers)
    anonymous = {group: n for group, n in there.items() if group not in ATTRIBUTED}
    least = {group: max(numbers.of(group), numbers.comments) for group in anonymous}
    alike = replace(numbers, least=least, everybody=numbers.comments)
    found = merged_groups([anonymous], alike, named) if named else {}
    own = {group: group for group in there if group in ATTRIBUTED}
    return own | {group: label for label, groups in found.items() for group in sorted(groups)}


def _behind(counts: Sequence[Mapping[str, int]], groups: Collection[str]) -> int:
    """Raters of some groups behind the item that fewest of them answered, of those that anybody did."""
    behind = (sum(one.get(group, 0) for group in groups) for one in counts)
    return min((n for n in behind if n), default=0)

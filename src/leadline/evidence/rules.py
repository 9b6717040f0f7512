"""What a framework allows, reduced to what the checks ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from leadline.evidence.tables import RELATIONSHIPS
from leadline.frameworks import ExamItem, Framework


@dataclass(frozen=True)
class Rules:
    """What may stand in the tables.

    Attributes
    ----------
    name : str
        Framework and version; empty without a framework, and then ids of items are free.
    scale : tuple of int, optional
        Lowest and highest rating.
    items, outcomes : mappings and sets of known ids; None where any id will do
    exam : mapping of exam item id to item; None where any id will do
    relationships : tuple of str
    needs_target : frozenset of str, optional
        Outcome items whose rule uses target and baseline; None for all.
    """

    name: str = ""
    scale: tuple[int, int] | None = None
    items: frozenset[str] | None = None
    exam: Mapping[str, ExamItem] | None = None
    outcomes: frozenset[str] | None = None
    needs_target: frozenset[str] | None = None
    relationships: tuple[str, ...] = RELATIONSHIPS

    @classmethod
    def of(cls, framework: Framework | None) -> Rules:
        """Rules of a framework; without one, only those that hold for every framework.

        Examples
        --------
        >>> Rules.of(None).relationships
        ('self', 'manager', 'peer', 'report', 'stakeholder')
        """
        if framework is None:
            return cls()
        declared = (group.id for group in framework.relationships)
        return cls(
            name=f"{framework.id} {framework.version}",
            scale=(framework.scale.min, framework.scale.max),
            items=frozenset(item.id for item in framework.items),
            exam={item.id: item for item in framework.exam},
            outcomes=frozenset(item.id for item in framework.outcomes),
            needs_target=frozenset(item.id for item in framework.outcomes if item.rule == "attainment"),
            relationships=tuple(dict.fromkeys((*RELATIONSHIPS, *declared))),
        )


def alike(wanted: str, known: Iterable[str]) -> dict[str, object]:
    """Fields of a message that names the one known name spelt nearly like the one wanted, or none.

    Returns
    -------
    dict
        ``near``, and ``n``, which chooses the form of the words: 1 where there is a name, otherwise 0.

    Examples
    --------
    >>> alike("rating", ["Rating", "relationship"]), alike("ratee", ["x"])
    ({'near': 'Rating', 'n': 1}, {'near': '', 'n': 0})
    """
    by_spelling = {name.strip().lower(): name for name in sorted(known)}
    near = get_close_matches(wanted.strip().lower(), by_spelling, n=1)
    return {"near": by_spelling[near[0]] if near else "", "n": len(near)}


def nearest(wanted: str | None, known: Iterable[str], most: int = 3) -> str:
    """Known names spelt most like the one wanted, best first, as one list for a message.

    Examples
    --------
    >>> nearest("ratre", ["ratee", "rater", "item"], most=1)
    'rater'
    """
    return ", ".join(get_close_matches(wanted or "", sorted(known), n=most, cutoff=0.0)) or "—"

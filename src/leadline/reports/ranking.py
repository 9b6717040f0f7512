"""Who stands where, and whose order is open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.frameworks import Band
from leadline.reports.lens import Lens, Reading

MOST_PAIRED = 12


@dataclass(frozen=True)
class Place:
    """One row of the ranking."""

    row: int
    name: str
    team: str | None
    rank: float
    rank_lower: float
    rank_upper: float
    score: Reading
    p_best: float
    p_top: float
    band: Band | None
    partial: bool


def places(lens: Lens) -> tuple[Place, ...]:
    """Rows of the ranking, best first."""
    card = lens.card
    return tuple(
        Place(
            row=row,
            name=lens.name(row),
            team=card.measures.team[row],
            rank=float(card.rank[row]),
            rank_lower=float(card.rank_lower[row]),
            rank_upper=float(card.rank_upper[row]),
            score=lens.overall(row),
            p_best=float(card.p_best[row]),
            p_top=float(card.p_top[row]),
            band=lens.band(row),
            partial=bool(card.partial[row]),
        )
        for row in lens.order
    )


@dataclass(frozen=True)
class Pairing:
    """How sure the order of all pairs is."""

    told: int
    pairs: int
    level: float
    groups: tuple[tuple[int, ...], ...]
    people: tuple[str, ...]
    grid: tuple[tuple[float, ...], ...]


def pairing(lens: Lens) -> Pairing:
    """Pairs that can be told apart, groups that cannot, and the grid of the first few people.

    ``grid[a][b]`` is the probability that the a-th is ahead of the b-th.
    """
    card, order = lens.card, lens.order
    upper = card.p_greater[np.ix_(order, order)][np.triu_indices(len(order), k=1)]
    chances = upper[np.isfinite(upper)]
    told = int((np.maximum(chances, 1 - chances) >= card.level).sum())
    known = {card.ratees[row]: row for row in order}
    groups = (tuple(known[one] for one in group if one in known) for group in card.groups)
    first = order[:MOST_PAIRED]
    return Pairing(
        told=told,
        pairs=len(chances),
        level=float(card.level),
        groups=tuple(group for group in groups if len(group) > 1),
        people=tuple(lens.name(row) for row in first),
        grid=tuple(tuple(float(card.p_greater[a, b]) for b in first) for a in first),
    )


def sureness(chance: float) -> int:
    """Class, 0-3, of a probability that one is ahead: open, leaning, likely, very likely.

    Examples
    --------
    >>> [sureness(p) for p in (0.2, 0.55, 0.7, 0.85, 0.95)]
    [0, 0, 1, 2, 3]
    """
    return sum(chance >= edge for edge in (0.6, 0.75, 0.9))

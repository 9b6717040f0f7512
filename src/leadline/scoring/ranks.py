"""Ranks with intervals and probabilities, counted in joint draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.scoring.kernels import count_places, place_people, share_ahead

Floats = NDArray[np.float64]

# Draws sorted at a time: their order is the largest temporary array.
DRAWS_A_SORT = 64
# People whose places are counted at a time: a number for each of all places.
PEOPLE_A_COUNT = 512
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Ranking:
    """Order of P people and how sure it is.

    Attributes
    ----------
    rank : array, shape (P,)
        1 is the best; equal scores share the better rank. NaN for a person without a score.
    rank_lower, rank_upper : array, shape (P,)
        Best and worst rank of the interval; it holds ``rank``.
    p_best, p_top : array, shape (P,)
        Probability of rank 1, and of rank k or better; ties share evenly, so they sum to 1 and to k.
    p_greater : array, shape (P, P)
        ``p_greater[a, b]`` is P(a > b); a tie counts half, so it and ``p_greater[b, a]`` sum to 1.
    k : int
        The k of ``p_top``.
    groups : tuple of tuple of int
        Positions of people who cannot be told apart, best first; see `runs_not_apart`.
    """

    rank: Floats
    rank_lower: Floats
    rank_upper: Floats
    p_best: Floats
    p_top: Floats
    p_greater: Floats
    k: int
    groups: tuple[tuple[int, ...], ...]


def rank_people(scores: Floats, draws: Floats | None, level: float, k: int) -> Ranking:
    """Ranks with intervals, P(best), P(top k), P(a > b), and who cannot be told apart.

    Parameters
    ----------
    scores : array, shape (P,)
        Point estimates; people with NaN are not ranked.
    draws : array, shape (n, P), or None
        Joint draws of the scores. None where errors are not known: then no probability can be said,
        any rank is possible, and nobody can be told from anybody.
    level : float
        Coverage of the rank intervals, and the probability from which an order counts as sure.
    k : int
        For P(top k).

    Returns
    -------
    Ranking

    Notes
    -----
    Cost O(n P log P + n P^2), memory O(n P + P^2). A rank interval is widened to the rank of the point
    estimate where the draws hardly reach it: a person known precisely, just ahead of many known
    poorly, is first by score and seldom first in the draws.

    Examples
    --------
    >>> draws = np.array([[80.0, 70.0], [81.0, 82.0], [83.0, 71.0], [79.0, 79.0]])
    >>> found = rank_people(np.array([80.0, 75.0]), draws, level=0.9, k=1)
    >>> found.rank, found.p_best, found.p_greater[0, 1]
    (array([1., 2.]), array([0.625, 0.375]), np.float64(0.625))
    """
    people = len(scores)
    ranked = np.flatnonzero(np.isfinite(scores))
    rank = competition_ranks(scores)
    if draws is None:
        lower, upper = np.where(np.isnan(rank), np.nan, 1.0), np.where(np.isnan(rank), np.nan, len(ranked))
        unknown = np.full(people, np.nan)
        groups = runs_not_apart(scores, np.full((people, people), 0.5), level)
        return Ranking(rank, lower, upper, unknown, unknown, np.full((people, people), np.nan), k, groups)
    first, last, ties = places(draws if len(ranked) == people else draws[:, ranked])
    lower, upper, best, top = _of_places(first, last, level, k)
    p_greater = share_ahead(first, ties)
    if len(ranked) < people:
        among, p_greater = p_greater, np.full((people, people), np.nan)
        p_greater[np.ix_(ranked, ranked)] = among
    return Ranking(
        rank=rank,
        rank_lower=_spread(np.minimum(lower, rank[ranked]), ranked, people),
        rank_upper=_spread(np.maximum(upper, rank[ranked]), ranked, people),
        p_best=_spread(best, ranked, people),
        p_top=_spread(top, ranked, people),
        p_greater=p_greater,
        k=k,
        groups=runs_not_apart(scores, p_greater, level),
    )


def _of_places(
    first: NDArray[np.integer], last: NDArray[np.integer], level: float, k: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Ends of the rank interval, P(best) and P(top k) of each person, some people at a time."""
    people, n = first.shape
    tail = (1 - level) / 2
    found = []
    for begin in range(0, max(people, 1), PEOPLE_A_COUNT):
        some = slice(begin, begin + PEOPLE_A_COUNT)
        held = count_places(first[some], last[some], people) / n
        reached = np.cumsum(held, axis=1) + ROUNDING
        lower, upper = ((reached < part).sum(axis=1) + 1.0 for part in (tail, 1 - tail))
        found.append((lower, upper, held[:, :1].sum(axis=1), held[:, :k].sum(axis=1)))
    lower, upper, best, top = (np.concatenate(each) for each in zip(*found, strict=True))
    return lower, upper, best, top


def competition_ranks(scores: Floats) -> Floats:
    """Ranks from 1, the greatest; equal scores share the better rank, NaN has none.

    Examples
    --------
    >>> competition_ranks(np.array([70.0, 90.0, 70.0, np.nan, 60.0]))
    array([ 2.,  1.,  2., nan,  4.])
    """
    known = np.isfinite(scores)
    ascending = np.sort(scores[known])
    better = len(ascending) - np.searchsorted(ascending, scores, side="right")
    return np.where(known, better + 1.0, np.nan)


def places(draws: Floats) -> tuple[NDArray[np.integer], NDArray[np.integer], bool]:
    """First and last place, from 0, that each person holds in each draw, and whether any are tied.

    Parameters
    ----------
    draws : array, shape (n, P)

    Returns
    -------
    first, last : array of int, shape (P, n)
    ties : bool

    Examples
    --------
    >>> first, last, ties = places(np.array([[5.0, 9.0, 5.0]]))
    >>> first.ravel(), last.ravel(), ties
    (array([1, 0, 1], dtype=int16), array([2, 0, 2], dtype=int16), True)
    """
    n, people = draws.shape
    kind = np.int16 if people <= np.iinfo(np.int16).max else np.int32
    first, last = np.empty((people, n), kind), np.empty((people, n), kind)
    ties = False
    for d in range(0, n, DRAWS_A_SORT):
        block = np.ascontiguousarray(draws[d : d + DRAWS_A_SORT])
        here = slice(d, d + len(block))
        ties |= place_people(block, np.argsort(block, axis=1), first[:, here], last[:, here])
    return first, last, bool(ties)


def rank_acceptability(draws: Floats) -> Floats:
    """Probability of each rank for each person (Lahdelma and Salminen 2001).

    Parameters
    ----------
    draws : array, shape (n, P)
        Joint draws of the scores.

    Returns
    -------
    array, shape (P, P)
        Row p, column r: P(person p has rank r + 1). Rows and columns sum to 1; ties share evenly.

    Examples
    --------
    >>> rank_acceptability(np.array([[3.0, 1.0, 1.0], [3.0, 2.0, 1.0]]))
    array([[1.  , 0.  , 0.  ],
           [0.  , 0.75, 0.25],
           [0.  , 0.25, 0.75]])
    """
    first, last, _ = places(draws)
    return np.asarray(count_places(first, last, draws.shape[1]) / len(draws))


def probability_greater(draws: Floats) -> Floats:
    """P(a > b) for every pair, counted in joint draws; a tie counts half.

    Parameters
    ----------
    draws : array, shape (n, P)

    Returns
    -------
    array, shape (P, P)
        The diagonal is one half.

    Notes
    -----
    Cost O(n P^2), memory O(n P + P^2): 2,000 people and 4,000 draws take about half a second.

    Examples
    --------
    >>> probability_greater(np.array([[3.0, 1.0], [2.0, 2.0]]))
    array([[0.5 , 0.75],
           [0.25, 0.5 ]])
    """
    first, _, ties = places(draws)
    return np.asarray(share_ahead(first, ties))


def runs_not_apart(scores: Floats, p_greater: Floats, level: float) -> tuple[tuple[int, ...], ...]:
    """Longest runs of people, neighbours by score, of whom no two can be told apart.

    Two people can be told apart when the order of their scores has a probability of at least ``level``.
    Runs may overlap: the first and the last of a chain may differ where neighbours do not.

    Parameters
    ----------
    scores : array, shape (P,)
        NaN is left out.
    p_greater : array, shape (P, P)
    level : float

    Returns
    -------
    tuple of tuple of int
        Positions of the people, best first; only runs of two or more.

    Examples
    --------
    >>> p = np.array([[0.5, 0.8, 0.97], [0.2, 0.5, 0.85], [0.03, 0.15, 0.5]])
    >>> runs_not_apart(np.array([80.0, 77.0, 71.0]), p, 0.9)
    ((0, 1), (1, 2))
    """
    known = np.flatnonzero(np.isfinite(scores))
    order = known[np.argsort(-scores[known], kind="stable")]
    n = len(order)
    # For the run that ends at b: one past the last person ahead who can be told from somebody in it.
    past = np.zeros(n, dtype=np.int64)
    for b in range(1, n):
        ahead = p_greater[order[b], order[:b]]
        apart = np.flatnonzero((ahead >= level - ROUNDING) | (ahead <= 1 - level + ROUNDING))
        past[b] = apart[-1] + 1 if len(apart) else 0
    starts = np.maximum.accumulate(past)
    ends = [b for b in range(n) if (b + 1 == n or starts[b + 1] > starts[b]) and b > starts[b]]
    return tuple(tuple(order[starts[b] : b + 1].tolist()) for b in ends)


def _spread(values: Floats, ranked: NDArray[np.intp], people: int) -> Floats:
    full = np.full(people, np.nan)
    full[ranked] = values
    return full

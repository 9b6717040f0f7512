"""One location at a time with everything else held: extremes, bias terms, competencies, abilities."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leadline.measurement.kernels.arrays import Codes, Flags, Floats, add_up
from leadline.measurement.kernels.categories import category_probabilities, moments

EXTREME_SCORE = 0.3
"""Score points by which a lowest or highest total is moved inwards, as in FACETS and Winsteps."""

_MOST_STEPS = 200
_LONGEST = 1.0
_TOLERANCE = 1e-10


class Located(NamedTuple):
    """Locations of G groups.

    ``location`` and ``se`` (logits) are NaN where a group has no rating with a step; ``extreme``
    says whether the score was moved inwards first.
    """

    location: Floats
    se: Floats
    extreme: Flags


def located(
    group: Codes,
    n_groups: int,
    *,
    offset: Floats,
    steps: Floats,
    score: Floats,
    weight: Floats | None = None,
) -> Located:
    r"""Location of each group at which its expected score is its observed score.

    Solves :math:`\sum_n w_n E(t_g + o_n) = \sum_n w_n y_n` for each group by Newton's method,
    kept inside a shrinking bracket; the left side rises in t, so the solution is unique.

    Parameters
    ----------
    group : array of int, shape (N,)
    n_groups : int
    offset : array, shape (N,), logits
        What the rest of the model adds to the location.
    steps : array, shape (N, K-1), logits
        Steps of each rating's item; ``inf`` where there is none.
    score : array, shape (N,)
        Rating counted from 0.
    weight : array, shape (N,), optional

    Returns
    -------
    Located
        ``se`` is the inverse root of the information at the location.

    Notes
    -----
    Source: Linacre (1998), *Rasch Measurement Transactions* 12:2, p. 638.

    Examples
    --------
    Three of four right on items of difficulty 0: the log-odds of .75.

    >>> score = np.array([1.0, 1.0, 1.0, 0.0])
    >>> found = located(np.zeros(4, int), 1, offset=np.zeros(4), steps=np.zeros((4, 1)), score=score)
    >>> found.location.round(4), found.se.round(4)
    (array([1.0986]), array([1.1547]))
    """
    w = np.ones(len(score)) if weight is None else weight
    most = np.isfinite(steps).sum(axis=1).astype(float)
    total = add_up(group, n_groups, w * score)
    highest = add_up(group, n_groups, w * most)
    room = np.minimum(EXTREME_SCORE, highest / 4)
    slack = 1e-9 * (1 + highest)
    extreme = (total <= slack) | (total >= highest - slack)
    goal = np.clip(total, room, highest - room) if len(total) else total
    goal = np.where(extreme, goal, total)
    location = np.zeros(n_groups)
    open_ = highest > 0
    information = np.ones(n_groups)
    low, high = np.full(n_groups, -np.inf), np.full(n_groups, np.inf)
    for _ in range(_MOST_STEPS):
        expected, variance, _ = moments(category_probabilities(location[group] + offset, steps))
        information = add_up(group, n_groups, w * variance)
        gap = goal - add_up(group, n_groups, w * expected)
        low, high = np.where(gap > 0, location, low), np.where(gap < 0, location, high)
        step = np.where(open_, gap / np.maximum(information, 1e-12), 0.0)
        step = np.clip(step, -_LONGEST, _LONGEST)
        beyond = (location + step <= low) | (location + step >= high)
        inside = np.isfinite(low) & np.isfinite(high)
        middle = (np.where(inside, low, 0.0) + np.where(inside, high, 0.0)) / 2
        step = np.where(beyond & inside, middle - location, step)
        location = location + step
        if np.abs(step).max(initial=0.0) < _TOLERANCE:
            break
    known = open_ & (information > 0)
    with_nan = np.where(known, location, np.nan)
    return Located(
        with_nan, np.where(known, 1 / np.sqrt(np.maximum(information, 1e-300)), np.nan), extreme & known
    )

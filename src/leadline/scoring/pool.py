"""What a missing factor is drawn from: the distribution that the group shows in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Fewer values than this say little about a spread; that of a uniform 0-100 is then its least.
FEW = 5
UNIFORM_SD = 100 / np.sqrt(12)
# Draws of what is known take the stream of the seed itself; [seed, 0] would be the same one.
STREAM = 2


def group_means(values: Floats) -> Floats:
    """Mean of each factor over the people who have it.

    Parameters
    ----------
    values : array, shape (P, F), 0-100
        NaN where missing.

    Returns
    -------
    array, shape (F,)
        NaN for a factor that nobody has.

    Examples
    --------
    >>> group_means(np.array([[80.0, np.nan], [60.0, np.nan]]))
    array([70., nan])
    """
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, values, 0.0).sum(axis=0) / known.sum(axis=0))


def group_spreads(values: Floats) -> Floats:
    """Standard deviation to draw a missing factor with: wide where few people have it.

    Parameters
    ----------
    values : array, shape (P, F), 0-100

    Returns
    -------
    array, shape (F,)

    Examples
    --------
    >>> group_spreads(np.array([[80.0], [60.0]])).round(1)
    array([28.9])
    """
    known = np.isfinite(values)
    n = known.sum(axis=0)
    squares = np.where(known, (values - group_means(values)) ** 2, 0.0).sum(axis=0)
    spread = np.sqrt(squares / np.maximum(n - 1, 1))
    return np.asarray(np.where(n < FEW, np.maximum(spread, UNIFORM_SD), spread))


def drawn_from_group(draws: Floats, values: Floats, where: NDArray[np.bool_], seed: int) -> Floats:
    """Draws in which some people's factors are replaced by draws from the group's distribution.

    Parameters
    ----------
    draws : array, shape (n, P, F), 0-100
        Changed in place.
    values : array, shape (P, F)
        NaN where ``where``; the group is everybody else.
    where : array of bool, shape (P, F)
    seed : int

    Returns
    -------
    array, shape (n, P, F)
        Normal, cut off at 0 and 100; NaN for a factor that nobody has.

    Examples
    --------
    >>> values = np.array([[80.0], [np.nan]])
    >>> draws = np.full((1000, 2, 1), 80.0)
    >>> found = drawn_from_group(draws, values, np.isnan(values), seed=0)
    >>> found[:, 0].std(), bool(15 < found[:, 1].std() < 29)
    (np.float64(0.0), True)
    """
    rng = np.random.default_rng([seed, STREAM])
    means, spreads = group_means(values), group_spreads(values)
    for p, f in np.argwhere(where):
        draws[:, p, f] = np.clip(means[f] + spreads[f] * rng.standard_normal(len(draws)), 0.0, 100.0)
    return draws

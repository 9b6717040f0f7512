"""Intervals from draws, and around an estimate with a standard error."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from leadline.measurement import cuts, in_order

Floats = NDArray[np.float64]

NUMBERS_AT_ONCE = 250_000


def interval_of_draws(draws: Floats, point: Floats, level: float) -> tuple[Floats, Floats]:
    """Middle part of the draws, widened to the point estimate where it lies outside.

    Parameters
    ----------
    draws : array, shape (n, ...)
    point : array, shape (...)
        Where it is NaN, so are the ends.
    level : float
        Coverage.

    Returns
    -------
    lower, upper : array, shape (...)

    Examples
    --------
    >>> lower, upper = interval_of_draws(np.arange(101.0), np.array(50.0), 0.9)
    >>> round(float(lower), 6), round(float(upper), 6)
    (5.0, 95.0)
    """
    tail = (1 - level) / 2
    lower, upper = by_columns(lambda some: np.quantile(some, [tail, 1 - tail], axis=0), draws)
    return np.where(np.isnan(point), np.nan, np.fmin(lower, point)), np.where(
        np.isnan(point), np.nan, np.fmax(upper, point)
    )


def by_columns(function: Callable[[Floats], Floats], draws: Floats) -> Floats:
    """What a function makes of every column of draws, given some at a time: it copies all it is given.

    Parameters
    ----------
    function : callable
        From draws (n, k) to an array (..., k).
    draws : array, shape (n, ...)

    Returns
    -------
    array, shape (..., ...)

    Examples
    --------
    >>> by_columns(lambda some: some.std(axis=0), np.array([[1.0, 4.0], [3.0, 4.0]]))
    array([1., 0.])
    """
    flat = draws.reshape(len(draws), -1)
    size = max(1, NUMBERS_AT_ONCE // len(draws))
    parts = in_order(lambda some: function(flat[:, some]), cuts(flat.shape[1], size))
    found: Floats = np.concatenate(list(parts), axis=-1)
    return found.reshape(*found.shape[:-1], *draws.shape[1:])


def interval_of_error(point: Floats, se: Floats, level: float) -> tuple[Floats, Floats]:
    """Normal interval of a score on 0-100, cut off at the ends of the scale.

    Parameters
    ----------
    point, se : array, shape (...), 0-100
    level : float

    Returns
    -------
    lower, upper : array, shape (...)

    Examples
    --------
    >>> lower, upper = interval_of_error(np.array([70.0, 98.0]), np.array([4.0, 4.0]), 0.9)
    >>> lower.round(1), upper.round(1)
    (array([63.4, 91.4]), array([ 76.6, 100. ]))
    """
    reach = NormalDist().inv_cdf((1 + level) / 2) * se
    return np.maximum(point - reach, 0.0), np.minimum(point + reach, 100.0)

"""From fitted slopes and intercepts to what a reader knows: difficulties, thresholds, curves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.quadrature.cells import Codes, Floats
from leadline.measurement.quadrature.families.family import CUMULATIVE, GUESSING, Family


class Location(NamedTuple):
    """Where an item stands. T thresholds.

    Attributes
    ----------
    difficulty, difficulty_se : float
    step : array of int, shape (T,)
        Inner category into which each threshold leads.
    threshold, se : array, shape (T,)
        Relative to the difficulty.
    """

    difficulty: float
    difficulty_se: float
    step: NDArray[np.int64]
    threshold: Floats
    se: Floats


def step_weights(family: Family, used: NDArray[np.int64], n_predictors: int) -> Floats:
    """Rows that turn intercepts into difficulty (the first) and places of steps, times -slope.

    Parameters
    ----------
    family : Family
    used : array of int, shape (T + 1,)
        Inner categories with answers, ascending.
    n_predictors : int

    Returns
    -------
    array, shape (1 + T, M)
    """
    rows = np.zeros((len(used), n_predictors))
    if family is GUESSING:
        rows[:, 0] = 1.0
        return rows
    steps = np.arange(1, len(used))
    if family is CUMULATIVE:
        rows[steps, used[1:] - 1] = 1.0
        rows[0] = rows[1:].mean(axis=0)
        return rows
    # Where curves of neighbouring used categories cross; the difficulty is their mean by score points.
    gap = np.diff(used)
    rows[steps, used[1:] - 1] = 1.0 / gap
    inside = used[:-1] > 0
    rows[steps[inside], used[:-1][inside] - 1] -= 1.0 / gap[inside]
    rows[0, used[-1] - 1] = 1.0 / used[-1]
    return rows


def located(
    family: Family,
    used: NDArray[np.bool_],
    slope: float,
    intercept: Floats,
    covariance: Floats,
) -> Location:
    """Difficulty and thresholds of an item, with delta-method standard errors.

    Parameters
    ----------
    family : Family
    used : bool array, shape (K,)
        Inner categories with answers (with shared thresholds: by anybody, on any item).
    slope : float
    intercept : array, shape (M,)
    covariance : array, shape (1 + M, 1 + M)
        Of slope and intercepts; 0 for a slope that is 1 by definition.

    Returns
    -------
    Location

    Examples
    --------
    >>> from leadline.measurement.quadrature.families.family import ADJACENT
    >>> both = np.array([True, True])
    >>> found = located(ADJACENT, both, 2.0, np.array([1.0]), np.diag([0.0, 0.04]))
    >>> found.difficulty, found.difficulty_se
    (-0.5, 0.1)
    """
    numbers = np.flatnonzero(used)
    weights = step_weights(family, numbers, len(intercept))
    weights[1:] -= weights[0]
    finite = np.where(weights.any(axis=0), intercept, 0.0)
    value = -weights @ finite / slope
    jacobian = np.concatenate([-value[:, None], -weights], axis=1) / slope
    se = np.sqrt(np.maximum(np.einsum("rm,ml,rl->r", jacobian, covariance, jacobian), 0.0))
    return Location(float(value[0]), float(se[0]), numbers[1:], value[1:] + 0.0, se[1:])


@dataclass(frozen=True, eq=False, kw_only=True)
class Curves:
    """How likely each category of each item is at any location. I items, K categories.

    Attributes
    ----------
    family : Family
    slope : array, shape (I,)
    intercept : array, shape (M, I)
    inner : array of int, shape (I, K)
        Category as counted inside, -1 where nobody used it.
    lowest : int
        Number of the first of the K categories.
    """

    family: Family
    slope: Floats
    intercept: Floats
    inner: Codes
    lowest: int

    def probabilities(self, theta: Floats) -> Floats:
        """Probability of each category, shape (N, I, K), at locations (N,) in logits.

        A category that nobody used has probability 0; an item without a curve NaN.
        """
        shares = self.family.probabilities(self.slope, self.intercept, np.asarray(theta, dtype=np.float64))
        found = np.take_along_axis(shares, np.maximum(self.inner, 0)[None].astype(np.intp), axis=2)
        return np.where(self.inner >= 0, found, 0.0 * shares[:, :, :1])

    def expected(self, theta: Floats) -> Floats:
        """Expected category number of each item, shape (N, I), at locations (N,) in logits."""
        shares = self.probabilities(theta)
        return np.asarray(shares @ (self.lowest + np.arange(shares.shape[2])))


def by_item(
    family: Family, used: NDArray[np.bool_], slope: Floats, intercept: Floats, covariance: Floats
) -> Iterator[Location]:
    """`located` for each of I items; arrays as there with a last (`used`: first) axis of length I."""
    for item in range(len(slope)):
        yield located(family, used[item], float(slope[item]), intercept[:, item], covariance[:, :, item])

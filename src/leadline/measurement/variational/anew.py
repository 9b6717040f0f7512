"""One ratee measured from its own rows, everything else held at what a calibration found."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.kernels.categories import category_probabilities, moments
from leadline.measurement.variational.averages import Averages

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
_SHARES = _WEIGHTS / _WEIGHTS.sum()
_MOST_STEPS = 500
_LONGEST = 2.0
_TOLERANCE = 1e-10
_FIRST_SPREAD = 0.05


class Rows(NamedTuple):
    """N pieces of evidence: ratings and answers, or values with known error.

    Attributes
    ----------
    steps : array, shape (N, K-1), logits
        ``inf`` where there is none, as for all values.
    score : array, shape (N,)
        Rung of a rating, counted from 0; or a value.
    weight : array, shape (N,)
        Of a rating; or the inverse squared error of a value.
    is_value : bool array, shape (N,)
    """

    steps: Floats
    score: Floats
    weight: Floats
    is_value: Floats

    def averaged(self, eta: Floats, spread: Floats) -> Averages:
        """Slope and curvature of the log-likelihood averaged over normal locations, shape (N,) both."""
        sd = np.sqrt(spread)
        expected, variance = np.zeros((2, len(eta)))
        for node, share in zip(_NODES, _SHARES, strict=True):
            found = moments(category_probabilities(eta + node * sd, self.steps))
            expected += share * found.expected
            variance += share * found.variance
        gap = np.where(self.is_value, self.score - eta, self.score - expected)
        return Averages(self.weight * gap, self.weight * np.where(self.is_value, 1.0, variance))


class Normal(NamedTuple):
    """Mean (n,) and covariance (n, n)."""

    mean: Floats
    covariance: Floats


class Placed(NamedTuple):
    """A ratee's W dimensions as presented, and how their error follows that of M others.

    ``mean`` (W,), ``covariance`` (W, W); ``follows`` (D, M) for the D dimensions of measures.
    """

    mean: Floats
    covariance: Floats
    follows: Floats


def posterior_given(
    columns: Floats, mean: Floats, precision: Floats, averaged: Callable[[Floats, Floats], Averages]
) -> Normal:
    """Gaussian variational posterior of a few locations; see `climb`, whose fixed point it shares.

    Parameters
    ----------
    columns : array, shape (N, n)
        What each row adds up.
    mean, precision : array, shape (n,) and (n, n)
        Of the prior.
    averaged : callable
        Slopes and curvatures of rows at means and variances of their locations.

    Returns
    -------
    Normal

    Examples
    --------
    A value of 2 with error 1 halves the way from 0, and the variance.

    >>> one = Rows(np.array([[np.inf]]), np.array([2.0]), np.ones(1), np.array([True]))
    >>> posterior_given(np.eye(1), np.zeros(1), np.eye(1), one.averaged)
    Normal(mean=array([1.]), covariance=array([[0.5]]))
    """
    x, spread = mean.copy(), np.full(len(columns), _FIRST_SPREAD)
    for _ in range(_MOST_STEPS):
        found = averaged(columns @ x, spread)
        slope = columns.T @ found.gap - precision @ (x - mean)
        covariance = inverse(precision + columns.T @ (found.variance[:, None] * columns))
        move = covariance @ slope
        longest = float(np.abs(move).max(initial=0.0))
        x = x + move * min(1.0, _LONGEST / max(longest, _LONGEST))
        before, spread = spread, np.einsum("ni,ni->n", columns @ covariance, columns)
        if max(longest, float(np.abs(spread - before).max(initial=0.0))) < _TOLERANCE:
            break
    return Normal(x, covariance)


def inverse(matrix: Floats) -> Floats:
    """Of a symmetric matrix, symmetric to the last bit."""
    found = np.linalg.inv(matrix)
    return np.asarray((found + found.T) / 2)

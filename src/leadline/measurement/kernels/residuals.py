r"""One pass over the ratings at the estimates: fit statistics, agreement, correlations.

With :math:`z^2 = (y - E)^2 / V` and :math:`C = E[(y-E)^4]` (Wright and Masters 1982, ch. 5; Smith 1991):

.. math:: \text{outfit} = \frac{\sum w z^2}{\sum w}, \quad q^2 = \frac{\sum w (C/V^2 - 1)}{(\sum w)^2}, \qquad
   \text{infit} = \frac{\sum w (y-E)^2}{\sum w V}, \quad q^2 = \frac{\sum w (C - V^2)}{(\sum w V)^2},

standardised by Wilson and Hilferty's cube root, :math:`t = (\text{ms}^{1/3} - 1)(3/q) + q/3`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.kernels.categories import moments
from leadline.measurement.kernels.curves import Curves, probabilities

_CHUNK = 250_000


class Fit(NamedTuple):
    """Mean squares and their normal deviates of E elements; NaN where there is nothing to judge."""

    infit_mnsq: Floats
    infit_z: Floats
    outfit_mnsq: Floats
    outfit_z: Floats


def fit_from_sums(sums: Sums) -> Fit:
    """Fit statistics from sums over an element's ratings, so that parts of the data can be added.

    Parameters
    ----------
    sums : Sums

    Returns
    -------
    Fit
    """
    some = sums.n > 0
    count, total = np.where(some, sums.n, np.nan), np.where(some, sums.variance, np.nan)
    outfit, infit = sums.outer / count, sums.inner / total
    outfit_q = np.sqrt(np.maximum(sums.outer_kurtosis, 0)) / count
    infit_q = np.sqrt(np.maximum(sums.inner_kurtosis, 0)) / total
    return Fit(infit, _standardised(infit, infit_q), outfit, _standardised(outfit, outfit_q))


def _standardised(mean_square: Floats, q: Floats) -> Floats:
    q = np.where(q > 0, q, np.nan)
    z: Floats = (np.cbrt(mean_square) - 1) * (3 / q) + q / 3
    return z


class Estimated(NamedTuple):
    """N ratings and the estimates that apply to them. A facets, the item last.

    Attributes
    ----------
    elements : tuple of A int arrays, shape (N,)
    sizes : tuple of A int
    locations : tuple of A arrays, shape (E,)
        Difficulty for the item.
    steps : array, shape (I, K-1)
        Difficulty plus threshold; ``inf`` where there is no step.
    rung : array of int, shape (N,)
    weight : array, shape (N,)
    context : array of int, shape (N,)
        Ratings of one ratee on one item (and the same further elements), whoever gave them.
    curves : Curves, optional
        None for the rating-scale family.
    """

    elements: tuple[Codes, ...]
    sizes: tuple[int, ...]
    locations: tuple[Floats, ...]
    steps: Floats
    rung: NDArray[np.int64]
    weight: Floats
    context: NDArray[np.int64]
    curves: Curves | None = None


class Sums(NamedTuple):
    """Weighted sums over an element's ratings, shape (E,) each; m is the location without the element."""

    n: Floats
    outer: Floats
    outer_kurtosis: Floats
    inner: Floats
    variance: Floats
    inner_kurtosis: Floats
    residual: Floats
    y: Floats
    yy: Floats
    m: Floats
    mm: Floats
    ym: Floats

    @property
    def fit(self) -> Fit:
        """Fit statistics of the elements."""
        return fit_from_sums(self)

    @property
    def point_measure(self) -> Floats:
        """Correlation of an element's ratings with the location of the rest; NaN where constant."""
        some = np.where(self.n > 0, self.n, np.nan)
        vy, vm = self.yy / some - (self.y / some) ** 2, self.mm / some - (self.m / some) ** 2
        both = self.ym / some - self.y * self.m / some**2
        spread = np.where((vy > 1e-12) & (vm > 1e-12), vy * vm, np.nan)
        correlation: Floats = both / np.sqrt(spread)
        return correlation


class Agreement(NamedTuple):
    """Pairs of raters on one ratee and item, how many agree exactly, and how many should."""

    opportunities: float
    exact: float
    expected: float


class Summary(NamedTuple):
    """What one pass over the ratings yields.

    ``elements`` has the sums of each facet, ``step_information`` of shape (I, K-1) the sum of
    P(Y >= k) P(Y < k), which is minus the second derivative by a single step (Wright and Masters 1982,
    p. 77).
    """

    elements: tuple[Sums, ...]
    step_information: Floats
    agreement: Agreement


def summed(ratings: Estimated) -> Summary:
    r"""Sums of every facet's elements, information on steps, and the agreement of raters.

    Parameters
    ----------
    ratings : Estimated

    Returns
    -------
    Summary

    Notes
    -----
    One pass of O(N K) in blocks. Agreement within a context with category counts :math:`n_k` and
    probabilities :math:`P_{rk}`: exact :math:`\sum_k n_k (n_k - 1) / 2`, expected
    :math:`\sum_k [(\sum_r P_{rk})^2 - \sum_r P_{rk}^2] / 2`.
    """
    signs = [1.0] + [-1.0] * (len(ratings.sizes) - 1)
    sums = [np.zeros((len(Sums._fields), size)) for size in ratings.sizes]
    step_information = np.zeros_like(ratings.steps)
    n_contexts = int(ratings.context.max(initial=-1)) + 1
    n_categories = ratings.steps.shape[1] + 1
    seen, likely, squares = np.zeros((n_contexts, n_categories)), np.zeros((n_contexts, n_categories)), 0.0
    for begin in range(0, len(ratings.rung), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        at = [each[part] for each in ratings.elements]
        pulls = [sign * x[a] for sign, x, a in zip(signs, ratings.locations, at, strict=True)]
        eta = np.sum(pulls[:-1], axis=0)
        prob = probabilities(ratings.curves, eta, ratings.steps, at[-1])
        y, w = ratings.rung[part].astype(float), ratings.weight[part]
        tails = prob[:, :0:-1].cumsum(axis=1)[:, ::-1]
        for k in range(n_categories - 1):
            step_information[:, k] += add_up(at[-1], ratings.sizes[-1], w * tails[:, k] * (1 - tails[:, k]))
        shared_terms = _terms(prob, y)
        for total, a, pull, size in zip(sums, at, pulls, ratings.sizes, strict=True):
            m = eta + pulls[-1] - pull
            for row, term in enumerate((*shared_terms, m, m * m, y * m)):
                total[row] += add_up(a, size, w * term)
        context = ratings.context[part]
        flat = context * n_categories + ratings.rung[part]
        seen += np.bincount(flat, minlength=seen.size).reshape(seen.shape)
        for k in range(n_categories):
            likely[:, k] += np.bincount(context, prob[:, k], n_contexts)
        squares += float((prob * prob).sum())
    n = seen.sum(axis=1)
    pairs = float((n * (n - 1)).sum()) / 2
    exact = float((seen * (seen - 1)).sum()) / 2
    expected = (float((likely * likely).sum()) - squares) / 2
    agreement = Agreement(pairs, exact, max(expected, 0.0))
    return Summary(tuple(Sums(*total) for total in sums), step_information, agreement)


def _terms(prob: Floats, y: Floats) -> tuple[Floats, ...]:
    """Terms of `Sums` that are alike for all facets, in its order."""
    expected, variance, fourth = moments(prob)
    v = np.maximum(variance, 1e-12)
    gap = y - expected
    square = gap * gap
    return (np.ones_like(v), square / v, fourth / (v * v) - 1, square, v, fourth - v * v, gap, y, y * y)

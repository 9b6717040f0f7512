"""Bias terms: how far pairs of elements depart from what their measures lead one to expect."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.kernels.categories import category_probabilities
from leadline.measurement.kernels.cells import combined_key
from leadline.measurement.kernels.location import located
from leadline.measurement.values.calibration import Calibration, located_at, rung_labels
from leadline.measurement.values.ratings import Ratings


class BiasTerms(NamedTuple):
    """One row for each pair of elements that occurs. B pairs.

    Attributes
    ----------
    first, second : array of int, shape (B,)
        Elements of the two facets.
    n : array of int, shape (B,)
    weight : array, shape (B,)
        Their weights added up.
    observed, expected : array, shape (B,)
        Total ratings, in the units they were given in.
    bias, se : array, shape (B,), logits
        Positive: more than expected. NaN where a pair cannot be located.
    extreme : bool array, shape (B,)
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    n: NDArray[np.int64]
    weight: Floats
    observed: Floats
    expected: Floats
    bias: Floats
    se: Floats
    extreme: NDArray[np.bool_]


def bias_terms(
    first: Codes,
    second: Codes,
    *,
    eta: Floats,
    steps: Floats,
    rung: Codes,
    labels: Floats,
    weight: Floats,
) -> BiasTerms:
    r"""Bias of every pair, one parameter at a time with everything else anchored.

    For a pair with ratings n, solves :math:`\sum w_n E(\eta_n + b) = \sum w_n y_n` for b.

    Parameters
    ----------
    first, second : array of int, shape (N,)
    eta : array, shape (N,), logits
        Location of each rating without its item.
    steps : array, shape (N, K-1), logits
    rung : array of int, shape (N,)
    labels : array, shape (N, K)
        Rating each rung stands for.
    weight : array, shape (N,)

    Returns
    -------
    BiasTerms

    Notes
    -----
    Source: Linacre (1989), ch. 9; FACETS manual, Tables 9 and 13.

    Examples
    --------
    >>> one = np.zeros(2, np.int32)
    >>> found = bias_terms(one, one, eta=np.zeros(2), steps=np.zeros((2, 1)), rung=np.array([0, 1]),
    ...                    labels=np.array([[1.0, 2.0], [1.0, 2.0]]), weight=np.ones(2))
    >>> found.observed, found.expected, found.bias
    (array([3.]), array([3.]), array([0.]))
    """
    size = int(second.max(initial=-1)) + 1
    key = combined_key([first, second], [int(first.max(initial=-1)) + 1, size])
    distinct, pair = np.unique(key, return_inverse=True)
    n_pairs = len(distinct)
    expected = (category_probabilities(eta, steps) * labels).sum(axis=1)
    given = labels[np.arange(len(rung)), rung]
    found = located(pair, n_pairs, offset=eta, steps=steps, score=rung.astype(float), weight=weight)
    return BiasTerms(
        first=distinct // size,
        second=distinct % size,
        n=add_up(pair, n_pairs).astype(np.int64),
        weight=add_up(pair, n_pairs, weight),
        observed=add_up(pair, n_pairs, weight * given),
        expected=add_up(pair, n_pairs, weight * expected),
        bias=found.location,
        se=found.se,
        extreme=found.extreme,
    )


class Placed(NamedTuple):
    """Ratings that took part in a fit and what applies to each of them, shape (n,).

    ``kept`` numbers the ratings; ``eta`` is their location without the item; ``labels`` of shape (n, K)
    has the rating each rung stands for.
    """

    kept: NDArray[np.intp]
    eta: Floats
    steps: Floats
    rung: Codes
    labels: Floats
    weight: Floats

    def of(self, at: Codes) -> dict[str, Any]:
        """Arguments of `bias_terms` for some of them."""
        return {name: getattr(self, name)[at] for name in ("eta", "steps", "rung", "labels", "weight")}


def placed_ratings(ratings: Ratings, calibration: Calibration) -> Placed:
    """Ratings that took part in a fit, placed where it puts them.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration

    Returns
    -------
    Placed
    """
    kept = np.flatnonzero(calibration.screen.kept)
    item = ratings.index["item"][kept]
    eta = located_at(ratings, calibration, kept)
    labels = np.nan_to_num(rung_labels(calibration)[np.zeros_like(item) if calibration.shared else item])
    rung, weight = calibration.screen.rung[kept], ratings.weight[kept]
    return Placed(kept, eta, calibration.steps[item], rung, labels, weight)


def fitted_bias(ratings: Ratings, calibration: Calibration, facet_a: str, facet_b: str) -> BiasTerms:
    """Bias terms of two facets of a fit, from the ratings that took part in it.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration
    facet_a, facet_b : str

    Returns
    -------
    BiasTerms
    """
    placed = placed_ratings(ratings, calibration)
    first, second = (ratings.index[facet][placed.kept] for facet in (facet_a, facet_b))
    return bias_terms(first, second, **placed.of(np.arange(len(placed.kept))))

"""Category probabilities of every family of models, rating by rating."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from leadline.measurement.kernels.arrays import Codes, Floats
from leadline.measurement.kernels.categories import category_probabilities


class Curves(NamedTuple):
    """How items turn a location into probabilities, where slopes are not all 1 or logits cumulative.

    Attributes
    ----------
    slope : array, shape (I,)
    guess : array, shape (I,)
        Lower asymptote of dichotomous items, 0 for none.
    cumulative : bool
        P(Y >= k) = logistic(slope (eta - step_k)); otherwise logits of adjacent categories.
    """

    slope: Floats
    guess: Floats
    cumulative: bool

    def of(self, item: int) -> Curves:
        """Those of a single item."""
        return Curves(self.slope[[item]], self.guess[[item]], self.cumulative)


def probabilities(curves: Curves | None, eta: Floats, steps: Floats, item: Codes) -> Floats:
    r"""Probability of each category of an item at a location.

    Parameters
    ----------
    curves : Curves, optional
        None for the rating-scale family.
    eta : array, shape (N,), logits
    steps : array, shape (I, K-1), logits
        ``inf`` where an item has no such category.
    item : array of int, shape (N,)

    Returns
    -------
    array, shape (N, K)
        Rows sum to 1.

    Notes
    -----
    Cost O(N K). Sources: Muraki (1992), eq. 4; Samejima (1969); Birnbaum (1968), ch. 17.

    Examples
    --------
    >>> steep = Curves(np.array([2.0]), np.array([0.0]), cumulative=True)
    >>> probabilities(steep, np.array([0.5]), np.array([[0.0, 1.0]]), np.array([0])).round(3)
    array([[0.269, 0.462, 0.269]])
    """
    step = steps[item]
    if curves is None:
        return category_probabilities(eta, step)
    slope = curves.slope[item]
    steep = np.where(np.isfinite(step), slope[:, None] * step, np.inf)
    if curves.cumulative:
        tails = expit((slope * eta)[:, None] - steep)
        one, none = np.ones((len(eta), 1)), np.zeros((len(eta), 1))
        return np.maximum(-np.diff(np.concatenate([one, tails, none], axis=1)), 0.0)
    found = category_probabilities(slope * eta, steep)
    guess = curves.guess[item]
    found *= 1 - guess[:, None]
    found[:, 1] += guess
    return found

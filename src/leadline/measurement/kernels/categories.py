"""Category probabilities of the rating-scale family and their moments, rating by rating."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leadline.measurement.kernels.arrays import Floats


class Moments(NamedTuple):
    """Mean, variance and fourth central moment of a rating, each of shape (N,)."""

    expected: Floats
    variance: Floats
    fourth: Floats


def category_probabilities(eta: Floats, steps: Floats) -> Floats:
    r"""Probability of each category at a location.

    .. math:: \log(P_{nk}/P_{n,k-1}) = \eta_n - \delta_{nk}

    with :math:`\eta = \theta - \lambda - \dots` and :math:`\delta_k` the step into category k: item
    difficulty plus threshold in the rating-scale model, free in the partial-credit model.

    Parameters
    ----------
    eta : array, shape (N,), logits
    steps : array, shape (N, K-1) or (K-1,), logits
        ``inf`` where an item has no such category. Need not be ordered.

    Returns
    -------
    array, shape (N, K)
        Rows sum to 1.

    Notes
    -----
    Cost O(N K). Sources: Andrich (1978), Masters (1982), Linacre (1989, eq. 5.1).

    Examples
    --------
    >>> category_probabilities(np.array([0.0, 1.0]), np.array([0.0])).round(3)
    array([[0.5  , 0.5  ],
           [0.269, 0.731]])
    """
    k = np.arange(1, steps.shape[-1] + 1)
    logits = np.empty((len(eta), steps.shape[-1] + 1))
    logits[:, 0] = 0.0
    np.subtract(eta[:, None] * k, np.cumsum(steps, axis=-1), out=logits[:, 1:])
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


def moments(probabilities: Floats) -> Moments:
    """Mean, variance and fourth central moment of ratings counted from 0.

    Parameters
    ----------
    probabilities : array, shape (N, K)

    Returns
    -------
    Moments

    Examples
    --------
    >>> moments(np.array([[0.5, 0.5]]))
    Moments(expected=array([0.5]), variance=array([0.25]), fourth=array([0.0625]))
    """
    k = np.arange(probabilities.shape[1])
    expected = probabilities @ k
    off = (k - expected[:, None]) ** 2
    weighted = probabilities * off
    return Moments(expected, weighted.sum(axis=1), (weighted * off).sum(axis=1))

"""Weights of the factors: checked, and brought to a sum of exactly 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadline.errors import ScoringError

# Three thirds typed as 0.333333 pass; 0.333 three times is told.
SUM_TOLERANCE = 1e-5


def checked_weights(weights: ArrayLike) -> NDArray[np.float64]:
    """Weights as an array that sums to 1 to the last bit that division allows.

    Parameters
    ----------
    weights : array, shape (F,)
        Not negative; their sum is 1 up to 1e-5, as of decimals typed by hand.

    Returns
    -------
    array, shape (F,)

    Raises
    ------
    ScoringError
        No weight, one that is negative or not finite, or another sum; the message says the sum.

    Examples
    --------
    >>> checked_weights([0.5, 0.3, 0.2])
    array([0.5, 0.3, 0.2])
    """
    given = np.atleast_1d(np.asarray(weights, dtype=np.float64))
    if given.ndim != 1 or given.size == 0:
        raise ScoringError("scoring.weights_are_no_list")
    if not np.isfinite(given).all() or (given < 0).any():
        bad = given[~np.isfinite(given) | (given < 0)][0]
        raise ScoringError("scoring.weight_out_of_range", value=f"{bad:g}")
    total = float(given.sum())
    if abs(total - 1) > SUM_TOLERANCE:
        scaled = ", ".join(f"{w / total:.4g}" for w in given) if total > 0 else "—"
        raise ScoringError("scoring.weights_do_not_sum", total=f"{total:g}", scaled=scaled)
    return given / total

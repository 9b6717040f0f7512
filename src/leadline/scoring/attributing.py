"""What a difference between two scores is made of: parts by factor that sum to it exactly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadline.frameworks import FORMULA_ALIASES
from leadline.scoring.formulas import LEAST_RHO, composite
from leadline.scoring.weights import checked_weights

Floats = NDArray[np.float64]


def attribution(
    start: ArrayLike, end: ArrayLike, weights: ArrayLike, formula: str = "geometric", rho: float = 0.0
) -> Floats:
    r"""Split the difference between two scores over the factors, without a remainder.

    With V the score, :math:`L(a, b) = (a - b)/(\ln a - \ln b)` the logarithmic mean and 0 and 1 the
    start and the end:

    .. math::
       \text{geometric, source} \quad c_j &= L(V_1, V_0)\, w_j \ln(x_{j1} / x_{j0})
       \qquad (w_j = 1\text{ for source}) \\
       \text{arithmetic} \quad c_j &= w_j (x_{j1} - x_{j0}) \\
       \text{ces} \quad c_j &= \frac{V_1 - V_0}{V_1^\rho - V_0^\rho}\, w_j (x_{j1}^\rho - x_{j0}^\rho)

    The last is the one additive split of the power sum, carried to the scale of the score; it becomes
    the first as rho goes to 0 and the second at rho = 1.

    Parameters
    ----------
    start, end : array, shape (..., F), 0-100
        Factors before and after (or of another person, or of the group). NaN gives NaN.
    weights : array, shape (F,)
    formula, rho
        As in `composite`.

    Returns
    -------
    array, shape (..., F), score points
        Sums over the last axis to ``composite(end) - composite(start)``. Swapping start and end changes
        the sign and nothing else.

    Raises
    ------
    ScoringError
        As in `composite`.

    Notes
    -----
    A zero is taken at its limit: factors that hold the score at zero share the whole difference in
    proportion to their weights, and between two scores of zero every part is zero. Source: Ang (2004),
    Energy Policy 32, 1131-1139 (LMDI); Ang and Liu (2007), Energy Policy 35, 238-246 (zeros).

    Examples
    --------
    >>> parts = attribution([70, 80, 75, 90], [85, 80, 75, 81], [0.25] * 4)
    >>> parts.round(2)
    array([ 3.85,  0.  ,  0.  , -2.09])
    """
    before, after = np.broadcast_arrays(np.asarray(start, np.float64), np.asarray(end, np.float64))
    start_score = np.asarray(composite(before, weights, formula, rho))[..., None]
    end_score = np.asarray(composite(after, weights, formula, rho))[..., None]
    shares = checked_weights(weights)
    if formula == "arithmetic":
        return np.asarray(shares * (after - before))
    powers = np.ones_like(shares) if FORMULA_ALIASES.get(formula, formula) == "product" else shares
    move = _Move(before, after, powers, start_score, end_score)
    if formula == "ces" and abs(rho) >= LEAST_RHO:
        return _power(move, rho)
    return _logarithmic(move)


def gains(
    x: ArrayLike, weights: ArrayLike, formula: str = "geometric", rho: float = 0.0, *, step: float = 1.0
) -> Floats:
    """What a little more in each factor, alone, would add to the score now.

    Parameters
    ----------
    x : array, shape (..., F), 0-100
        Factors. NaN gives NaN.
    weights : array, shape (F,)
    formula, rho
        As in `composite`.
    step : float, score points
        How much more; less where the factor would pass 100.

    Returns
    -------
    array, shape (..., F), score points
        Not negative. With step 1 it is the marginal gain per point.

    Raises
    ------
    ScoringError
        As in `composite`.

    Examples
    --------
    >>> gains([85, 80, 75, 100], [0.25] * 4).round(3)
    array([0.247, 0.263, 0.28 , 0.   ])
    """
    factors = np.asarray(x, dtype=np.float64)
    now = composite(factors, weights, formula, rho)
    found = np.empty_like(factors)
    for j in range(factors.shape[-1]):
        raised = factors.copy()
        raised[..., j] = np.maximum(factors[..., j], np.minimum(factors[..., j] + step, 100.0))
        found[..., j] = np.maximum(composite(raised, weights, formula, rho) - now, 0.0)
    return found


class _Move(NamedTuple):
    """Factors before and after (..., F), their powers (F,), and the two scores (..., 1)."""

    before: Floats
    after: Floats
    weights: Floats
    start: Floats
    end: Floats

    @property
    def log_ratios(self) -> Floats:
        return np.asarray(np.log(self.after) - np.log(self.before))


def _logarithmic(move: _Move) -> Floats:
    """LMDI: the logarithmic mean of the two scores times each factor's own log ratio."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(move.weights > 0, move.weights * move.log_ratios, 0.0)
        ratio = ratios.sum(axis=-1, keepdims=True)
        mean = np.where(ratio == 0, move.start, _change(move, ratio) / ratio)
        parts = mean * ratios
    return _with_zeros(parts, move)


def _power(move: _Move, rho: float) -> Floats:
    """The split of the power sum, taken relative to the greater of the two sums so that none overflows."""
    start, end = move.start, move.end
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        first = _share_of_power_sum(move.before, move.weights, start, rho)
        last = _share_of_power_sum(move.after, move.weights, end, rho)
        if np.isinf(rho):
            # The weakest factor of the lower state (the strongest of the higher one) carries it all.
            parts = (end - start) * np.where((end > start) == (rho > 0), last, first)
        else:
            ratio = np.log(end) - np.log(start)
            growth = rho * ratio
            grown = _relative_growth(growth, rho * move.log_ratios, first, last)
            mean = _change(move, ratio) / np.copysign(np.expm1(-np.abs(growth)), growth)
            parts = np.where(growth == 0, start / rho, mean) * grown
    parts = _with_zeros(parts, move)
    if rho < 0:
        return parts
    # A positive rho lets others make up for a zero: only where all are zero is the score rightly zero.
    parts = np.where(_all_zero(move.before, move.weights), end * np.nan_to_num(last), parts)
    return np.where(_all_zero(move.after, move.weights), -start * np.nan_to_num(first), parts)


def _change(move: _Move, ratio: Floats) -> Floats:
    """End minus start, with the digits that the subtraction loses where they are nearly equal."""
    return np.where(np.abs(ratio) < 1, move.start * np.expm1(np.minimum(ratio, 1.0)), move.end - move.start)


def _share_of_power_sum(x: Floats, weights: Floats, score: Floats, rho: float) -> Floats:
    if np.isinf(rho):
        share = np.where(x == score, weights, 0.0)
    else:
        share = np.where(weights > 0, weights * np.exp(rho * np.log(x / score)), 0.0)
    return np.asarray(share / share.sum(axis=-1, keepdims=True))


def _relative_growth(growth: Floats, growths: Floats, first: Floats, last: Floats) -> Floats:
    """Growth of each term of the power sum, as a share of the greater of the two sums."""
    small = np.abs(growths) < 1
    up = np.where(small, -last * np.expm1(-growths), last - first * np.exp(-growth))
    down = np.where(small, first * np.expm1(growths), last * np.exp(growth) - first)
    return np.where(growth > 0, up, down)


def _all_zero(x: Floats, weights: Floats) -> NDArray[np.bool_]:
    return np.asarray(((x == 0) | (weights == 0)).all(axis=-1, keepdims=True))


def _with_zeros(parts: Floats, move: _Move) -> Floats:
    """Parts where a score is zero because factors are: those factors share the whole difference."""
    start, end = move.start, move.end
    if not ((start == 0) | (end == 0)).any():
        return parts
    with np.errstate(invalid="ignore"):
        hold_start = np.where(move.before == 0, move.weights, 0.0)
        hold_end = np.where(move.after == 0, move.weights, 0.0)
        rise = end * hold_start / hold_start.sum(axis=-1, keepdims=True)
        fall = -start * hold_end / hold_end.sum(axis=-1, keepdims=True)
    parts = np.where(start == 0, rise, parts)
    parts = np.where((end == 0) & (start != 0), fall, parts)
    return np.where((start == 0) & (end == 0), 0.0, parts)

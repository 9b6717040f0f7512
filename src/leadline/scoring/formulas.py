"""From factors to one score: the weighted power means, and the product of the source article.

Every function works on the last axis and on any number of leading axes, so the same code makes
the score of one person and of every draw of every person. Factors are taken one column at a time:
equal rows then give equal scores to the last bit, which ties in a ranking rest on.
"""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadline.errors import ScoringError
from leadline.frameworks import FORMULA_ALIASES, FormulaName
from leadline.scoring.weights import checked_weights

Floats = NDArray[np.float64]
FORMULAS: tuple[FormulaName, ...] = tuple(
    name for name in get_args(FormulaName) if name not in FORMULA_ALIASES
)

# Nearer to 0 the power mean is the geometric mean in double precision, and rho * log(x) is subnormal.
LEAST_RHO = 1e-150


def geometric(x: Floats, weights: Floats) -> Floats:
    r"""Weighted geometric mean :math:`\prod_j x_j^{w_j}`; a zero with any weight makes it zero."""
    columns, shares = _weighted_columns(x, weights)
    with np.errstate(divide="ignore"):
        total = shares[0] * np.log(columns[0])
        for column, share in zip(columns[1:], shares[1:], strict=True):
            total += share * np.log(column)
    return _between_least_and_greatest(np.exp(total), columns)


def arithmetic(x: Floats, weights: Floats) -> Floats:
    r"""Weighted arithmetic mean :math:`\sum_j w_j x_j`."""
    columns, shares = _weighted_columns(x, weights)
    total = shares[0] * columns[0]
    for column, share in zip(columns[1:], shares[1:], strict=True):
        total += share * column
    return _between_least_and_greatest(total, columns)


def ces(x: Floats, weights: Floats, rho: float) -> Floats:
    r"""Weighted power mean :math:`(\sum_j w_j x_j^\rho)^{1/\rho}` for every rho, infinities included.

    The largest term is taken out before summing, :math:`\log M = m + \mathrm{log1p}(\sum_j w_j\,
    \mathrm{expm1}(\rho(\log x_j - m)))/\rho`, so all exponents are negative, nothing cancels, and the
    limits at 0 and at minus infinity (the weakest factor) are reached without a jump.
    """
    if abs(rho) < LEAST_RHO:
        return geometric(x, weights)
    if rho == 1:
        return arithmetic(x, weights)
    columns, shares = _weighted_columns(x, weights)
    if np.isinf(rho):
        return _outermost(columns, greatest=rho > 0)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        logs = [np.log(column) for column in columns]
        top = _outermost(logs, greatest=rho > 0)
        nothing = np.isneginf(top)
        top = np.where(nothing, 0.0, top)
        total = np.zeros_like(top)
        for log, share in zip(logs, shares, strict=True):
            total += share * np.expm1(rho * (log - top))
        mean = np.where(nothing, 0.0, np.exp(top + np.log1p(total) / rho))
    return _between_least_and_greatest(mean, columns)


def product(x: Floats) -> Floats:
    r"""Product of the factors divided by 100, as the source article prints it; unbounded, no weights."""
    columns = np.moveaxis(x, -1, 0)
    total = columns[0] / 100.0
    for column in columns[1:]:
        total *= column
    return np.asarray(total)


def composite(x: ArrayLike, weights: ArrayLike, formula: str = "geometric", rho: float = 0.0) -> Floats:
    r"""Overall score from factors.

    .. math::
       \text{geometric} = 100\prod_j (x_j/100)^{w_j}, \quad
       \text{arithmetic} = \sum_j w_j x_j, \quad
       \text{ces} = 100\,\bigl(\textstyle\sum_j w_j (x_j/100)^\rho\bigr)^{1/\rho}, \quad
       \text{product} = \tfrac{1}{100}\textstyle\prod_j x_j

    Parameters
    ----------
    x : array, shape (..., F), 0-100
        Factors. NaN gives NaN.
    weights : array, shape (F,)
        Not negative, sum to 1. A factor of weight 0 does not matter, whatever its value. ``product``
        has none: the weights are checked and not used.
    formula : {"geometric", "product", "arithmetic", "ces"}
    rho : float
        Substitution of ``ces``, used by it alone: 1 is the arithmetic mean, 0 the geometric,
        -inf the weakest factor, inf the strongest.

    Returns
    -------
    array, shape (...)
        0-100, between the least and the greatest factor; ``product`` is unbounded.

    Raises
    ------
    ScoringError
        Unknown formula; weights that are negative, do not sum to 1 or are not F; rho is NaN.

    Notes
    -----
    Cost one logarithm a factor. Source: Hardy, Littlewood and Polya (1934), ch. 2 (power means);
    Arrow, Chenery, Minhas and Solow (1961) (CES). Checked in tests/reference/composite/.

    Examples
    --------
    >>> factors, equal = [85, 80, 75, 90], [0.25] * 4
    >>> composite(factors, equal).round(2), composite(factors, equal, "product")
    (np.float64(82.31), np.float64(459000.0))
    >>> composite([factors, [100, 100, 100, 0]], equal, "ces", rho=-1).round(2)
    array([82.12,  0.  ])
    """
    factors = np.asarray(x, dtype=np.float64)
    shares = checked_weights(weights)
    formula = FORMULA_ALIASES.get(formula, formula)
    if factors.ndim == 0 or factors.shape[-1] != len(shares):
        given = factors.shape[-1] if factors.ndim else 1
        raise ScoringError("scoring.weights_do_not_fit", given=given, n=len(shares))
    if formula == "geometric":
        return geometric(factors, shares)[()]
    if formula == "arithmetic":
        return arithmetic(factors, shares)[()]
    if formula == "product":
        return product(factors)[()]
    if formula == "ces":
        return ces(factors, shares, checked_rho(rho))[()]
    raise ScoringError("errors.no_such_option", name="formula", value=formula, allowed=", ".join(FORMULAS))


def checked_rho(rho: float) -> float:
    """Substitution as a number; NaN is refused with `ScoringError`."""
    if np.isnan(rho):
        raise ScoringError("scoring.rho_is_no_number")
    return float(rho)


def _weighted_columns(x: Floats, weights: Floats) -> tuple[list[Floats], list[float]]:
    used = [j for j, weight in enumerate(weights) if weight > 0]
    return [x[..., j] for j in used], [float(weights[j]) for j in used]


def _outermost(columns: list[Floats], *, greatest: bool) -> Floats:
    choose = np.maximum if greatest else np.minimum
    found = np.array(columns[0])
    for column in columns[1:]:
        found = choose(found, column)
    return found


def _between_least_and_greatest(mean: Floats, columns: list[Floats]) -> Floats:
    # A mean of equal numbers must be that number: rounding would otherwise give 100.00000000000001.
    return np.clip(mean, _outermost(columns, greatest=False), _outermost(columns, greatest=True))

r"""How much one rater's ratings of one ratee hang together, and what that does to errors.

Ratings of a cell share an impression with variance :math:`\sigma_u^2` (halo), so a cell's residual sum
varies as :math:`V_c (1 + \sigma_u^2 V_c)` and not as :math:`V_c`. The joint method has no halo term;
its errors are widened instead by the dispersion this brings (quasi-likelihood, McCullagh and Nelder
1989, ch. 9).
"""

from __future__ import annotations

import numpy as np

from leadline.measurement.kernels.arrays import Codes, Floats, add_up

_MEDIAN = 0.454936423119572
"""Median of chi-squared with one degree of freedom."""


def halo_variance(surplus: Floats, variance: Floats, n_parameters: int) -> float:
    r"""Variance of the shared impression, in logits squared.

    The value at which the median of :math:`S_c^2 / [V_c (1 + \sigma^2 V_c)]` is that of chi-squared with
    one degree of freedom, less what the estimated locations absorb. By the median, a few raters
    who see nothing but one impression do not widen everybody's errors.

    Parameters
    ----------
    surplus, variance : array, shape (C,)
        Sum of residuals of each cell, and sum of their variances.
    n_parameters : int
        Locations estimated from these cells.

    Returns
    -------
    float
        0 where cells vary no more than the model says, or there are too few of them.

    Examples
    --------
    >>> halo_variance(np.array([1.0, -1.0, 2.0, 0.5]), np.full(4, 4.0), 1)
    0.0
    """
    spare = len(surplus) - n_parameters
    if spare < max(5, 0.05 * len(surplus)):
        return 0.0
    goal = _MEDIAN * spare / len(surplus)

    def excess(halo: float) -> float:
        return float(np.median(surplus**2 / (variance * (1 + halo * variance)))) - goal

    low, high = 0.0, 4.0
    if excess(low) <= 0:
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2


def dispersion(group: Codes, n_groups: int, variance: Floats, halo: float) -> Floats:
    r"""Factor by which a group's error variance grows, :math:`1 + \sigma_u^2 \sum V_c^2 / \sum V_c`.

    Parameters
    ----------
    group : array of int, shape (C,)
        Group of each cell.
    n_groups : int
    variance : array, shape (C,)
    halo : float

    Returns
    -------
    array, shape (G,)

    Examples
    --------
    >>> dispersion(np.zeros(3, int), 1, np.full(3, 5.0), 0.1)
    array([1.5])
    """
    total = add_up(group, n_groups, variance)
    square = add_up(group, n_groups, variance * variance)
    return 1 + halo * square / np.where(total > 0, total, 1.0)

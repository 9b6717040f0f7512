"""Many tests at once: which to believe."""

from __future__ import annotations

import numpy as np

from leadline.measurement.kernels.arrays import Flags, Floats

RATE = 0.05
"""False discovery rate of every flag."""


def adjusted(p_values: Floats) -> Floats:
    """Smallest false discovery rate at which each test would still hold.

    Parameters
    ----------
    p_values : array, shape (T,)
        NaN where no test was made.

    Returns
    -------
    array, shape (T,)

    Notes
    -----
    Source: Benjamini and Hochberg (1995); as R's ``p.adjust(method = "BH")``.

    Examples
    --------
    >>> adjusted(np.array([0.01, 0.02, 0.03, 0.8])).round(3)
    array([0.04, 0.04, 0.04, 0.8 ])
    """
    tested = np.flatnonzero(~np.isnan(p_values))
    order = tested[np.argsort(p_values[tested], kind="stable")]
    rates = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    found = np.full(len(p_values), np.nan)
    found[order] = np.minimum(np.minimum.accumulate(rates[::-1])[::-1], 1.0)
    return found


def discoveries(p_values: Floats, rate: float = RATE) -> Flags:
    """Tests that hold when the share of false ones among them is to stay below a rate.

    Parameters
    ----------
    p_values : array, shape (T,)
        NaN where no test was made.
    rate : float
        False discovery rate.

    Returns
    -------
    bool array, shape (T,)

    Notes
    -----
    Source: Benjamini and Hochberg (1995).

    Examples
    --------
    >>> discoveries(np.array([0.001, 0.02, 0.04, 0.9]))
    array([ True,  True, False, False])
    """
    return adjusted(p_values) <= rate

"""Many tests at once: which to believe."""

from __future__ import annotations

import numpy as np

from leadline.measurement.kernels.arrays import Flags, Floats


def discoveries(p_values: Floats, rate: float = 0.05) -> Flags:
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
    tested = np.flatnonzero(~np.isnan(p_values))
    order = tested[np.argsort(p_values[tested], kind="stable")]
    limits = rate * np.arange(1, len(order) + 1) / max(len(order), 1)
    below = np.flatnonzero(p_values[order] <= limits)
    found = np.zeros(len(p_values), dtype=bool)
    if len(below):
        found[order[: below[-1] + 1]] = True
    return found

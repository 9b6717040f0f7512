"""From logits to 0-100: declared by the framework version, never by the pool of people.

``fair-average-share/1``: for ratings the fair average, what an average rater would give, as a share
of the scale, :math:`100\\,(E[Y \\mid \\theta, \\lambda = 0] - min)/(max - min)`, averaged over the
factor's items; for exams the expected share of the greatest score over the factor's questions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.errors import UsageError
from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.kernels.categories import category_probabilities

MAPS = ("fair-average-share/1",)

_GRID = np.linspace(-15.0, 15.0, 1201)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)


@dataclass(frozen=True, eq=False)
class Curve:
    """A rising map from logits to 0-100, tabulated.

    Attributes
    ----------
    logits, value : array, shape (G,)

    Examples
    --------
    >>> Curve(np.array([-1.0, 1.0]), np.array([0.0, 100.0]))(np.array([0.5]))
    array([75.])
    """

    logits: Floats
    value: Floats

    def __call__(self, theta: Floats) -> Floats:
        """Values (0-100) at locations in logits; NaN stays NaN."""
        return np.interp(theta, self.logits, self.value)

    def with_error(self, theta: Floats, theta_se: Floats) -> tuple[Floats, Floats]:
        """Mean and standard deviation of the mapped normal distribution of theta.

        By Gauss-Hermite quadrature with 21 nodes, so that near an end of the scale the value stays in
        the middle of its interval.

        Parameters
        ----------
        theta, theta_se : array, shape (P,), logits

        Returns
        -------
        value, se : array, shape (P,), 0-100
            NaN where theta is.

        Examples
        --------
        >>> line = Curve(np.array([-10.0, 10.0]), np.array([0.0, 100.0]))
        >>> value, se = line.with_error(np.array([0.0]), np.array([0.4]))
        >>> value.round(3), se.round(3)
        (array([50.]), array([2.]))
        """
        share = _WEIGHTS / _WEIGHTS.sum()
        at_nodes = self(theta[:, None] + theta_se[:, None] * _NODES)
        mean = at_nodes @ share
        spread = ((at_nodes - mean[:, None]) ** 2) @ share
        return mean, np.sqrt(np.maximum(spread, 0.0))


def check_map(name: str) -> None:
    """Refuse a map that this version does not know.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> check_map("fair-average-share/1")
    """
    if name not in MAPS:
        raise UsageError("errors.no_such_option", name="map", value=name, allowed=", ".join(MAPS))


def share_curve(steps: Floats, labels: Floats, low: NDArray[np.float64], high: NDArray[np.float64]) -> Curve:
    """Mean over items of the expected rating as a share of the scale.

    Parameters
    ----------
    steps : array, shape (I, K-1), logits
        ``inf`` where an item has no such step.
    labels : array, shape (I, K)
        Rating (or score) of each rung; NaN where there is none.
    low, high : array, shape (I,)
        Lowest and highest rating the scale allows.

    Returns
    -------
    Curve

    Examples
    --------
    >>> curve = share_curve(np.zeros((1, 1)), np.array([[0.0, 1.0]]), np.zeros(1), np.ones(1))
    >>> float(curve(np.array([0.0]))[0])
    50.0
    """
    total = np.zeros_like(_GRID)
    for each, label, least, most in zip(steps, labels, low, high, strict=True):
        prob = category_probabilities(_GRID, each)
        total += (prob @ np.nan_to_num(label) - least) / (most - least)
    return Curve(_GRID, 100.0 * total / len(steps))

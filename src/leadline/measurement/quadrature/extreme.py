"""A defined answer for items that everybody got right, or everybody wrong."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from leadline.measurement.quadrature.cells import Floats
from leadline.measurement.quadrature.families import adjacent
from leadline.measurement.quadrature.nodes import rule

# As joint estimation does: the score is moved by this share of a score point.
SHIFT = 0.3
# Beyond everybody by this many logits over the slope, the chance of the other answer is nil.
_FARTHEST = 60.0


class Edge(NamedTuple):
    """Difficulty of an extreme item and its standard error, logits."""

    difficulty: float
    se: float


class People(NamedTuple):
    """Those who answered an item, as the other items show them. U units.

    Attributes
    ----------
    mean, sd : array, shape (U,), logits
    weight : array, shape (U,)
    """

    mean: Floats
    sd: Floats
    weight: Floats


def edge(slope: float, start_intercepts: Floats, people: People, end: Literal["lowest", "highest"]) -> Edge:
    """Difficulty at which the expected score of an extreme item is 0.3 points from its end.

    Parameters
    ----------
    slope : float
    start_intercepts : array, shape (M,)
        Thresholds added up, relative to the difficulty: 0 for the highest category.
    people : People
    end : {"lowest", "highest"}
        The category of all answers.

    Returns
    -------
    Edge
        NaN where fewer than 0.6 score points could be had: the shift would pass the middle.

    Examples
    --------
    >>> ten = People(np.zeros(10), np.full(10, 1e-9), np.ones(10))
    >>> round(edge(1.0, np.zeros(1), ten, "highest").difficulty, 3), round(float(-np.log(9.7 / 0.3)), 3)
    (-3.476, -3.476)
    """
    # A tenth of a second to load, and few data have such an item.
    from scipy.optimize import brentq  # noqa: PLC0415

    nodes = rule(7)
    theta = (people.mean[:, None] + people.sd[:, None] * nodes.place).ravel()
    normal = np.exp(nodes.log_weight - 0.5 * nodes.place**2)
    shares = (people.weight[:, None] * normal).ravel()
    numbers = np.arange(len(start_intercepts) + 1.0)

    def moments(difficulty: float) -> tuple[float, float]:
        intercept = -slope * (numbers[1:] * difficulty + start_intercepts)
        chance = adjacent.probabilities(np.array([slope]), intercept[:, None], theta)[:, 0]
        expected = chance @ numbers
        return float(shares @ expected), float(shares @ (chance @ numbers**2 - expected**2))

    ends = float(people.weight.sum()) * len(start_intercepts)
    target = ends - SHIFT if end == "highest" else SHIFT
    if ends <= 2 * SHIFT:
        return Edge(float("nan"), float("nan"))
    far = float(
        np.abs(theta).max() + np.abs(start_intercepts[start_intercepts < -adjacent.NEVER]).max(initial=0.0)
    )
    far += _FARTHEST / slope
    found = brentq(lambda difficulty: moments(difficulty)[0] - target, -far, far)
    return Edge(float(found), float(1.0 / (slope * np.sqrt(moments(found)[1]))))

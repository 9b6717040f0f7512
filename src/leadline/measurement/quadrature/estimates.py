"""From a solution to parameters, population and locations on the scale of logits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leadline.measurement.quadrature.cells import Floats
from leadline.measurement.quadrature.marginal import Posterior, Scale, posterior
from leadline.measurement.quadrature.nodes import Centres
from leadline.measurement.quadrature.problem import Problem
from leadline.measurement.quadrature.solve import Solution
from leadline.measurement.values.facet import Component


class Estimates(NamedTuple):
    """Parameters with their errors, the population's spread, and the units. p parameters.

    Attributes
    ----------
    b : array, shape (p,)
    covariance : array, shape (p, p)
    spread, spread_se : float
        Standard deviation of the population, logits.
    units : Posterior
        Of the packed units, logits.
    """

    b: Floats
    covariance: Floats
    spread: float
    spread_se: float
    units: Posterior

    def component(self, name: str) -> Component:
        """Variance of the population with its standard error by the delta rule."""
        return Component(name, self.spread**2, self.spread, 2.0 * self.spread * self.spread_se)


def estimates(problem: Problem, solution: Solution, n_slopes: int) -> Estimates:
    """Turn the scale so that slopes are positive, and put locations on it.

    Parameters
    ----------
    problem : Problem
    solution : Solution
    n_slopes : int
        How many of the first parameters are slopes. One is the population's standard deviation, shared
        by all items; more are the items' own, and the population's is 1.

    Returns
    -------
    Estimates
    """
    sign = np.ones(len(solution.b))
    if solution.b[:n_slopes].sum() < 0:
        sign[:n_slopes] = -1.0
    b, covariance = solution.b * sign, solution.covariance * np.outer(sign, sign)
    centres = Centres(solution.centres.middle * sign[0], solution.centres.width)
    spread, spread_se, moves = 1.0, 0.0, np.zeros(len(b))
    if n_slopes == 1:
        spread, spread_se, moves[0] = float(b[0]), float(np.sqrt(covariance[0, 0])), 1.0
    scale = Scale(spread, moves, covariance)
    units = posterior(problem, b, scale, centres, solution.rule)
    return Estimates(b, covariance, spread, spread_se, units)

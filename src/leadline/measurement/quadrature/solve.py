"""From a model laid out to its maximum: nodes settled at every step, added until they no longer matter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from leadline.measurement.quadrature.cells import Floats
from leadline.measurement.quadrature.climb import Summit, climb
from leadline.measurement.quadrature.marginal import Surface, log_likelihood, surface
from leadline.measurement.quadrature.nodes import Centres, at_rest, rule, settled
from leadline.measurement.quadrature.problem import Problem

# Numbers of nodes: the first to come near, then in turn until the log-likelihood's error is small.
_LEVELS = (5, 15, 25, 41, 61, 91)
_NODE_ERROR = 1e-5
# Near enough to change the number of nodes; and iterations at numbers that may prove too few.
_ROUGH, _SHORT = 1e-2, 30
# Slopes beyond this are on their way to infinity, and no number of nodes resolves a step.
_STEEP = 20.0
# Smallest pivot of the information, as a correlation matrix, that is not taken for a rounded zero.
_PIVOT = 1e-5


@dataclass(frozen=True, eq=False, kw_only=True)
class Solution:
    """The maximum of a marginal likelihood. p parameters, U units.

    Attributes
    ----------
    b : array, shape (p,)
    covariance : array, shape (p, p)
        Inverse of the observed information; NaN where the data do not identify the parameters.
    log_likelihood : float
        Marginal, without the prior's share.
    iterations : int
    converged : bool
    n_nodes : int
    node_error : float
        Change of the log-likelihood with the next larger number of nodes; NaN where it was not asked.
    centres : Centres
    """

    b: Floats
    covariance: Floats
    log_likelihood: float
    iterations: int
    converged: bool
    n_nodes: int
    node_error: float
    centres: Centres


class _Landscape:
    """A problem seen with a number of nodes; remembers where posteriors were last."""

    def __init__(self, problem: Problem, n_nodes: int, centres: Centres) -> None:
        self.problem, self.rule, self.centres = problem, rule(n_nodes), centres

    def survey(self, b: Floats) -> Surface:
        self.centres = settled(self.problem, self.problem.parameters.items(b), self.centres)
        found = surface(self.problem, b, self.centres, self.rule)
        if self.problem.prior is None:
            return found
        value, gradient, information = self.problem.prior.at(b)
        return replace(
            found,
            value=found.value + value,
            gradient=found.gradient + gradient,
            complete=found.complete + np.diag(information),
        )

    def sound(self, b: Floats, here: Surface) -> float:
        return log_likelihood(self.problem, b, here.centres, self.rule) + _prior(self.problem, b)


def solve(problem: Problem, *, n_nodes: int | None, tolerance: float, most: int) -> Solution:
    """Maximise the marginal likelihood of a problem.

    Parameters
    ----------
    problem : Problem
    n_nodes : int, optional
        Quadrature nodes a unit. None adds nodes until the log-likelihood moves less than 1e-5.
    tolerance : float
        Squared distance to the maximum, in standard errors, at which to stop.
    most : int
        Iterations; at numbers of nodes that prove too few, 30 at most.

    Returns
    -------
    Solution
    """
    hill = _Landscape(problem, n_nodes or _LEVELS[0], at_rest(problem.n_units))
    if n_nodes is not None:
        summit = climb(hill, problem.start, tolerance=tolerance, most=most)
        return _solution(problem, summit, n_nodes, summit.iterations, float("nan"))
    summit = climb(hill, problem.start, tolerance=_ROUGH, most=min(most, _SHORT), firmly=False)
    done = summit.iterations
    for level, following in pairwise(_LEVELS[1:]):
        hill = _Landscape(problem, level, summit.surface.centres)
        last = following == _LEVELS[-1]
        summit = climb(hill, summit.b, tolerance=tolerance, most=most if last else min(most, _SHORT))
        done += summit.iterations
        finer = log_likelihood(problem, summit.b, summit.surface.centres, rule(following))
        error = abs(finer + _prior(problem, summit.b) - summit.surface.value)
        steep = np.abs(problem.parameters.items(summit.b)[0]).max() > _STEEP
        if steep or (error < _NODE_ERROR and summit.converged):
            break
    return _solution(problem, summit, level, done, error)


def _solution(problem: Problem, summit: Summit, n_nodes: int, iterations: int, node_error: float) -> Solution:
    covariance = _inverse(summit.surface.complete - summit.surface.missing)
    return Solution(
        b=summit.b,
        covariance=covariance,
        log_likelihood=summit.surface.value - _prior(problem, summit.b),
        iterations=iterations,
        converged=summit.converged and bool(np.isfinite(covariance).all()),
        n_nodes=n_nodes,
        node_error=node_error,
        centres=summit.surface.centres,
    )


def _prior(problem: Problem, b: Floats) -> float:
    return 0.0 if problem.prior is None else problem.prior.at(b)[0]


def _inverse(information: Floats) -> Floats:
    """Inverse of a positive definite matrix, NaN where it is not one to working precision."""
    scale = np.sqrt(np.abs(np.diag(information)))
    scale[scale == 0] = 1.0
    try:
        factor = cho_factor(information / np.outer(scale, scale), lower=True)
    except LinAlgError:
        return np.full_like(information, np.nan)
    if np.diag(factor[0]).min() < _PIVOT:
        return np.full_like(information, np.nan)
    return np.asarray(cho_solve(factor, np.eye(len(scale))) / np.outer(scale, scale))

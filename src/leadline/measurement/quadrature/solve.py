"""From a model laid out to its maximum: nodes settled at every step, added until they no longer matter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from leadline.measurement.quadrature.cells import Floats
from leadline.measurement.quadrature.marginal import Surface, log_likelihood, surface
from leadline.measurement.quadrature.nodes import Centres, Rule, at_rest, even_rule, rule, settled
from leadline.measurement.quadrature.optimise import Optimum, optimise
from leadline.measurement.quadrature.problem import Problem

# Rules: the first to come near, then in turn until the log-likelihood's error is small.
_FIRST = rule(5)
_RULES = (rule(15), rule(25), rule(41), even_rule(121), even_rule(241), even_rule(481))
_NODE_ERROR = 1e-5
# With a larger error what the nodes said cannot be trusted, and the climb starts afresh.
_LOST = 1e-2
# Near enough to change the rule; and iterations with rules that may prove too coarse.
_ROUGH, _SHORT = 1e-2, 30
# Slopes beyond this are on their way to infinity.
_ENDLESS = 40.0
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
    rule : Rule
    node_error : float
        Change of the log-likelihood with the next finer rule; NaN where it was not asked.
    centres : Centres
    """

    b: Floats
    covariance: Floats
    log_likelihood: float
    iterations: int
    converged: bool
    rule: Rule
    node_error: float
    centres: Centres


class _Landscape:
    """A problem seen through a rule; remembers where posteriors were last."""

    def __init__(self, problem: Problem, rule: Rule, centres: Centres) -> None:
        self.problem, self.rule, self.centres = problem, rule, centres

    def survey(self, b: Floats) -> Surface:
        self.centres = settled(self.problem, self.problem.parameters.items(b), self.centres, self.rule)
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

    def is_endless(self, b: Floats) -> bool:
        return bool(np.abs(self.problem.parameters.items(b)[0]).max() > _ENDLESS)


def solve(problem: Problem, *, n_nodes: int | None, tolerance: float, most: int) -> Solution:
    """Maximise the marginal likelihood of a problem.

    Parameters
    ----------
    problem : Problem
    n_nodes : int, optional
        Gauss-Hermite nodes a unit. None adds nodes until the log-likelihood moves less than 1e-5.
    tolerance : float
        Squared distance to the maximum, in standard errors, at which to stop.
    most : int
        Iterations; at numbers of nodes that prove too few, 30 at most.

    Returns
    -------
    Solution
    """
    if n_nodes is not None:
        hill = _Landscape(problem, rule(n_nodes), at_rest(problem.n_units))
        optimum = optimise(hill, problem.start, tolerance=tolerance, most=most)
        return _solution(problem, optimum, rule(n_nodes), optimum.iterations, float("nan"))
    hill = _Landscape(problem, _FIRST, at_rest(problem.n_units))
    optimum = optimise(hill, problem.start, tolerance=_ROUGH, most=min(most, _SHORT), firmly=False)
    done, b, lost = optimum.iterations, optimum.b, False
    for one, finer in pairwise(_RULES):
        if lost and not one.evenly:
            continue
        hill = _Landscape(problem, one, optimum.surface.centres)
        last = finer is _RULES[-1]
        optimum = optimise(hill, b, tolerance=tolerance, most=most if last else min(most, _SHORT))
        done += optimum.iterations
        error = _error(problem, optimum, finer)
        if (error < _NODE_ERROR and optimum.converged) or (one.evenly and hill.is_endless(optimum.b)):
            break
        lost = error > _LOST
        b = problem.start if lost else optimum.b
    return _solution(problem, optimum, one, done, error)


def _error(problem: Problem, optimum: Optimum, finer: Rule) -> float:
    """Change of the log-likelihood with a finer rule."""
    items = problem.parameters.items(optimum.b)
    centres = settled(problem, items, optimum.surface.centres, finer)
    value = log_likelihood(problem, optimum.b, centres, finer) + _prior(problem, optimum.b)
    return abs(value - optimum.surface.value)


def _solution(problem: Problem, optimum: Optimum, rule: Rule, iterations: int, node_error: float) -> Solution:
    covariance = _inverse(optimum.surface.complete - optimum.surface.missing)
    return Solution(
        b=optimum.b,
        covariance=covariance,
        log_likelihood=optimum.surface.value - _prior(problem, optimum.b),
        iterations=iterations,
        converged=optimum.converged and bool(np.isfinite(covariance).all()),
        rule=rule,
        node_error=node_error,
        centres=optimum.surface.centres,
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

"""Where to integrate: Gauss-Hermite nodes around each unit's posterior mode, as wide as its curvature asks.

A fixed grid misses posteriors narrower than its spacing; these nodes move and shrink with the data,
so that a few of them are exact to many digits. Sources: Naylor and Smith (1982), Liu and Pierce (1994),
Pinheiro and Bates (1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial.hermite import hermgauss

from leadline.measurement.quadrature.cells import Cells, Floats, fetched
from leadline.measurement.quadrature.family import Family
from leadline.measurement.quadrature.problem import Problem

# A mode is found when the step is this share of the posterior's width: the next would be its square.
_CLOSE = 1e-4
_MOST_STEPS = 60


@dataclass(frozen=True, eq=False)
class Rule:
    """Gauss-Hermite rule for exp(-x^2 / 2) posteriors. Q nodes.

    Attributes
    ----------
    place : array, shape (Q,)
        In standard deviations from the mode.
    log_weight : array, shape (Q,)
        Logarithm of weight divided by the standard normal density at the node.
    """

    place: Floats
    log_weight: Floats


@cache
def rule(n_nodes: int) -> Rule:
    """The rule with a number of nodes: exact for polynomials up to degree 2 Q - 1 times a normal density.

    Parameters
    ----------
    n_nodes : int, 1 to 180

    Returns
    -------
    Rule

    Examples
    --------
    >>> rule(3).place.round(3) + 0.0
    array([-1.732,  0.   ,  1.732])
    """
    x, weight = hermgauss(n_nodes)
    return Rule(x * np.sqrt(2.0), np.log(weight / np.sqrt(np.pi)) + x * x)


@dataclass(frozen=True, eq=False)
class Centres:
    """Posterior mode and width of each unit, in standard deviations of the population. U units.

    Attributes
    ----------
    mode, width : array, shape (U,)
    """

    mode: Floats
    width: Floats


def at_rest(count: int) -> Centres:
    """Centres before any answer is seen: the population's mean and spread.

    Examples
    --------
    >>> at_rest(1)
    Centres(mode=array([0.]), width=array([1.]))
    """
    return Centres(np.zeros(count), np.ones(count))


def settled(problem: Problem, items: tuple[Floats, Floats], start: Centres) -> Centres:
    """Posterior modes and widths under given item parameters.

    Parameters
    ----------
    problem : Problem
    items : slopes, shape (I,), and intercepts, shape (M, I)
    start : Centres
        Near is quick; anywhere is safe.

    Returns
    -------
    Centres
    """
    mode, width = start.mode.copy(), start.width.copy()
    for block in problem.blocks:
        cells = fetched(block, *items)
        mode[block.units], width[block.units] = _settled(problem.family, cells, mode[block.units])
    return Centres(mode, width)


def _settled(family: Family, cells: Cells, theta: Floats) -> tuple[Floats, Floats]:
    reach = np.full(len(theta), 2.0)
    before = np.zeros(len(theta))
    for _ in range(_MOST_STEPS):
        first, curvature = family.location(cells, theta)
        pull = first - theta
        # A pull that turned round has passed the mode: from there steps can only shrink.
        reach = np.where(pull * before < 0, reach * 0.5, reach)
        before = pull
        width = 1.0 / np.sqrt(curvature + 1.0)
        step = np.clip(pull * width**2, -reach, reach)
        theta = theta + step
        if (np.abs(step) <= _CLOSE * width).all():
            break
    return theta, width

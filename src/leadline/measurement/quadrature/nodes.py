"""Where to integrate: nodes laid around each unit's posterior, as wide as it asks.

A fixed grid misses posteriors narrower than its spacing; these nodes move and shrink with the data,
so that a few are exact to many digits. Gauss-Hermite nodes stand around the mode, scaled by the curvature
there. Where a steep item cuts a posterior off, curvature at the mode says little about the rest; then nodes
stand evenly over all the ground the posterior covers.
Sources: Naylor and Smith (1982), Liu and Pierce (1994), Pinheiro and Bates (1995); for even nodes
Trefethen and Weideman (2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial.hermite import hermgauss

from leadline.measurement.quadrature.cells import Cells, Floats, fetched
from leadline.measurement.quadrature.families.family import Family
from leadline.measurement.quadrature.problem import Problem

# A mode is found when the step is this share of the posterior's width: the next would be its square.
_CLOSE = 1e-4
_MOST_STEPS = 60
# The ground a posterior covers ends where its logarithm has fallen by this much.
_FALL = 25.0
# The prior alone makes it fall that far within sqrt(2 * 25) standard deviations; looked for in steps of 20 %.
_DISTANCES = np.sqrt(2.0 * _FALL) * 0.8 ** np.arange(27)[::-1]


@dataclass(frozen=True, eq=False)
class Rule:
    """Places of nodes and what each counts. Q nodes.

    Attributes
    ----------
    place : array, shape (Q,)
        In units of the centre's width.
    log_weight : array, shape (Q,)
        Logarithm of the node's share of an integral, less log(2 pi) / 2 for the prior's constant.
    evenly : bool
        Width is half the ground covered; else the standard deviation that the curvature implies.
    """

    place: Floats
    log_weight: Floats
    evenly: bool = False


@cache
def rule(n_nodes: int) -> Rule:
    """The Gauss-Hermite rule: exact for polynomials up to degree 2 Q - 1 times a normal density.

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


@cache
def even_rule(n_nodes: int) -> Rule:
    """Even nodes: exponentially exact for smooth integrands that vanish at both ends.

    Parameters
    ----------
    n_nodes : int, 2 or more

    Returns
    -------
    Rule

    Examples
    --------
    >>> even_rule(3).place
    array([-1.,  0.,  1.])
    """
    share = 2.0 / (n_nodes - 1) / np.sqrt(2.0 * np.pi)
    return Rule(np.linspace(-1.0, 1.0, n_nodes), np.full(n_nodes, np.log(share)), evenly=True)


@dataclass(frozen=True, eq=False)
class Centres:
    """Middle and width of the nodes of each unit, in standard deviations of the population. U units.

    Attributes
    ----------
    middle, width : array, shape (U,)
    """

    middle: Floats
    width: Floats


def at_rest(count: int) -> Centres:
    """Centres before any answer is seen: the population's mean and spread.

    Examples
    --------
    >>> at_rest(1)
    Centres(middle=array([0.]), width=array([1.]))
    """
    return Centres(np.zeros(count), np.ones(count))


def settled(problem: Problem, items: tuple[Floats, Floats], start: Centres, rule: Rule) -> Centres:
    """Where a rule's nodes belong under given item parameters.

    Parameters
    ----------
    problem : Problem
    items : slopes, shape (I,), and intercepts, shape (M, I)
    start : Centres
        Near is quick; anywhere is safe.
    rule : Rule

    Returns
    -------
    Centres
    """
    middle, width = start.middle.copy(), start.width.copy()
    for block in problem.blocks:
        cells, units = fetched(block, *items), block.units
        middle[units], width[units] = _settled(problem.family, cells, middle[units])
        if rule.evenly:
            middle[units], width[units] = _covered(problem.family, cells, middle[units])
    return Centres(middle, width)


def _settled(family: Family, cells: Cells, theta: Floats) -> tuple[Floats, Floats]:
    """Mode of each posterior, and the standard deviation that its curvature implies."""
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


def _covered(family: Family, cells: Cells, mode: Floats) -> tuple[Floats, Floats]:
    """Middle and half length of the ground that each posterior covers."""
    side = len(_DISTANCES)
    theta = mode[:, None] + np.concatenate([[0.0], _DISTANCES, -_DISTANCES])
    height = family.log_likelihood(cells, theta) - 0.5 * theta * theta
    high = height[:, 1:] > height[:, :1] - _FALL
    # The first distance beyond the last that is still high.
    last = side - high.reshape(-1, 2, side)[:, :, ::-1].argmax(axis=2)
    last[~high.reshape(-1, 2, side).any(axis=2)] = 0
    ends = _DISTANCES[np.minimum(last, side - 1)]
    return mode + 0.5 * (ends[:, 0] - ends[:, 1]), 0.5 * (ends[:, 0] + ends[:, 1])

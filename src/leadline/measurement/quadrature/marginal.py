"""The marginal log-likelihood by adaptive quadrature, its exact gradient and its observed information.

Fisher's identity gives the gradient, Louis's the information: with S the derivative of a unit's
complete log-likelihood by the parameters,

    information = E[-S'] - Var[S],   expectations over the unit's posterior on its nodes.

Sources: Louis (1982); Bock and Aitkin (1981) for the posterior weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from leadline.measurement.quadrature.cells import Block, Floats, fetched
from leadline.measurement.quadrature.nodes import Centres, Rule
from leadline.measurement.quadrature.problem import Problem


@dataclass(frozen=True, eq=False)
class Surface:
    """The marginal log-likelihood near a point. p parameters.

    Attributes
    ----------
    value : float
    gradient : array, shape (p,)
    complete : array, shape (p, p)
        Information that the answers would give if locations were known.
    missing : array, shape (p, p)
        Information lost because they are not; observed = complete - missing.
    centres : Centres
        Of the nodes.
    """

    value: float
    gradient: Floats
    complete: Floats
    missing: Floats
    centres: Centres


class Scale(NamedTuple):
    """From standard deviations of the population to logits, and how far parameters can be trusted.

    Attributes
    ----------
    unit : float
        Logits in a standard deviation.
    moves : array, shape (p,)
        Derivative of `unit` by the parameters.
    covariance : array, shape (p, p)
        Of the parameters.
    """

    unit: float
    moves: Floats
    covariance: Floats


@dataclass(frozen=True, eq=False)
class Posterior:
    """Each unit's location given its answers, logits. U units.

    Attributes
    ----------
    mean, sd : array, shape (U,)
        The parameters taken as known.
    calibration : array, shape (U,)
        Standard error that the parameters' errors give the mean.
    """

    mean: Floats
    sd: Floats
    calibration: Floats


class _Visit(NamedTuple):
    """A block seen at its nodes. J cells a unit, M predictors.

    Attributes
    ----------
    block : Block
    theta : array, shape (U, Q)
    weight : array, shape (U, Q)
        Posterior weight of each node; rows sum to 1.
    value : array, shape (U,)
        Marginal log-likelihood of each unit.
    first : list of M arrays, shape (U, Q, J)
    second : iterator of (m, l, array of shape (U, Q, J))
    """

    block: Block
    theta: Floats
    weight: Floats
    value: Floats
    first: list[Floats]
    second: Iterator[tuple[int, int, Floats]]


def _laid(block: Block, centres: Centres, rule: Rule) -> tuple[Floats, Floats]:
    """Nodes of the units (U, Q), and the log of weight x prior density at each, without constants."""
    width = centres.width[block.units][:, None]
    theta = centres.middle[block.units][:, None] + width * rule.place
    return theta, rule.log_weight - 0.5 * theta * theta + np.log(width)


def _weighed(log_joint: Floats) -> tuple[Floats, Floats]:
    """Posterior weight of each node (U, Q), and the marginal log-likelihood of each unit (U,)."""
    top = log_joint.max(axis=1, keepdims=True)
    weight = np.exp(log_joint - top)
    total = weight.sum(axis=1, keepdims=True)
    weight /= total
    return weight, (top + np.log(total))[:, 0]


def _visits(problem: Problem, b: Floats, centres: Centres, rule: Rule) -> Iterator[_Visit]:
    items = problem.parameters.items(b)
    for block in problem.blocks:
        theta, prior = _laid(block, centres, rule)
        found, first, second = problem.family.derivatives(fetched(block, *items), theta)
        weight, value = _weighed(found + prior)
        yield _Visit(block, theta, weight, value, first, second)


def log_likelihood(problem: Problem, b: Floats, centres: Centres, rule: Rule) -> float:
    """Marginal log-likelihood.

    Parameters
    ----------
    problem : Problem
    b : array, shape (p,)
    centres : Centres
    rule : Rule

    Returns
    -------
    float
        NaN where the parameters have no likelihood.
    """
    items = problem.parameters.items(b)
    total = 0.0
    for block in problem.blocks:
        theta, prior = _laid(block, centres, rule)
        _, value = _weighed(problem.family.log_likelihood(fetched(block, *items), theta) + prior)
        total += float(value @ block.count)
    return total


def surface(problem: Problem, b: Floats, centres: Centres, rule: Rule) -> Surface:
    """Value, gradient and both informations in one pass over the answers.

    Parameters
    ----------
    problem : Problem
    b : array, shape (p,)
    centres : Centres
    rule : Rule

    Returns
    -------
    Surface

    Notes
    -----
    Cost O(U Q J M^2 + U Q p^2); memory that of a block and two p x p matrices.
    """
    parameters = problem.parameters
    size, count = parameters.items(b)[1].shape
    score = problem.family.scores(size)
    value, gradient = 0.0, np.zeros((1 + size, count))
    second = np.zeros((3, size, size, count))
    missing: Floats | float = 0.0
    for visit in _visits(problem, b, centres, rule):
        value += float(visit.value @ visit.block.count)
        weighed = visit.weight * visit.block.count[:, None]
        moments = np.stack([weighed, weighed * visit.theta, weighed * visit.theta**2])
        for m, part in enumerate(visit.first):
            constant, linear = _by_item(visit.block, moments[:2], part, count)
            gradient[0] += score[m] * linear
            gradient[1 + m] += constant
        for m, other, part in visit.second:
            second[:, m, other] += _by_item(visit.block, moments, part, count)
        missing = missing + _spread(problem, visit, score)
    return Surface(
        value,
        parameters.gradient(gradient),
        parameters.information(_complete(second, score)),
        parameters.square(np.asarray(missing)),
        centres,
    )


def _by_item(block: Block, moments: Floats, part: Floats, count: int) -> Floats:
    """Weighted sums over units and nodes for each item: (T, U, Q) with (U, Q, J) gives (T, I)."""
    size, units, nodes = moments.shape
    if len(block.item) == 1:
        sums = moments.reshape(size, -1) @ part.reshape(units * nodes, -1)
        at = block.item[0]
        return np.stack([np.bincount(at, row, count) for row in sums])
    sums = moments.transpose(1, 0, 2) @ part
    at = block.item.ravel()
    return np.stack([np.bincount(at, sums[:, t].ravel(), count) for t in range(size)])


def _complete(second: Floats, score: Floats) -> Floats:
    """Blocks (1 + M, 1 + M, I) of complete information from moments of second derivatives."""
    size, count = second.shape[1], second.shape[3]
    upper = np.triu_indices(size, 1)
    second[:, upper[1], upper[0]] = second[:, upper[0], upper[1]]
    full = np.empty((1 + size, 1 + size, count))
    full[1:, 1:] = second[0]
    full[0, 1:] = full[1:, 0] = np.tensordot(score, second[1], axes=1)
    full[0, 0] = np.tensordot(score, np.tensordot(score, second[2], axes=1), axes=1)
    return -full


def _spread(problem: Problem, visit: _Visit, score: Floats) -> Floats:
    """Posterior variance of the units' scores, added up."""
    root = np.sqrt(visit.weight * visit.block.count[:, None])
    scores = _scores(problem, visit, score, root)
    mean = (np.sqrt(visit.weight)[:, None, :] @ scores)[:, 0]
    flat = scores.reshape(-1, scores.shape[2])
    return np.asarray(flat.T @ flat - mean.T @ mean)


def _scores(problem: Problem, visit: _Visit, score: Floats, scale: Floats) -> Floats:
    """Derivatives of the units' complete log-likelihoods at their nodes times a scale, (U, Q, columns)."""
    moved = [part if s == 1 else s * part for s, part in zip(score, visit.first, strict=True) if s]
    slopes = np.asarray(sum(moved[1:], start=moved[0])) * (scale * visit.theta)[:, :, None]
    intercepts = [part * scale[:, :, None] for part in visit.first]
    found = problem.parameters.scores(visit.block, slopes, intercepts)
    return found.reshape(*scale.shape, -1)


def posterior(problem: Problem, b: Floats, scale: Scale, centres: Centres, rule: Rule) -> Posterior:
    """Posterior mean and standard deviation of each unit's location, and what calibration adds.

    Parameters
    ----------
    problem : Problem
    b : array, shape (p,)
    scale : Scale
    centres : Centres
    rule : Rule

    Returns
    -------
    Posterior
        Units in no block keep the population's mean and standard deviation.

    Notes
    -----
    The mean moves with the parameters by its posterior covariance with their scores.
    """
    score = problem.family.scores(len(problem.parameters.items(b)[1]))
    mean, calibration = np.zeros(problem.n_units), np.zeros(problem.n_units)
    sd = np.full(problem.n_units, scale.unit)
    for visit in _visits(problem, b, centres, rule):
        units, weight = visit.block.units, visit.weight
        middle = (weight * visit.theta).sum(axis=1)
        off = visit.theta - middle[:, None]
        scores = _scores(problem, visit, score, weight * off).sum(axis=1)
        moves = scale.unit * problem.parameters.rows(scores) + middle[:, None] * scale.moves
        mean[units] = scale.unit * middle
        sd[units] = scale.unit * np.sqrt((weight * off * off).sum(axis=1))
        calibration[units] = np.sqrt(np.maximum(((moves @ scale.covariance) * moves).sum(axis=1), 0.0))
    return Posterior(mean, sd, calibration)

"""Kinds of evidence combined into factors, each ratee's dimensions known together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadline.measurement.factors.joint_posterior import JointPosterior
from leadline.measurement.kernels.arrays import Flags, Floats
from leadline.measurement.kernels.threads import single_algebra
from leadline.measurement.values.dimension import Dimension


def combined(
    dimensions: Sequence[Dimension], factors: Sequence[str], posterior: JointPosterior
) -> tuple[Floats, Floats, Flags]:
    """Factor values, their standard errors, and whether a kind that others have is missing.

    Kinds are weighted as declared, among those for which anybody has evidence. A kind that a ratee
    lacks stands at what the ratee's other evidence lets one expect, with the error of that; a ratee
    without any kind has no value.

    Parameters
    ----------
    dimensions : sequence of Dimension
    factors : sequence of str, F
    posterior : JointPosterior
        Its dimensions are those given, in their order.

    Returns
    -------
    value, se : array, shape (P, F), 0-100
    partial : bool array, shape (P, F)
    """
    shape = (len(posterior.mean), len(factors))
    value, error = np.full((2, *shape), np.nan)
    partial = np.zeros(shape, dtype=bool)
    expected, spread = mapped(dimensions, posterior)
    sd = np.sqrt(np.einsum("pii->pi", posterior.covariance))
    correlation = posterior.covariance / (sd[:, :, None] * sd[:, None, :])
    for f, factor in enumerate(factors):
        weight = weights_of(dimensions, factor)
        used = np.flatnonzero(weight)
        if len(used) == 0:
            continue
        has = np.array([np.isfinite(dimensions[d].value) for d in used.tolist()])
        partial[:, f] = ~has.all(axis=0)
        each = spread * weight
        variance = np.einsum("pi,pij,pj->p", each, correlation, each)
        value[:, f] = np.where(has.any(axis=0), expected @ weight, np.nan)
        error[:, f] = np.where(has.any(axis=0), np.sqrt(variance), np.nan)
    return value, error, partial


def expected_factors(
    dimensions: Sequence[Dimension], factors: Sequence[str], posterior: JointPosterior
) -> Floats:
    """Factor values whether or not there is evidence, shape (P, F), 0-100; NaN where nobody has any."""
    expected, _ = mapped(dimensions, posterior)
    found = np.full((len(expected), len(factors)), np.nan)
    for f, factor in enumerate(factors):
        weight = weights_of(dimensions, factor)
        if weight.any():
            found[:, f] = expected @ weight
    return found


def mapped(dimensions: Sequence[Dimension], posterior: JointPosterior) -> tuple[Floats, Floats]:
    """Mean and standard deviation of every dimension on 0-100, shape (P, D), evidence or none."""
    sd = np.sqrt(np.einsum("pii->pi", posterior.covariance))
    found = [one.curve.with_error(posterior.mean[:, d], sd[:, d]) for d, one in enumerate(dimensions)]
    return np.stack([mean for mean, _ in found], axis=1), np.stack([each for _, each in found], axis=1)


def factor_covariance(
    dimensions: Sequence[Dimension], factors: Sequence[str], posterior: JointPosterior
) -> Floats:
    """Covariance of every ratee's factor values; see `combined`.

    Parameters
    ----------
    dimensions : sequence of Dimension
    factors : sequence of str, F
    posterior : JointPosterior
        Its dimensions are those given, in their order.

    Returns
    -------
    array, shape (P, F, F), 0-100 squared

    Examples
    --------
    >>> from leadline.evidence import read_evidence
    >>> from leadline.frameworks import load_framework
    >>> from leadline.measurement import measure
    >>> framework = load_framework("technical-leadership")
    >>> goals = {"ratee": ["ada", "lin"], "item": ["goal_attainment"] * 2, "value": [80, 60]}
    >>> goals |= {"target": [100, 100], "baseline": [0, 0]}
    >>> found = measure(read_evidence({"outcomes": goals}, framework), framework)
    >>> variance = factor_covariance(found.dimensions, ["performance_goals"], found.posterior)[:, 0, 0]
    >>> bool(np.allclose(variance, found.dimensions[0].se ** 2))
    True
    """
    _, spread = mapped(dimensions, posterior)
    sd = np.sqrt(np.einsum("pii->pi", posterior.covariance))
    weight = np.array([weights_of(dimensions, factor) for factor in factors])
    each = weight[None] * (spread / sd)[:, None, :]
    return np.asarray(each @ posterior.covariance @ each.transpose(0, 2, 1))


def weights_of(dimensions: Sequence[Dimension], factor: str) -> Floats:
    """Declared share of every dimension in a factor, shape (D,), 0 for those of others.

    They add up to 1 over the kinds for which somebody has evidence, or to 0 without any.
    """
    weight = np.array(
        [one.weight if one.factor == factor and np.isfinite(one.value).any() else 0.0 for one in dimensions]
    )
    return weight / weight.sum() if weight.sum() > 0 else weight


def factor_draws(
    dimensions: Sequence[Dimension], factors: Sequence[str], posterior: JointPosterior, n: int, seed: int
) -> Floats:
    """Draws of every factor from what is known of all ratees together; see `Measures.draws`."""
    weights = [weights_of(dimensions, factor) for factor in factors]

    def made(drawn: Floats) -> Floats:
        block = np.full((*drawn.shape[:2], len(factors)), np.nan)
        for f, weight in enumerate(weights):
            counting = np.flatnonzero(weight).tolist()
            if counting:
                block[:, :, f] = sum(weight[d] * dimensions[d].curve(drawn[:, :, d]) for d in counting)
        return block

    found, begin = np.empty((n, len(posterior.mean), len(factors))), 0
    with single_algebra():
        for block in posterior.draws(n, seed, made):
            found[begin : begin + len(block)] = block
            begin += len(block)
    return found


def information(dimensions: Sequence[Dimension], factors: Sequence[str], posterior: JointPosterior) -> Floats:
    r"""Share of what is known of each factor that each dimension told.

    With :math:`c` the factor's weights, scaled by the slope of each map, :math:`\Sigma` the covariance
    among people, V the posterior one and :math:`J = V^{-1} - \Sigma^{-1}` what the evidence added,
    evidence takes off the variance :math:`c'\Sigma c - c'Vc = \sum_s c'\Sigma E_s J V c`, where
    :math:`E_s` selects a dimension: its share is its summand over :math:`c'\Sigma c`. What the
    shares leave of 1 is the part nobody told.

    Parameters
    ----------
    dimensions : sequence of Dimension
    factors : sequence of str, F
    posterior : JointPosterior

    Returns
    -------
    array, shape (P, F, D)
        0 for factors without evidence. Dimensions of other factors tell of it too, as far as people
        who are high on one are high on the other.
    """
    _, spread = mapped(dimensions, posterior)
    sd = np.sqrt(np.einsum("pii->pi", posterior.covariance))
    slope = np.nan_to_num(spread / sd)
    prior, known = posterior.prior, posterior.covariance
    added = np.linalg.inv(known) - np.linalg.inv(prior)
    found = np.zeros((len(sd), len(factors), len(dimensions)))
    for f, factor in enumerate(factors):
        c = weights_of(dimensions, factor) * slope
        before = np.einsum("pi,ij,pj->p", c, prior, c)
        told = np.einsum("pij,pjk,pk->pi", added, known, c) * (c @ prior)
        found[:, f] = np.where(before[:, None] > 0, told / np.where(before > 0, before, 1.0)[:, None], 0.0)
    return found

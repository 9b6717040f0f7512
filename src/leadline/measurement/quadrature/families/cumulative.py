"""Cumulative logits: the graded response model and the cumulative link mixed model.

P(Y >= m) = logistic(z_m), z_m = a theta + c_m, c_1 > c_2 > ... Sources: Samejima (1969),
McCullagh (1980).

Of a cell's predictors two matter: A, of its own category, and B < A, of the next. With D = A - B,

    P(Y = m) = logistic(A) logistic(-B) (1 - exp(-D)),

which never loses digits, and D does not depend on theta.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from leadline.measurement.quadrature.cells import Cells, Derivatives, Floats

# Intercept of a boundary that is never reached; its mirror stands below the lowest category.
NEVER = -1e30
_TOUCHING = 1e-12


def scores(n_predictors: int) -> Floats:
    """Every boundary has the slope of its item."""
    return np.ones(n_predictors)


class _Boundaries(NamedTuple):
    """Chance to reach the own category and the next, (U, Q, J); and what their distance gives, (., 1, J)."""

    reach: Floats
    beyond: Floats
    eta: Floats
    lower: Floats
    upper: Floats
    ratio: Floats
    gap_log: Floats


def _logistic(z: Floats) -> Floats:
    e = np.exp(-np.abs(z))
    share = np.where(z > 0, 1.0, e)
    share /= 1.0 + e
    return share


def _boundaries(cells: Cells, theta: Floats) -> _Boundaries:
    shape = cells.intercept.shape[1:]
    ends = np.concatenate([np.full((1, *shape), -NEVER), cells.intercept, np.full((1, *shape), NEVER)])
    category = cells.category[None].astype(np.intp)
    lower = np.take_along_axis(ends, category, axis=0)[0]
    upper = np.take_along_axis(ends, category + 1, axis=0)[0]
    gap = lower - upper
    if (gap <= _TOUCHING).any():
        # Thresholds out of order have no likelihood: NaN makes the climb take a shorter step.
        gap = np.where(gap > _TOUCHING, gap, np.nan)
    eta = cells.slope * theta[:, :, None]
    gap = np.minimum(gap, 700.0)
    return _Boundaries(
        _logistic(eta + lower),
        _logistic(eta + upper),
        eta,
        lower,
        upper,
        1.0 / np.expm1(gap),
        np.log(-np.expm1(-gap)),
    )


def _value(cells: Cells, at: _Boundaries) -> Floats:
    # log logistic(z) = min(z, 0) - log(1 + exp(-|z|)), and 1 + exp(-|z|) = 1 / max(p, 1 - p).
    rasch_start, far = np.maximum(at.reach, 1.0 - at.reach), np.maximum(at.beyond, 1.0 - at.beyond)
    rasch_start *= far
    value = np.log(rasch_start, out=rasch_start)
    value += np.minimum(at.eta + at.lower, 0.0)
    value -= np.maximum(at.eta + at.upper, 0.0)
    value += at.gap_log
    if cells.weight is None:
        return np.asarray(value.sum(axis=2))
    return np.asarray((value @ cells.weight.transpose(0, 2, 1))[:, :, 0])


def log_likelihood(cells: Cells, theta: Floats) -> Floats:
    """Log-likelihood of units at nodes, shape (U, Q)."""
    return _value(cells, _boundaries(cells, theta))


def location(cells: Cells, theta: Floats) -> tuple[Floats, Floats]:
    """First derivative and curvature by theta, each of shape (U,)."""
    at = _boundaries(cells, theta[:, None])
    first = 1.0 - at.reach - at.beyond
    curvature = at.reach * (1.0 - at.reach) + at.beyond * (1.0 - at.beyond)
    if cells.weight is not None:
        first, curvature = first * cells.weight, curvature * cells.weight
    return (
        np.asarray((first * cells.slope).sum(axis=(1, 2))),
        np.asarray((curvature * cells.slope**2).sum(axis=(1, 2))),
    )


def derivatives(cells: Cells, theta: Floats) -> Derivatives:
    """Log-likelihood (U, Q) and its derivatives by the predictors of each cell, (U, Q, J)."""
    at = _boundaries(cells, theta)
    value = _value(cells, at)
    own, following = 1.0 - at.reach + at.ratio, -at.beyond - at.ratio
    count = len(cells.intercept)
    weight = 1.0 if cells.weight is None else cells.weight
    is_own = [(cells.category == m) * weight for m in range(1, count + 1)]
    is_next = [(cells.category == m - 1) * weight for m in range(1, count + 1)]
    first = [is_own[m] * own + is_next[m] * following for m in range(count)]
    return Derivatives(value, first, _second(at, is_own, is_next))


def _second(
    at: _Boundaries, is_own: list[Floats], is_next: list[Floats]
) -> Iterator[tuple[int, int, Floats]]:
    bend = at.ratio * (1.0 + at.ratio)
    own = -at.reach * (1.0 - at.reach) - bend
    following = -at.beyond * (1.0 - at.beyond) - bend
    for m in range(len(is_own)):
        yield m, m, is_own[m] * own + is_next[m] * following
        if m + 1 < len(is_own):
            yield m, m + 1, np.broadcast_to(is_own[m] * bend, own.shape)


def probabilities(slope: Floats, intercept: Floats, theta: Floats) -> Floats:
    """Probability of each category, shape (U, I, M + 1).

    Examples
    --------
    >>> probabilities(np.array([1.0]), np.array([[1.0], [-1.0]]), np.array([0.0])).round(3)
    array([[[0.269, 0.462, 0.269]]])
    """
    eta = slope[None, :] * theta[:, None]
    reach = [_logistic(eta + c) for c in intercept]
    edges = [np.ones_like(eta), *reach, np.zeros_like(eta)]
    return np.stack([low - high for low, high in pairwise(edges)], axis=2)

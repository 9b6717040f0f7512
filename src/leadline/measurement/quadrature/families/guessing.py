"""The three-parameter logistic model: right answers with a lower asymptote.

P(right) = g + (1 - g) logistic(z), z = a theta + c_1, g = logistic(c_2). Source: Birnbaum (1968).
The asymptote is a second predictor that does not depend on theta (its score is 0).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from leadline.measurement.quadrature.cells import Cells, Derivatives, Floats


def scores(n_predictors: int) -> Floats:
    """The slope moves the first predictor only."""
    return np.array([1.0, 0.0])[:n_predictors]


# A chance of 0 has no logarithm.
_LEAST = 1e-300


class _Chances(NamedTuple):
    """Chance to know (U, Q, J), to guess (., 1, J), to be right (U, Q, J); right answers (., 1, J)."""

    know: Floats
    guess: Floats
    right: Floats
    hit: Floats


def _logistic(z: Floats) -> Floats:
    e = np.exp(-np.abs(z))
    share = np.where(z > 0, 1.0, e)
    share /= 1.0 + e
    return share


def _chances(cells: Cells, theta: Floats) -> _Chances:
    know = _logistic(cells.slope * theta[:, :, None] + cells.intercept[0])
    guess = _logistic(cells.intercept[1])
    hit = (cells.category == 1).astype(np.float64)
    return _Chances(know, guess, np.maximum(guess + (1.0 - guess) * know, _LEAST), hit)


def _value(cells: Cells, theta: Floats, at: _Chances) -> Floats:
    z = cells.slope * theta[:, :, None] + cells.intercept[0]
    # log(1 - P) = log(1 - g) + log(1 - logistic(z)), kept apart so that it never becomes log 0.
    wrong = -np.logaddexp(0.0, cells.intercept[1]) - np.logaddexp(0.0, z)
    value = np.where(at.hit > 0, np.log(at.right), wrong)
    if cells.weight is None:
        return np.asarray(value.sum(axis=2))
    return np.asarray((value @ cells.weight.transpose(0, 2, 1))[:, :, 0])


def log_likelihood(cells: Cells, theta: Floats) -> Floats:
    """Log-likelihood of units at nodes, shape (U, Q)."""
    return _value(cells, theta, _chances(cells, theta))


def location(cells: Cells, theta: Floats) -> tuple[Floats, Floats]:
    """First derivative and expected information by theta, each of shape (U,).

    Observed curvature of a lucky guess is negative; expected information never is.
    """
    at = _chances(cells, theta[:, None])
    first = (at.hit / at.right - 1.0) * at.know
    information = (1.0 - at.guess) * at.know**2 * (1.0 - at.know) / at.right
    if cells.weight is not None:
        first, information = first * cells.weight, information * cells.weight
    return (
        np.asarray((first * cells.slope).sum(axis=(1, 2))),
        np.asarray((information * cells.slope**2).sum(axis=(1, 2))),
    )


def derivatives(cells: Cells, theta: Floats) -> Derivatives:
    """Log-likelihood (U, Q) and its derivatives by the predictors of each cell, (U, Q, J)."""
    at = _chances(cells, theta)
    surprise = at.hit / at.right - 1.0
    if cells.weight is not None:
        surprise *= cells.weight
    first = [surprise * at.know, surprise * at.guess]
    return Derivatives(_value(cells, theta, at), first, _second(cells, at, surprise))


def _second(cells: Cells, at: _Chances, surprise: Floats) -> Iterator[tuple[int, int, Floats]]:
    hit = at.hit if cells.weight is None else at.hit * cells.weight
    fall = hit / at.right**2 * (1.0 - at.know)
    yield 0, 0, surprise * at.know * (1.0 - at.know) - fall * (1.0 - at.guess) * at.know**2
    yield 0, 1, -fall * at.guess * (1.0 - at.guess) * at.know
    yield 1, 1, surprise * at.guess * (1.0 - at.guess) - fall * at.guess**2 * (1.0 - at.guess)


def probabilities(slope: Floats, intercept: Floats, theta: Floats) -> Floats:
    """Probability of a wrong and of a right answer, shape (U, I, 2).

    Examples
    --------
    >>> probabilities(np.array([1.0]), np.array([[0.0], [0.0]]), np.array([0.0]))
    array([[[0.25, 0.75]]])
    """
    know = _logistic(slope[None, :] * theta[:, None] + intercept[0])
    right = know + _logistic(intercept[1]) * (1.0 - know)
    return np.stack([1.0 - right, right], axis=2)

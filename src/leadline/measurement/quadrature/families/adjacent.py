"""Adjacent-category logits: 1PL, 2PL, rating scale, (generalized) partial credit.

P(Y = m) is proportional to exp(z_m), z_0 = 0, z_m = m a theta + c_m. Sources: Rasch (1960),
Birnbaum (1968), Andrich (1978), Masters (1982), Muraki (1992).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from leadline.measurement.quadrature.cells import Cells, Derivatives, Floats

# Intercept of a category that nobody used: probability 0 at every location, and no NaN on the way.
NEVER = -1e30


def scores(n_predictors: int) -> Floats:
    """Category m counts m times the slope."""
    return np.arange(1.0, n_predictors + 1)


def _shares(slope: Floats, intercept: Floats, theta: Floats) -> tuple[list[Floats], Floats]:
    """Probabilities of categories 1..M, and the log of the normalising sum. Shapes (U, Q, J)."""
    eta = slope * theta[:, :, None]
    if len(intercept) == 1:
        return _two(eta + intercept[0])
    shares = [(m + 1) * eta + intercept[m] for m in range(len(intercept))]
    top = np.maximum(shares[0], 0.0)
    for z in shares[1:]:
        np.maximum(top, z, out=top)
    total = np.exp(-top)
    for z in shares:
        np.subtract(z, top, out=z)
        np.exp(z, out=z)
        total += z
    top += np.log(total)
    np.reciprocal(total, out=total)
    for share in shares:
        np.multiply(share, total, out=share)
    return shares, top


def _two(z: Floats) -> tuple[list[Floats], Floats]:
    # One exponential and one logarithm a cell, no overflow: e = exp(-|z|) is at most 1.
    e = np.exp(-np.abs(z))
    total = 1.0 + e
    share = np.where(z > 0, 1.0, e)
    share /= total
    np.log(total, out=total)
    total += np.maximum(z, 0.0)
    return [share], total


def _chosen(cells: Cells) -> list[Floats]:
    """Weight of each cell where its category is m, else 0. Shapes (1 or U, 1, J)."""
    if cells.share is not None:
        return list(cells.share)
    hits = [(cells.category == m).astype(np.float64) for m in range(1, len(cells.intercept) + 1)]
    return hits if cells.weight is None else [hit * cells.weight for hit in hits]


def _observed(cells: Cells, hits: list[Floats], theta: Floats) -> Floats:
    # The numerator is linear in theta, so it needs no pass over nodes and cells.
    score = sum((m + 1) * hit for m, hit in enumerate(hits))
    constant = sum(hit * c for hit, c in zip(hits, cells.intercept, strict=True))
    return np.asarray((score * cells.slope).sum(axis=2) * theta + np.asarray(constant).sum(axis=2))


def _added(values: Floats, weight: Floats | None) -> Floats:
    if weight is None:
        return np.asarray(values.sum(axis=2))
    return np.asarray((values @ weight.transpose(0, 2, 1))[:, :, 0])


def log_likelihood(cells: Cells, theta: Floats) -> Floats:
    """Log-likelihood of units at nodes, shape (U, Q)."""
    _, normal = _shares(cells.slope, cells.intercept, theta)
    return _observed(cells, _chosen(cells), theta) - _added(normal, cells.weight)


def location(cells: Cells, theta: Floats) -> tuple[Floats, Floats]:
    """First derivative and curvature by theta, each of shape (U,)."""
    shares, _ = _shares(cells.slope, cells.intercept, theta[:, None])
    hits = _chosen(cells)
    mean = sum((m + 1) * share for m, share in enumerate(shares))
    square = sum((m + 1) ** 2 * share for m, share in enumerate(shares))
    score = sum((m + 1) * hit for m, hit in enumerate(hits))
    variance = np.asarray(square - mean * mean)
    if cells.weight is not None:
        mean, variance = mean * cells.weight, variance * cells.weight
    first = ((score - mean) * cells.slope).sum(axis=(1, 2))
    return np.asarray(first), np.asarray((variance * cells.slope**2).sum(axis=(1, 2)))


def derivatives(cells: Cells, theta: Floats) -> Derivatives:
    """Log-likelihood (U, Q) and its derivatives by the predictors of each cell, (U, Q, J)."""
    shares, normal = _shares(cells.slope, cells.intercept, theta)
    hits = _chosen(cells)
    value = _observed(cells, hits, theta) - _added(normal, cells.weight)
    weighted = shares if cells.weight is None else [share * cells.weight for share in shares]
    first = [hit - share for hit, share in zip(hits, weighted, strict=True)]
    return Derivatives(value, first, _second(shares, weighted))


def _second(shares: list[Floats], weighted: list[Floats]) -> Iterator[tuple[int, int, Floats]]:
    for m, share in enumerate(shares):
        yield m, m, weighted[m] * (share - 1.0)
        for other in range(m + 1, len(shares)):
            yield m, other, weighted[m] * shares[other]


def probabilities(slope: Floats, intercept: Floats, theta: Floats) -> Floats:
    """Probability of each category, shape (U, I, M + 1).

    Examples
    --------
    >>> probabilities(np.array([1.0]), np.array([[0.5]]), np.array([0.0])).round(3)
    array([[[0.378, 0.622]]])
    """
    shares, normal = _shares(slope[None, None, :], intercept[:, None, None, :], theta[:, None])
    return np.stack([np.exp(-normal), *shares], axis=3)[:, 0]

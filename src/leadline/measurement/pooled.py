"""Kinds of evidence combined into factors, what is missing being as uncertain as the pool is wide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadline.measurement.dimension import Dimension
from leadline.measurement.kernels.arrays import Flags, Floats

UNKNOWN_SD = 25.0
"""Spread (points) of a kind that only one person has, where the pool says nothing."""


def combined(
    dimensions: Sequence[Dimension], factors: Sequence[str], n_ratees: int
) -> tuple[Floats, Floats, Flags]:
    """Factor values, their standard errors, and whether a kind that others have is missing.

    Kinds are weighted as declared, among those for which anybody has evidence. A kind that a ratee
    lacks stands at the pool's mean with the pool's standard deviation as its error; a ratee
    without any kind has no value.

    Parameters
    ----------
    dimensions : sequence of Dimension
    factors : sequence of str, F
    n_ratees : int

    Returns
    -------
    value, se : array, shape (P, F), 0-100
    partial : bool array, shape (P, F)
    """
    value, error = np.full((2, n_ratees, len(factors)), np.nan)
    partial = np.zeros((n_ratees, len(factors)), dtype=bool)
    for f, factor in enumerate(factors):
        kinds = with_evidence(dimensions, factor)
        if not kinds:
            continue
        weights = shares(kinds)
        mean, variance = np.zeros(n_ratees), np.zeros(n_ratees)
        known = np.zeros(n_ratees, dtype=bool)
        for dimension, weight in zip(kinds, weights.tolist(), strict=True):
            has = np.isfinite(dimension.value)
            pool_mean, pool_sd = pool_of(dimension.value)
            mean += weight * np.where(has, dimension.value, pool_mean)
            variance += (weight * np.where(has, dimension.se, pool_sd)) ** 2
            known |= has
            partial[:, f] |= ~has
        value[:, f] = np.where(known, mean, np.nan)
        error[:, f] = np.where(known, np.sqrt(variance), np.nan)
    return value, error, partial


def with_evidence(dimensions: Sequence[Dimension], factor: str) -> list[Dimension]:
    """Kinds of a factor that count and for which somebody has evidence."""
    of_factor = (d for d in dimensions if d.factor == factor and d.weight > 0)
    return [d for d in of_factor if np.isfinite(d.value).any()]


def shares(dimensions: Sequence[Dimension]) -> Floats:
    """Declared weights brought to a sum of 1."""
    weights = np.array([dimension.weight for dimension in dimensions])
    total: Floats = weights / weights.sum()
    return total


def pool_of(values: Floats) -> tuple[float, float]:
    """Mean and standard deviation of those who have a value.

    Examples
    --------
    >>> pool_of(np.array([40.0, 60.0, np.nan]))[0]
    50.0
    """
    known = values[np.isfinite(values)]
    spread = float(np.std(known, ddof=1)) if len(known) > 1 else UNKNOWN_SD
    return float(known.mean()), spread


def factor_draws(
    dimensions: Sequence[Dimension], factors: Sequence[str], n_ratees: int, n: int, seed: int
) -> Floats:
    """Draws of every factor from what is known of it; see `Measures.draws`."""
    draw = np.random.default_rng(seed)
    found = np.full((n, n_ratees, len(factors)), np.nan)
    value, _, _ = combined(dimensions, factors, n_ratees)
    for f, factor in enumerate(factors):
        kinds = with_evidence(dimensions, factor)
        if not kinds:
            continue
        total = np.zeros((n, n_ratees))
        for dimension, weight in zip(kinds, shares(kinds).tolist(), strict=True):
            total += weight * _kind_draws(dimension, draw.standard_normal((n, n_ratees)))
        mean, spread = pool_of(value[:, f])
        anybody = np.clip(mean + spread * draw.standard_normal((n, n_ratees)), 0, 100)
        found[:, :, f] = np.where(np.isnan(value[:, f]), anybody, total)
    return found


def _kind_draws(dimension: Dimension, normal: Floats) -> Floats:
    """Values (n, P) of one kind: through the map from logits, or about an attainment."""
    if dimension.curve is None:
        known = dimension.value + dimension.se * normal
    else:
        known = dimension.curve(dimension.theta + dimension.theta_se * normal)
    mean, spread = pool_of(dimension.value)
    anybody = mean + spread * normal
    return np.clip(np.where(np.isnan(dimension.value), anybody, known), 0, 100)

"""Made answers for the tests of marginal models: known people, known items."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def made(
    n_units: int = 60,
    n_items: int = 5,
    n_categories: int = 2,
    *,
    missing: float = 0.0,
    seed: int = 1,
) -> Floats:
    """Graded answers of normally distributed people, NaN where missing."""
    rng = np.random.default_rng(seed)
    theta = rng.standard_normal((n_units, 1, 1))
    slope = np.exp(0.3 * rng.standard_normal((n_items, 1)))
    place = rng.standard_normal((n_items, 1)) + np.linspace(-1, 1, n_categories + 1)[1:-1]
    chance = 1.0 / (1.0 + np.exp(-slope * (theta - place)))
    # One draw an answer: P(Y >= k) falls with k, so the count of chances above it is the category.
    answers = (rng.random((n_units, n_items, 1)) < chance).sum(axis=2).astype(np.float64)
    answers[rng.random(answers.shape) < missing] = np.nan
    return answers

"""Many-facet ratings with known truth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]


class Simulated(NamedTuple):
    """N ratings and the parameters that made them, in logits.

    ``steps`` has shape (I, K-1): item difficulty plus threshold.
    """

    ratee: Codes
    rater: Codes
    item: Codes
    rating: NDArray[np.int64]
    theta: Floats
    severity: Floats
    steps: Floats


def simulate(
    n_ratees: int,
    raters_each: int,
    n_items: int,
    *,
    seed: int,
    n_raters: int | None = None,
    severity_sd: float = 0.5,
    step_sd: float = 0.0,
    halo_sd: float = 0.0,
    missing: float = 0.0,
    categories: int = 5,
) -> Simulated:
    """Draw ratings: theta N(0, 1), severity N(0, severity_sd), difficulty N(0, 0.6).

    Raters come from a pool of half as many as ratees (at least 24) and each rates about equally
    many ratees. ``step_sd`` scatters the thresholds of items (partial credit), ``halo_sd`` adds what
    one rater's ratings of one ratee share, ``missing`` drops that share of ratings at random.
    """
    draw = np.random.default_rng(seed)
    n_raters = n_raters or max(24, n_ratees // 2)
    theta = draw.normal(0, 1, n_ratees)
    severity = _centred(draw.normal(0, severity_sd, n_raters))
    thresholds = np.linspace(-1.8, 1.8, categories - 1) + draw.normal(0, step_sd, (n_items, categories - 1))
    thresholds -= thresholds.mean(axis=1, keepdims=True)
    steps = _centred(draw.normal(0, 0.6, n_items))[:, None] + thresholds
    panel = _panels(draw, n_ratees, raters_each, n_raters)
    pair = np.arange(n_ratees * raters_each).repeat(n_items)
    ratee = (pair // raters_each).astype(np.int32)
    rater = panel.ravel()[pair].astype(np.int32)
    item = np.tile(np.arange(n_items, dtype=np.int32), n_ratees * raters_each)
    halo = draw.normal(0, halo_sd, n_ratees * raters_each)[pair] if halo_sd else 0.0
    eta = theta[ratee] - severity[rater] - halo
    rating = _drawn(draw, eta, steps, item)
    kept = draw.random(len(rating)) >= missing if missing else slice(None)
    return Simulated(ratee[kept], rater[kept], item[kept], rating[kept] + 1, theta, severity, steps)


def _centred(values: Floats) -> Floats:
    return values - values.mean()


def _drawn(draw: np.random.Generator, eta: Floats, steps: Floats, item: Codes) -> NDArray[np.int64]:
    k = np.arange(1, steps.shape[1] + 1)
    cumulated = np.cumsum(steps, axis=1)
    rating = np.empty(len(eta), dtype=np.int64)
    for part in np.array_split(np.arange(len(eta)), 1 + len(eta) // 1_000_000):
        odds = np.exp(k * eta[part, None] - cumulated[item[part]]).cumsum(axis=1)
        rating[part] = (
            draw.random((len(part), 1)) * (1 + odds[:, -1:])
            > np.hstack([np.ones((len(part), 1)), 1 + odds[:, :-1]])
        ).sum(axis=1)
    return rating


def _panels(draw: np.random.Generator, n_ratees: int, each: int, n_raters: int) -> NDArray[np.int64]:
    """Raters of every ratee, shape (P, each): nobody twice, everybody about equally often."""
    slots = np.resize(np.arange(n_raters), n_ratees * each)
    draw.shuffle(slots)
    panel = slots.reshape(n_ratees, each)
    while True:
        ordered = np.sort(panel, axis=1)
        repeated = np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1))
        if len(repeated) == 0:
            return panel
        for row in repeated:
            other = int(draw.integers(n_ratees))
            both = np.concatenate([panel[row], panel[other]])
            draw.shuffle(both)
            panel[row], panel[other] = both[:each], both[each:]

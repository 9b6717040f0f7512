r"""Estimates stopped early, as FACETS stops: unconditional maximum likelihood, one pass at a time.

The FACETS manual prints an iteration report (Table 3) for Guilford's ratings. What follows from it:

* *Start.* One round of PROX: centred log-odds of raw scores, not centred in the facet that floats.
  The first printed residuals (26.6978 for an element, 29.9588 for a category) come out to all
  digits when thresholds start at :math:`+\log(N_k/N_{k-1})`, centred: the sign is the reverse of
  the usual one.
* *Elements.* Half a Newton step, all elements from one pass: a residual is divided by twice its
  variance (Linacre, *Rasch Measurement Transactions* 10:2), never more than 1 logit.
* *Thresholds.* :math:`\log(N_{k-1}/N_k) - \log(\hat N_{k-1}/\hat N_k)`, three quarters of it,
  never more than 1 logit. The share is inferred: it gives the printed number of iterations (19).
* *Stop.* Residuals below 0.5 score points, changes of elements and thresholds below 0.01 logit.

FACETS' curve fitting is not published in full; later rows of its report agree to two figures only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Floats, add_up
from leadline.measurement.kernels.system import (
    Evaluation,
    Point,
    System,
    evaluate,
    expected_counts,
    information,
)

SCORE_POINTS = 0.5
LOGITS = 0.01

_ELEMENT_SHARE = 0.5
_STEP_SHARE = 0.75
_LONGEST = 1.0
_MOST_PASSES = 5000


class Pass(NamedTuple):
    """A line of the iteration report: largest residuals before and largest changes by one pass."""

    element_residual: float
    category_residual: float
    element_change: float
    step_change: float


class Stopped(NamedTuple):
    """Where the iterations stopped."""

    point: Point
    evaluation: Evaluation
    report: tuple[Pass, ...]
    converged: bool


def prox_start(system: System, floating: int | None) -> Point:
    """Log-odds of raw scores and of category counts: where iterations start.

    Parameters
    ----------
    system : System
        Without extreme elements.
    floating : int or None
        Facet that is not centred; None where it is the item.

    Returns
    -------
    Point
        Anchors are not looked at.
    """
    most = (system.top if system.forms is None else system.forms @ system.top)[system.form] * system.weight
    locations = []
    for f, (sign, at, size) in enumerate(zip(system.sign, system.index, system.sizes, strict=True)):
        highest = add_up(at, size, most)
        odds = sign * _log_odds(system.totals[f], highest)
        locations.append(odds if f == floating else odds - _mean(odds, highest > 0))
    total = system.counts.sum(axis=1)
    score = system.counts @ np.arange(system.counts.shape[1])
    difficulty = -_log_odds(score, total * system.top)
    if floating is not None:
        difficulty -= _mean(difficulty, total > 0)
    steps = difficulty[:, None] + _threshold_odds(system, _pooled(system, system.counts))
    return Point(tuple(locations), np.where(system.valid, steps, np.inf))


def stopped_early(system: System, floating: int | None, anchored: Point) -> Stopped:
    """Estimates by passes over the data, stopped when half a score point is left.

    Parameters
    ----------
    system : System
    floating : int or None
        Facet that is not centred; None where it is the item.
    anchored : Point
        Holds the locations of anchored elements; the rest of it is not looked at.

    Returns
    -------
    Stopped
    """
    free = (*system.free, system.free_item)
    centred = [f != floating and bool(free[f].all()) for f in range(len(system.sizes))]
    centre_items = floating is not None and bool(system.free_item.all())
    start = prox_start(system, floating)
    difficulty, thresholds = split_steps(system, start.steps)
    thresholds = -thresholds
    parts = zip(start.locations, anchored.locations, system.free, strict=True)
    locations = [np.where(is_free, x, held) for x, held, is_free in parts]
    difficulty = np.where(system.free_item, difficulty, split_steps(system, anchored.steps)[0])
    report: list[Pass] = []
    for _ in range(_MOST_PASSES):
        before = [*locations, difficulty], thresholds
        found = evaluate(system, _joined(system, locations, difficulty, thresholds))
        info, item_info = information(system, found)
        for f, sign in enumerate(system.sign):
            locations[f] = locations[f] + sign * system.free[f] * _half_step(found.residuals[f], info[f])
            if centred[f]:
                locations[f] = locations[f] - _mean(locations[f], info[f] > 0)
        item_residual = found.step_residuals.sum(axis=1)
        difficulty = difficulty - system.free_item * _half_step(item_residual, item_info)
        if centre_items:
            difficulty = difficulty - _mean(difficulty, item_info > 0)
        counts, expected = _pooled(system, system.counts), _pooled(system, expected_counts(system, found))
        change = _threshold_odds(system, counts) - _threshold_odds(system, expected)
        thresholds = thresholds + np.clip(_STEP_SHARE * change, -_LONGEST, _LONGEST)
        thresholds = _centred_thresholds(system, thresholds)
        report.append(
            Pass(
                _extreme([*found.residuals, item_residual]),
                _extreme([counts - expected]),
                _extreme([new - old for new, old in zip([*locations, difficulty], before[0], strict=True)]),
                _extreme([thresholds - before[1]]),
            )
        )
        if _small_enough(report[-1]):
            break
    point = _joined(system, locations, difficulty, thresholds)
    return Stopped(point, evaluate(system, point), tuple(report), _small_enough(report[-1]))


def split_steps(system: System, steps: Floats) -> tuple[Floats, Floats]:
    """Difficulty (I,) and thresholds that sum to 0 over an item's steps, (1, K-1) or (I, K-1)."""
    finite = np.where(system.valid, steps, 0.0)
    difficulty = finite.sum(axis=1) / np.maximum(system.top, 1)
    thresholds = np.where(system.valid, steps - difficulty[:, None], 0.0)
    return difficulty, thresholds[:1] if system.shared else thresholds


def _joined(system: System, locations: list[Floats], difficulty: Floats, thresholds: Floats) -> Point:
    return Point(tuple(locations), np.where(system.valid, difficulty[:, None] + thresholds, np.inf))


def _pooled(system: System, counts: Floats) -> Floats:
    return counts.sum(axis=0, keepdims=True) if system.shared else counts


def _threshold_odds(system: System, counts: Floats) -> Floats:
    """Centred log-odds of adjacent categories, (T, K-1); 0 where there is no step."""
    some = np.maximum(counts, 1e-12)
    return _centred_thresholds(system, np.log(some[:, :-1] / some[:, 1:]))


def _centred_thresholds(system: System, thresholds: Floats) -> Floats:
    valid = system.valid[:1] if system.shared else system.valid
    kept = np.where(valid, thresholds, 0.0)
    mean = kept.sum(axis=1, keepdims=True) / np.maximum(valid.sum(axis=1, keepdims=True), 1)
    return np.where(valid, kept - mean, 0.0)


def _half_step(residual: Floats, variance: Floats) -> Floats:
    step = _ELEMENT_SHARE * residual / np.where(variance > 0, variance, 1.0)
    return np.clip(step, -_LONGEST, _LONGEST)


def _extreme(parts: list[Floats]) -> float:
    """The value farthest from 0, with its sign."""
    whole = np.concatenate([part.ravel() for part in parts])
    return float(whole[np.argmax(np.abs(whole))])


def _small_enough(line: Pass) -> bool:
    changes = (line.element_change, line.step_change)
    return abs(line.element_residual) < SCORE_POINTS and all(abs(change) < LOGITS for change in changes)


def _log_odds(score: Floats, highest: Floats) -> Floats:
    inside = (score > 0) & (score < highest)
    share = np.where(inside, score / np.where(highest > 0, highest, 1.0), 0.5)
    odds: Floats = np.log(share / (1 - share))
    return odds


def _mean(values: Floats, present: NDArray[np.bool_]) -> float:
    return float(values[present].mean()) if present.any() else 0.0

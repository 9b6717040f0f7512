"""The maximum of the joint likelihood by Newton's method with a line search."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from leadline.measurement.kernels.elimination import Direction, newton_direction
from leadline.measurement.kernels.system import Evaluation, Point, System, curvature, evaluate

TOLERANCE = 1e-9
"""Largest change in logits of the last step; convergence being fast, the error is far smaller."""

_MOST_STEPS = 100
_MOST_HALVINGS = 30
_LONGEST = 2.0
_FLAT = 1e-9


class Solution(NamedTuple):
    """A maximum, or how far the search came.

    ``bounded`` is False where the likelihood rises for ever along some direction: no finite
    estimate exists although no single element is extreme.
    """

    point: Point
    evaluation: Evaluation
    iterations: int
    converged: bool
    bounded: bool


def maximise(system: System, start: Point, progress: Callable[[int, float], None] | None = None) -> Solution:
    """Joint maximum likelihood estimates.

    Parameters
    ----------
    system : System
        Without extreme elements, which have no finite estimate.
    start : Point
        With anchored elements where they are anchored.
    progress : callable, optional
        Called with the number of the step and its largest change.

    Returns
    -------
    Solution

    Notes
    -----
    Six to ten steps at every size. Locations are settled up to the directions the data cannot see;
    `identify.shifts` chooses among them.
    """
    point, found, longest = start, evaluate(system, start), np.inf
    for step in range(1, _MOST_STEPS + 1):
        slope = _slope(system, found)
        direction = newton_direction(system, curvature(system, found), slope)
        longest = _longest(system, direction)
        share = min(1.0, _LONGEST / longest) if longest > 0 else 1.0
        trial = _searched(system, (point, found), direction, share, rise=_product(slope, direction))
        if progress is not None:
            progress(step, longest)
        if trial is None:
            settled = longest < 1e3 * TOLERANCE
            return Solution(point, found, step, converged=settled, bounded=settled)
        point, found = trial
        if longest < TOLERANCE:
            return Solution(point, found, step, converged=True, bounded=True)
        if _largest_residual(found) < _FLAT and longest > 1e-3:
            return Solution(point, found, step, converged=False, bounded=False)
    return Solution(point, found, _MOST_STEPS, converged=False, bounded=longest < 1e-3)


def _searched(
    system: System,
    here: tuple[Point, Evaluation],
    direction: Direction,
    share: float,
    *,
    rise: float,
) -> tuple[Point, Evaluation] | None:
    """Go along a direction as far as the likelihood rises (Armijo 1966)."""
    point, found = here
    slack = 1e-12 * (1.0 + abs(found.value))
    for _ in range(_MOST_HALVINGS):
        moves = zip(point.locations, direction.locations, strict=True)
        locations = tuple(x + share * move for x, move in moves)
        trial = Point(locations, point.steps + share * system.expand(direction.items))
        at_trial = evaluate(system, trial)
        if at_trial.value >= found.value + 1e-4 * share * rise - slack:
            return trial, at_trial
        share /= 2
    return None


def _slope(system: System, found: Evaluation) -> Direction:
    """Gradient of the log-likelihood over what is free."""
    parts = zip(system.sign, found.residuals, system.free, strict=True)
    locations = tuple(sign * gap * free for sign, gap, free in parts)
    return Direction(locations, system.project(-system.contract(found.step_residuals)))


def _product(a: Direction, b: Direction) -> float:
    locations = sum(float(x @ y) for x, y in zip(a.locations, b.locations, strict=True))
    return locations + float(a.items @ b.items)


def _longest(system: System, direction: Direction) -> float:
    steps = np.where(system.valid, system.expand(direction.items), 0.0)
    return max(float(np.abs(part).max(initial=0.0)) for part in (*direction.locations, steps.ravel()))


def _largest_residual(found: Evaluation) -> float:
    parts = (*found.residuals, found.step_residuals.ravel())
    return max(float(np.abs(part).max(initial=0.0)) for part in parts)

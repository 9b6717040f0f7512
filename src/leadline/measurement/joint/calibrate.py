"""The joint method from ratings to estimates: screen, maximise, place the zero, take up extremes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.errors import MeasurementError
from leadline.measurement.joint.extreme_elements import Locations, with_extremes
from leadline.measurement.kernels.arrays import Flags, Floats, add_up
from leadline.measurement.kernels.connectivity import Design
from leadline.measurement.kernels.extremes import Screened, screened
from leadline.measurement.kernels.newton import maximise
from leadline.measurement.kernels.residuals import Summary
from leadline.measurement.kernels.system import Point, System
from leadline.measurement.kernels.ucon import Pass, prox_start, split_steps, stopped_early
from leadline.measurement.kernels.zero_point import shifts
from leadline.measurement.values.calibration import (
    Anchors,
    Calibration,
    Progress,
    anchor_values,
    design_among,
    summary_of,
    system_of,
    with_anchors,
)
from leadline.measurement.values.ratings import Ratings

_LEAST_INFORMATION = 1e-3
"""An element with less has run away: its standard error exceeds 30 logits."""


def calibrate(
    ratings: Ratings,
    *,
    shared: bool = True,
    noncentered: str = "rater",
    anchors: Anchors | None = None,
    early: bool = False,
    progress: Progress | None = None,
) -> Calibration:
    """Joint maximum likelihood estimates of a many-facet model.

    Parameters
    ----------
    ratings : Ratings
    shared : bool
        Rating scale; partial credit otherwise.
    noncentered : str
        Facet whose mean is left free.
    anchors : mapping of facet to mapping of element to logits, optional
    early : bool
        Stop as FACETS does.
    progress : callable, optional
        Called with the number of each iteration and its largest change.

    Returns
    -------
    Calibration

    Raises
    ------
    MeasurementError
        All ratings are equal, or nothing is left once extreme elements are set aside.
    """
    facets = (*(facet for facet in ratings.facets if facet != "item"), "item")
    labels, label = ratings.labels
    index = [ratings.index[facet] for facet in facets]
    sizes = [len(ratings.elements[facet]) for facet in facets]
    held = [anchor_values(ratings, facet, (anchors or {}).get(facet, {})) for facet in facets]
    fixed = [np.isfinite(values) for values in held]
    screen = screened(index, sizes, label, n_labels=len(labels), shared=shared, held=fixed)
    if not screen.kept.any():
        raise MeasurementError("measurement.no_variation", n=ratings.n)
    system = system_of(ratings, facets, screen, fixed, shared=shared)
    found = _searched(system, facets, held, noncentered=noncentered, early=early, progress=progress)
    design = design_among(index, sizes, screen)
    centred = [*(f for f in facets if f == "ratee"), *(f for f in facets if f != "ratee")]
    rules = [facets.index(f) for f in centred if f != noncentered and not fixed[facets.index(f)].any()]
    point = _placed(system, found.point, design, fixed, rules)
    difficulty, thresholds = split_steps(system, point.steps)
    estimates = (*point.locations, difficulty)
    summary = summary_of(ratings, facets, screen, estimates, point.steps)
    known = [np.where(sums.n > 0, x, np.nan) for x, sums in zip(estimates, summary.elements, strict=True)]
    errors = [1 / np.sqrt(np.where(sums.variance > 0, sums.variance, np.nan)) for sums in summary.elements]
    measured = with_extremes(ratings, facets, screen, Locations(known, errors), thresholds, shared=shared)
    return Calibration(
        facets=facets,
        locations=tuple(measured.locations),
        se=tuple(measured.se),
        extreme=_ever_extreme(screen, sizes),
        steps=point.steps,
        thresholds=thresholds,
        labels=labels,
        screen=screen,
        summary=summary,
        design=design,
        log_likelihood=found.log_likelihood,
        iterations=found.iterations,
        converged=found.converged,
        bounded=found.bounded and _all_informed(summary, fixed),
        report=found.report,
    )


@dataclass(frozen=True, eq=False)
class _Found:
    point: Point
    log_likelihood: float
    iterations: int
    converged: bool
    bounded: bool = True
    report: tuple[Pass, ...] = ()


def _searched(
    system: System,
    facets: tuple[str, ...],
    held: list[Floats],
    *,
    noncentered: str,
    early: bool,
    progress: Progress | None,
) -> _Found:
    floating = facets.index(noncentered) if noncentered != "item" else None
    start = with_anchors(system, prox_start(system, floating), held)
    if early:
        stopped = stopped_early(system, floating, start)
        value, passes = stopped.evaluation.value, len(stopped.report)
        return _Found(stopped.point, value, passes, stopped.converged, report=stopped.report)
    solution = maximise(system, start, progress)
    value, steps = solution.evaluation.value, solution.iterations
    return _Found(solution.point, value, steps, solution.converged, solution.bounded)


def _placed(system: System, point: Point, design: Design, fixed: list[Flags], rules: list[int]) -> Point:
    """Move comparable groups to where the zero belongs; the likelihood does not change."""
    difficulty, _ = split_steps(system, point.steps)
    locations = [*point.locations, difficulty]
    rated = [group >= 0 for group in design.groups]
    means, anchored = [], []
    for x, group, n, is_fixed, has in zip(
        locations, design.groups, design.n_groups, fixed, rated, strict=True
    ):
        size = add_up(group[has], n)
        means.append(add_up(group[has], n, x[has]) / np.maximum(size, 1))
        anchored.append(add_up(group[has], n, is_fixed[has].astype(float)) > 0)
    moves = shifts(design, (*system.sign, -1.0), means, anchored, rules)
    moved = [
        x + np.where(has, move[np.maximum(group, 0)], 0.0)
        for x, move, group, has in zip(locations, moves, design.groups, rated, strict=True)
    ]
    return Point(tuple(moved[:-1]), point.steps + (moved[-1] - difficulty)[:, None])


def _all_informed(summary: Summary, fixed: list[Flags]) -> bool:
    """Whether every free element is where its ratings still say something about it."""
    for sums, held in zip(summary.elements, fixed, strict=True):
        if ((sums.n > 0) & ~held & (sums.variance < _LEAST_INFORMATION)).any():
            return False
    return True


def _ever_extreme(screen: Screened, sizes: list[int]) -> tuple[Flags, ...]:
    never = tuple(np.zeros(size, dtype=bool) for size in sizes)
    return tuple(np.any(each, axis=0) for each in zip(never, *screen.rounds, strict=True))

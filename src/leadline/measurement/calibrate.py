"""The joint method from ratings to estimates: screen, maximise, place the zero, take up extremes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.errors import MeasurementError
from leadline.measurement.facet import sign_of
from leadline.measurement.kernels.arrays import Codes, Flags, Floats, add_up
from leadline.measurement.kernels.cells import collapse, item_counts, scores
from leadline.measurement.kernels.connectivity import Design, comparable
from leadline.measurement.kernels.curves import Curves
from leadline.measurement.kernels.extremes import Screened, screened
from leadline.measurement.kernels.identify import shifts
from leadline.measurement.kernels.large import is_even, picked
from leadline.measurement.kernels.newton import maximise
from leadline.measurement.kernels.residuals import Estimated, Summary, summed
from leadline.measurement.kernels.system import Point, System
from leadline.measurement.kernels.ucon import Pass, prox_start, split_steps, stopped_early
from leadline.measurement.ratings import Ratings
from leadline.measurement.set_aside import Measured, with_extremes

_LEAST_INFORMATION = 1e-3
"""An element with less has run away: its standard error exceeds 30 logits."""

Anchors = Mapping[str, Mapping[str, float]]
Progress = Callable[[int, float], None]


@dataclass(frozen=True, eq=False, kw_only=True)
class Calibration:
    """Joint estimates. A facets, the item last.

    Attributes
    ----------
    facets : tuple of A str
    locations, se : tuple of A arrays, shape (E,), logits
        Extreme elements included; NaN where nothing can be said.
    extreme : tuple of A bool arrays, shape (E,)
    steps : array, shape (I, K-1), logits
        Difficulty plus threshold by rung; ``inf`` where there is no step.
    thresholds : array, shape (T, K-1), logits
        T is 1 for a shared scale and I otherwise; each row sums to 0 over its steps.
    labels : array of int, shape (L,)
        The ratings that occur.
    screen : Screened
    summary : Summary
    design : Design
        Comparable groups and subsets, facets in the same order.
    log_likelihood : float
    iterations : int
    converged, bounded : bool
    report : tuple of Pass
        Iteration report where stopped early; empty otherwise.
    curves : Curves, optional
        Of models with slopes, asymptotes or cumulative logits.
    threshold_se : array, shape (T, K-1), logits, optional
        Where it is known better than from the information on single steps.
    """

    facets: tuple[str, ...]
    locations: tuple[Floats, ...]
    se: tuple[Floats, ...]
    extreme: tuple[Flags, ...]
    steps: Floats
    thresholds: Floats
    labels: Codes
    screen: Screened
    summary: Summary
    design: Design
    log_likelihood: float
    iterations: int
    converged: bool
    bounded: bool
    report: tuple[Pass, ...]
    curves: Curves | None = None
    threshold_se: Floats | None = None

    @property
    def shared(self) -> bool:
        """Whether items share their thresholds."""
        return len(self.screen.ladder) == 1


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
    measured = with_extremes(ratings, facets, screen, Measured(known, errors), thresholds, shared=shared)
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


def anchor_values(ratings: Ratings, facet: str, anchors: Mapping[str, float]) -> Floats:
    """Location of every element where it is anchored, NaN elsewhere."""
    return np.array([anchors.get(name, np.nan) for name in ratings.elements[facet]], dtype=float)


def with_anchors(system: System, start: Point, held: list[Floats]) -> Point:
    """A start with every anchored element where it is held."""
    fixed = [np.isfinite(values) for values in held]
    parts = zip(start.locations, held, fixed, strict=False)
    locations = tuple(np.where(is_fixed, values, x) for x, values, is_fixed in parts)
    difficulty, thresholds = split_steps(system, start.steps)
    difficulty = np.where(fixed[-1], held[-1], difficulty)
    return Point(locations, np.where(system.valid, difficulty[:, None] + thresholds, np.inf))


def system_of(
    ratings: Ratings, facets: tuple[str, ...], screen: Screened, fixed: list[Flags], *, shared: bool
) -> System:
    """The likelihood of the ratings that take part, collapsed into cells where that is exact."""
    index = [picked(ratings.index[facet], screen.kept) for facet in facets]
    sizes = [len(ratings.elements[facet]) for facet in facets]
    rung, weight = picked(screen.rung, screen.kept), picked(ratings.weight, screen.kept)
    cells = collapse(
        index[:-1], sizes[:-1], index[-1], sizes[-1], whole=is_even(weight) or bool((weight == 1.0).all())
    )
    by_rating = cells.forms is None
    rows = slice(None) if cells.order is None else cells.order
    if not by_rating:
        rows = cells.start if cells.order is None else cells.order[cells.start]
    return System(
        index=tuple(at[rows] for at in index[:-1]),
        sizes=tuple(sizes[:-1]),
        sign=tuple(sign_of(facet) for facet in facets[:-1]),
        form=cells.form,
        forms=cells.forms,
        weight=np.ascontiguousarray(weight[rows]) if by_rating else np.ones(len(cells.start)),
        score=(rung * weight)[rows] if by_rating else scores(cells, rung),
        start=cells.start if by_rating else None,
        counts=item_counts(index[-1], rung, weight, (sizes[-1], int(screen.top.max()) + 1)),
        top=screen.top,
        shared=shared,
        free=tuple(~each for each in fixed[:-1]),
        free_item=~fixed[-1],
    )


def design_among(index: list[NDArray[np.int32]], sizes: list[int], screen: Screened) -> Design:
    """Who can be compared with whom, by the ratings that take part."""
    return comparable([picked(at, screen.kept) for at in index], sizes)


def summary_of(
    ratings: Ratings,
    facets: tuple[str, ...],
    screen: Screened,
    locations: tuple[Floats, ...],
    steps: Floats,
    *,
    curves: Curves | None = None,
) -> Summary:
    """Fit statistics, information and agreement of the ratings that take part."""
    estimated = Estimated(
        elements=tuple(picked(ratings.index[facet], screen.kept) for facet in facets),
        sizes=tuple(len(ratings.elements[facet]) for facet in facets),
        locations=locations,
        steps=steps,
        rung=picked(screen.rung, screen.kept),
        weight=picked(ratings.weight, screen.kept),
        rater=facets.index("rater") if "rater" in facets else None,
        curves=curves,
    )
    return summed(estimated)


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


def located_at(
    ratings: Ratings, calibration: Calibration, rows: NDArray[np.intp] | slice = slice(None)
) -> Floats:
    """Location of some ratings without their item: the ratee's less those of the other facets."""
    eta: Floats = np.zeros(len(ratings.rating[rows]))
    for facet, x in zip(calibration.facets[:-1], calibration.locations[:-1], strict=True):
        eta += sign_of(facet) * x[ratings.index[facet][rows]]
    return eta


def rung_labels(calibration: Calibration) -> Floats:
    """Rating that each rung stands for, shape (T, K), NaN above an item's highest."""
    ladder, top = calibration.screen.ladder, calibration.screen.top
    n_rungs = calibration.steps.shape[1] + 1
    found = np.full((len(ladder), n_rungs), np.nan)
    used = _used_labels(calibration)
    for row in range(len(ladder)):
        labels = calibration.labels[used[row]]
        highest = int(top.max()) if calibration.shared else int(top[row])
        found[row, : highest + 1] = labels[: highest + 1]
    return found


def _used_labels(calibration: Calibration) -> Flags:
    """Labels that have a rung of their own, shape (T, L)."""
    ladder = calibration.screen.ladder
    first = np.full((len(ladder), 1), -1)
    used = np.diff(np.concatenate([first, ladder], axis=1), axis=1) > 0
    # Labels below the lowest used one are put on rung 0 too; it belongs to the last of them.
    lowest = (ladder == 0).sum(axis=1) - 1
    used[:, 0] = False
    used[np.arange(len(ladder)), lowest] = True
    return used

"""What every method of calibration returns and shares: estimates by kernel, start, zero and summary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes, Flags, Floats
from leadline.measurement.kernels.cells import collapse, item_counts, scores
from leadline.measurement.kernels.connectivity import Design, comparable
from leadline.measurement.kernels.curves import Curves
from leadline.measurement.kernels.extremes import Screened
from leadline.measurement.kernels.large import is_even, picked
from leadline.measurement.kernels.residuals import Estimated, Summary, summed
from leadline.measurement.kernels.system import Point, System
from leadline.measurement.kernels.ucon import Pass, split_steps
from leadline.measurement.values.facet import sign_of
from leadline.measurement.values.ratings import Ratings

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

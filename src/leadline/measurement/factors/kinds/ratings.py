"""A factor seen through ratings: calibrated over all cycles, then read one cycle at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leadline.frameworks import Framework
from leadline.measurement.diagnostics.facet_tables import spread_of
from leadline.measurement.factors.kinds.item_scale import ItemScale, scale_of
from leadline.measurement.factors.kinds.kind import Counted, Kind, Later, RowsOfDimension
from leadline.measurement.factors.kinds.occasions import Occasions, counts_at, places
from leadline.measurement.factors.kinds.rating_arrays import RatingArrays, rating_arrays_of, ratings_of
from leadline.measurement.fits.facet_fit import FacetFit
from leadline.measurement.fits.fit import facet_fit_of
from leadline.measurement.kernels.arrays import Codes, Floats, add_up, n_distinct
from leadline.measurement.kernels.location import located
from leadline.measurement.values.calibration import Calibration
from leadline.measurement.values.factor_map import Curve
from leadline.measurement.values.ratings import Ratings
from leadline.measurement.variational.anew import Rows
from leadline.measurement.variational.calibrate import calibration_of
from leadline.measurement.variational.common_posterior import CommonPosterior
from leadline.measurement.variational.evidence_blocks import RatingBlock, nested_dimension


@dataclass(frozen=True, eq=False, kw_only=True)
class FactorRatings:
    """Ratings of one factor, self-ratings left out. O occasions (ratee and cycle), n ratings.

    Attributes
    ----------
    factor : str
    source : RatingBlock
        The facet ``ratee`` holds the occasions.
    anchors : mapping of facet to mapping of item to logits
        Items whose difficulty the framework declares.
    occasions : array of int, shape (O,)
        Sorted.
    rows, occasion : array of int, shape (n,)
        Ratings of the panel, and the occasion of each.
    """

    factor: str
    source: RatingBlock
    anchors: Mapping[str, Mapping[str, float]]
    occasions: Codes
    rows: NDArray[np.intp]
    occasion: Codes


@dataclass(frozen=True, eq=False, kw_only=True)
class RatedFactor:
    """Ratings of one factor once calibrated.

    Attributes
    ----------
    rating_arrays : RatingArrays
    given : FactorRatings
    fit : FacetFit
    scale : ItemScale
    rows, occasion : array of int, shape (n,)
        Ratings of the panel that took part, and the occasion of each.
    """

    rating_arrays: RatingArrays
    given: FactorRatings
    fit: FacetFit
    scale: ItemScale
    rows: NDArray[np.intp]
    occasion: Codes

    @property
    def calibration(self) -> Calibration:
        """Estimates by kernel."""
        if self.fit.calibration is None:
            raise TypeError("a factor is calibrated from its ratings")
        return self.fit.calibration

    @property
    def ratings(self) -> Ratings:
        """What was calibrated."""
        return self.given.source.ratings

    @property
    def remarks(self) -> frozenset[str]:
        """What the factor's fit warns of."""
        names = (notice.code.rsplit(".", 1)[1].removesuffix("_random") for notice in self.fit.warnings)
        return frozenset(f"factor_{name}" for name in names)

    def counts(self, ratees: Sequence[str], cycle: str | None) -> Counted:
        """Ratings, distinct raters and distinct items of each ratee."""
        arrays, occasions = self.rating_arrays, self.given.occasions
        at = places(arrays, occasions, ratees, cycle)
        return Counted(
            counts_at(self.fit.facets["ratee"].n, at),
            counts_at(n_distinct(self.occasion, arrays.rater[self.rows], occasions), at),
            counts_at(n_distinct(self.occasion, arrays.item[self.rows], occasions), at),
        )

    def curve(self, framework: Framework) -> Curve:
        """What an average rater would give on the factor's items."""
        return self.scale.curve(framework, self.given.factor, framework.items_of(self.given.factor))


def factor_ratings(
    rating_arrays: RatingArrays, framework: Framework, factor: str, among: Occasions
) -> FactorRatings | None:
    """Ratings of a factor by others.

    Items whose difficulty the framework declares are anchored there, so that the scale is the
    framework's and not the pool's.

    Parameters
    ----------
    rating_arrays : RatingArrays
    framework : Framework
    factor : str
    among : Occasions

    Returns
    -------
    FactorRatings or None
        None without ratings of the factor, or where all are the same.
    """
    items = framework.items_of(factor)
    rows = np.flatnonzero(rating_arrays.counts & rating_arrays.of_items(tuple(item.id for item in items)))
    if len(rows) == 0 or (rating_arrays.rating[rows] == rating_arrays.rating[rows[0]]).all():
        return None
    rows, occasion = among.rows(rating_arrays, rows)
    ratings, occasions = ratings_of(rating_arrays, rows, occasion)
    present = set(ratings.elements["item"])
    declared = {
        item.id: item.difficulty for item in items if item.difficulty is not None and item.id in present
    }
    return FactorRatings(
        factor=factor,
        source=RatingBlock(
            dimension=factor,
            ratings=ratings,
            competencies={item.id: item.competency for item in items if item.id in present},
        ),
        anchors={"item": declared} if declared else {},
        occasions=occasions,
        rows=rows,
        occasion=occasion,
    )


def rated_factor(rating_arrays: RatingArrays, given: FactorRatings, common: CommonPosterior) -> RatedFactor:
    """Figures of a factor's ratings from the posterior of everything.

    Parameters
    ----------
    rating_arrays : RatingArrays
    given : FactorRatings
    common : CommonPosterior

    Returns
    -------
    RatedFactor
    """
    known = calibration_of(common, common.layout.dimensions.index(given.source.dimension))
    fit = facet_fit_of(
        given.source.ratings, known.calibration, noncentered="ratee", anchors=given.anchors, posterior=known
    )
    scale = scale_of(given.source.ratings.elements["item"], known.calibration)
    theta = known.calibration.locations[known.calibration.facets.index("ratee")]
    off = _taken_off(rating_arrays, given.rows, given.source.ratings, known.calibration)
    eta = theta[np.searchsorted(given.occasions, given.occasion)] - off
    steps = scale.steps_of(rating_arrays.items, rating_arrays.item[given.rows])
    placed = np.isfinite(eta) & np.isfinite(steps).any(axis=1)
    return RatedFactor(
        rating_arrays=rating_arrays,
        given=given,
        fit=fit,
        scale=scale,
        rows=given.rows[placed],
        occasion=given.occasion[placed],
    )


def _taken_off(
    rating_arrays: RatingArrays, rows: NDArray[np.intp], ratings: Ratings, calibration: Calibration
) -> Floats:
    """Severity of each rating's rater, and of the relationship where there are several, shape (n,)."""
    found = np.zeros(len(rows))
    for facet in ("rater", "relationship"):
        if facet in calibration.facets:
            places = np.append(calibration.locations[calibration.facets.index(facet)], np.nan)
            where = {name: n for n, name in enumerate(ratings.elements[facet])}
            of_panel = np.array(
                [where.get(name, -1) for name in getattr(rating_arrays, f"{facet}s")], dtype=np.int64
            )
            found += places[of_panel[getattr(rating_arrays, facet)[rows]]]
    return found


def self_located(
    rating_arrays: RatingArrays, scale: ItemScale, rows: NDArray[np.intp]
) -> tuple[Codes, Floats]:
    """Where ratees see themselves by some rows alone, items held at the calibration.

    Parameters
    ----------
    rating_arrays : RatingArrays
    scale : ItemScale
    rows : array of int, shape (n,)

    Returns
    -------
    occasions : array of int, shape (G,)
    location : array, shape (G,), logits
    """
    steps = scale.steps_of(rating_arrays.items, rating_arrays.item[rows])
    kept = np.isfinite(steps).any(axis=1)
    rows, steps = rows[kept], steps[kept]
    occasions, group = np.unique(rating_arrays.occasion[rows], return_inverse=True)
    score, weight = scale.rung_of(rating_arrays.rating[rows]), rating_arrays.weight[rows]
    offset = np.zeros(len(rows))
    found = located(group, len(occasions), offset=offset, steps=steps, score=score, weight=weight)
    return occasions, found.location


def fit_of_cycle(fit: FacetFit, names: Sequence[str | None]) -> FacetFit:
    """The fit with the ratees of one cycle alone, by their own ids.

    Parameters
    ----------
    fit : FacetFit
    names : sequence of str or None
        Id to give each ratee of the fit; None leaves it out.

    Returns
    -------
    FacetFit
        Raters, items and thresholds as calibrated over all cycles; reliability of ratees over those
        that stay. The ratings are not attached.
    """
    kept = np.array([name is not None for name in names], dtype=bool)
    whole = fit.facets["ratee"]
    arrays = {name: value[kept] for name, value in vars(whole).items() if isinstance(value, np.ndarray)}
    settled = ~arrays["extreme"] & np.isfinite(arrays["measure"])
    measure, se = arrays["measure"][settled], arrays["se"][settled]
    real = se * np.sqrt(np.maximum(1.0, np.nan_to_num(arrays["infit_mnsq"][settled], nan=1.0)))
    spread = spread_of(measure, se)
    ratees = replace(
        whole,
        elements=tuple(name for name in names if name is not None),
        **arrays,
        separation=spread.separation,
        strata=spread.strata,
        reliability=spread.reliability,
        reliability_real=spread_of(measure, real).reliability,
    )
    plain = dict(zip(whole.elements, names, strict=True))
    subsets = (tuple(name for e in one if (name := plain[e]) is not None) for one in fit.subsets)
    facets = {**fit.facets, "ratee": ratees}
    return replace(
        fit,
        facets=facets,
        subsets=tuple(one for one in subsets if one),
        ratings=None,
        calibration=None,
        posterior=None,
    )


def rows_of_items(
    rating_arrays: RatingArrays, items: tuple[str, ...], scale: ItemScale | None = None
) -> NDArray[np.intp]:
    """Ratings by others of some items; of those alone that a scale knows, where it is given."""
    rows = np.flatnonzero(rating_arrays.counts & rating_arrays.of_items(items))
    if scale is None:
        return rows
    steps = scale.steps_of(rating_arrays.items, rating_arrays.item[rows])
    return rows[np.isfinite(steps).any(axis=1)]


def later_ratings(
    rating_arrays: RatingArrays, later: Later, number: int, factor: str, scale: ItemScale | None
) -> RowsOfDimension | None:
    """Ratings of a factor by others for a later scoring."""
    if scale is None:
        return None
    items = later.framework.items_of(factor)
    names = tuple(item.id for item in items)
    given, rows = rows_of_items(rating_arrays, names), rows_of_items(rating_arrays, names, scale)
    nested = {
        item.id: later.dimensions.index(name)
        for item in items
        if (name := nested_dimension(factor, item.competency)) in later.dimensions
    }
    of_item = np.array([nested.get(name, -1) for name in rating_arrays.items], dtype=np.int64)
    rater = later.numbers("rater", rating_arrays.raters)[rating_arrays.rater[rows]]
    group = later.numbers("relationship", rating_arrays.relationships)[rating_arrays.relationship[rows]]
    ratee = later.place(rating_arrays)
    return RowsOfDimension(
        number,
        ratee[rating_arrays.ratee[rows]],
        of_item[rating_arrays.item[rows]],
        rating_arrays.rater[rows].astype(np.int64),
        np.stack([rater, group], axis=1),
        Rows(
            scale.steps_of(rating_arrays.items, rating_arrays.item[rows]),
            scale.rung_of(rating_arrays.rating[rows]),
            rating_arrays.weight[rows],
            np.zeros(len(rows), dtype=bool),
        ),
        Counted(
            add_up(ratee[rating_arrays.ratee[given]], len(later.ratees)).astype(np.int64),
            later.distinct(rating_arrays, rows, rating_arrays.rater),
            later.distinct(rating_arrays, rows, rating_arrays.item),
        ),
    )


def _is_flat(rating_arrays: RatingArrays, framework: Framework, factor: str) -> bool:
    names = tuple(item.id for item in framework.items_of(factor))
    return len(rows_of_items(rating_arrays, names)) > 0


RATINGS = Kind(
    name="ratings",
    in_logits=True,
    read=rating_arrays_of,
    prepare=factor_ratings,
    calibrate=rated_factor,
    later=later_ratings,
    is_flat=_is_flat,
)
"""Judgements of others on the framework's items."""

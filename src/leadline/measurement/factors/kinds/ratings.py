"""A factor seen through ratings: calibrated over all cycles, then read one cycle at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leadline.frameworks import Framework
from leadline.measurement.diagnostics.facet_tables import spread_of
from leadline.measurement.factors.kinds.item_scale import ItemScale, scale_of
from leadline.measurement.factors.kinds.occasions import Occasions
from leadline.measurement.factors.kinds.rating_arrays import RatingArrays, ratings_of
from leadline.measurement.fits.facet_fit import FacetFit
from leadline.measurement.fits.fit import facet_fit_of
from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.kernels.location import located
from leadline.measurement.values.calibration import Calibration
from leadline.measurement.values.ratings import Ratings
from leadline.measurement.variational.calibrate import calibration_of
from leadline.measurement.variational.common_posterior import CommonPosterior
from leadline.measurement.variational.evidence_blocks import RatingBlock


@dataclass(frozen=True, eq=False, kw_only=True)
class FactorRatings:
    """Ratings of one factor, self-ratings left out. O occasions (ratee and cycle), n ratings.

    Attributes
    ----------
    factor : str
    part : RatingBlock
        The facet ``ratee`` holds the occasions.
    anchors : mapping of item to logits
        Items whose difficulty the framework declares.
    occasions : array of int, shape (O,)
        Sorted.
    rows, occasion : array of int, shape (n,)
        Ratings of the panel, and the occasion of each.
    """

    factor: str
    part: RatingBlock
    anchors: Mapping[str, float]
    occasions: Codes
    rows: NDArray[np.intp]
    occasion: Codes


@dataclass(frozen=True, eq=False, kw_only=True)
class RatedFactor:
    """Ratings of one factor once calibrated.

    Attributes
    ----------
    given : FactorRatings
    fit : FacetFit
    scale : ItemScale
    rows, occasion : array of int, shape (n,)
        Ratings of the panel that took part, and the occasion of each.
    """

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
        return self.given.part.ratings


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
    return FactorRatings(
        factor=factor,
        part=RatingBlock(
            dimension=factor,
            ratings=ratings,
            competencies={item.id: item.competency for item in items if item.id in present},
        ),
        anchors={
            item.id: item.difficulty for item in items if item.difficulty is not None and item.id in present
        },
        occasions=occasions,
        rows=rows,
        occasion=occasion,
    )


def rated_factor(
    rating_arrays: RatingArrays, given: FactorRatings, common: CommonPosterior, number: int
) -> RatedFactor:
    """Figures of a factor's ratings from the posterior of everything.

    Parameters
    ----------
    rating_arrays : RatingArrays
    given : FactorRatings
    common : CommonPosterior
    number : int
        Of the factor's part.

    Returns
    -------
    RatedFactor
    """
    known = calibration_of(common, number)
    anchors = {"item": given.anchors} if given.anchors else {}
    fit = facet_fit_of(
        given.part.ratings, known.calibration, noncentered="ratee", anchors=anchors, posterior=known
    )
    scale = scale_of(given.part.ratings.elements["item"], known.calibration)
    theta = known.calibration.locations[known.calibration.facets.index("ratee")]
    off = _taken_off(rating_arrays, given.rows, given.part.ratings, known.calibration)
    eta = theta[np.searchsorted(given.occasions, given.occasion)] - off
    told = np.isfinite(eta) & np.isfinite(
        scale.steps_of(rating_arrays.items, rating_arrays.item[given.rows])
    ).any(axis=1)
    return RatedFactor(
        given=given, fit=fit, scale=scale, rows=given.rows[told], occasion=given.occasion[told]
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


def n_distinct(group: Codes, what: Codes, groups: Codes) -> NDArray[np.int64]:
    """Number of distinct things seen in each group.

    Parameters
    ----------
    group, what : array of int, shape (n,)
    groups : array of int, shape (G,)
        Sorted.

    Returns
    -------
    array of int, shape (G,)

    Examples
    --------
    >>> n_distinct(np.array([4, 4, 4, 7]), np.array([1, 1, 2, 1]), np.array([4, 7]))
    array([2, 1])
    """
    width = int(what.max(initial=0)) + 1
    pairs = np.unique(group.astype(np.int64) * width + what)
    at = np.searchsorted(groups, pairs // width)
    return add_up(at, len(groups)).astype(np.int64)

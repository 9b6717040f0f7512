"""A factor seen through ratings: calibrated over all cycles, then read one cycle at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.frameworks import Framework, Item
from leadline.measurement.assemble import components, spread_of
from leadline.measurement.calibrate import Calibration, calibrate, rung_labels
from leadline.measurement.factor_map import Curve, share_curve
from leadline.measurement.fitted import FacetFit
from leadline.measurement.fitting import fitted
from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.kernels.categories import category_probabilities, moments
from leadline.measurement.kernels.halo import dispersion, halo_variance
from leadline.measurement.kernels.location import Located, located
from leadline.measurement.kernels.uncertainty import error_with_raters
from leadline.measurement.panel import Panel, ratings_of
from leadline.measurement.ratings import Ratings


@dataclass(frozen=True, eq=False, kw_only=True)
class RatedFactor:
    """Ratings of one factor, calibrated over all cycles. O occasions (ratee and cycle).

    Attributes
    ----------
    factor : str
    ratings : Ratings
        What was calibrated; the facet ``ratee`` holds the occasions.
    calibration : Calibration
    fit : FacetFit
    occasions : array of int, shape (O,)
        Sorted.
    theta, theta_se : array, shape (O,), logits
        The error counts raters as estimated and the halo that was found.
    halo : float
        Variance of what one rater's ratings of one ratee share, logits squared.
    rows : array of int, shape (n,)
        Ratings of the panel that took part.
    residual, variance : array, shape (n,)
        What is left over of each of them, and its variance.
    """

    factor: str
    ratings: Ratings
    calibration: Calibration
    fit: FacetFit
    occasions: Codes
    theta: Floats
    theta_se: Floats
    halo: float
    rows: NDArray[np.intp]
    residual: Floats
    variance: Floats


def rated_factor(
    panel: Panel,
    framework: Framework,
    factor: str,
    progress: Callable[[int, float], None] | None = None,
) -> RatedFactor | None:
    """Calibrate the ratings of a factor: ratees float, raters and items are centred.

    Items whose difficulty the framework declares are anchored there, so that the scale is the
    framework's and not the pool's. Self-ratings take no part.

    Parameters
    ----------
    panel : Panel
    framework : Framework
    factor : str
    progress : callable, optional

    Returns
    -------
    RatedFactor or None
        None without ratings of the factor.

    Raises
    ------
    MeasurementError
        The ratings do not vary.
    """
    items = framework.items_of(factor)
    rows = np.flatnonzero(panel.counts & panel.of_items(tuple(item.id for item in items)))
    if len(rows) == 0:
        return None
    ratings, occasions = ratings_of(panel, rows)
    declared = {item.id: item.difficulty for item in items if item.difficulty is not None}
    present = {name: value for name, value in declared.items() if name in ratings.elements["item"]}
    anchors = {"item": present} if present else {}
    calibration = calibrate(ratings, noncentered="ratee", anchors=anchors, progress=progress)
    fit = fitted(ratings, calibration, noncentered="ratee", anchors=anchors)
    residual, variance = _left_over(panel, ratings, calibration, occasions, rows)
    known = np.isfinite(variance)
    rows, residual, variance = rows[known], residual[known], variance[known]
    cells = cells_of(panel, rows, residual, variance)
    n_parameters = sum(len(one.elements) for name, one in fit.facets.items() if name != "item")
    halo = halo_variance(cells.surplus, cells.variance, n_parameters)
    at = np.searchsorted(occasions, cells.occasion)
    widened = np.sqrt(dispersion(at, len(occasions), cells.variance, halo))
    return RatedFactor(
        factor=factor,
        ratings=ratings,
        calibration=calibration,
        fit=fit,
        occasions=occasions,
        theta=fit.facets["ratee"].measure,
        theta_se=_errors(ratings, calibration) * widened,
        halo=halo,
        rows=rows,
        residual=residual,
        variance=variance,
    )


class CellSums(NamedTuple):
    """Ratings of one ratee on one occasion by one rater, added up. C cells."""

    rater: Codes
    occasion: Codes
    size: Floats
    surplus: Floats
    variance: Floats


def cells_of(panel: Panel, rows: Codes, residual: Floats, variance: Floats) -> CellSums:
    """Residuals and variances of some rows of a panel added up by rater and occasion.

    Parameters
    ----------
    panel : Panel
    rows : array of int, shape (n,)
    residual, variance : array, shape (n,)

    Returns
    -------
    CellSums
    """
    width = int(panel.occasion.max(initial=0)) + 1
    key, cell = np.unique(
        panel.rater[rows].astype(np.int64) * width + panel.occasion[rows], return_inverse=True
    )
    n = len(key)
    sums = add_up(cell, n), add_up(cell, n, residual), np.maximum(add_up(cell, n, variance), 1e-12)
    return CellSums(key // width, key % width, *sums)


def _errors(ratings: Ratings, calibration: Calibration) -> Floats:
    """Standard errors of ratees that count raters as estimated; conditional ones where extreme."""
    at = dict(zip(calibration.facets, range(len(calibration.facets)), strict=True))
    kept = np.flatnonzero(calibration.screen.kept)
    index = {facet: ratings.index[facet][kept] for facet in calibration.facets}
    eta = calibration.locations[at["ratee"]][index["ratee"]]
    eta = eta - calibration.locations[at["rater"]][index["rater"]]
    prob = category_probabilities(eta, calibration.steps[index["item"]])
    information = moments(prob).variance * ratings.weight[kept]
    full = error_with_raters(
        index["ratee"],
        index["rater"],
        (len(ratings.elements["ratee"]), len(ratings.elements["rater"])),
        information,
        calibration.design.subset[at["rater"]],
    )
    own = calibration.se[at["ratee"]]
    return np.where(np.isnan(full), own, full)


def _left_over(
    panel: Panel,
    ratings: Ratings,
    calibration: Calibration,
    occasions: Codes,
    rows: NDArray[np.intp],
) -> tuple[Floats, Floats]:
    """Residual and variance of the panel's rows; NaN where a location is unknown."""
    places = RatingPlaces(panel, ratings, calibration)
    theta = calibration.locations[calibration.facets.index("ratee")]
    eta = theta[np.searchsorted(occasions, panel.occasion[rows])] - places.severity(rows)
    steps, rung = places.steps(rows), places.rung(rows)
    known = np.isfinite(eta) & np.isfinite(steps).any(axis=1)
    prob = category_probabilities(np.where(known, eta, 0.0), steps)
    found = moments(prob)
    return rung - found.expected, np.where(known, found.variance, np.nan)


class RatingPlaces:
    """Where ratings of a panel stand in a calibration: severity, steps and rung, NaN if unknown."""

    def __init__(self, panel: Panel, ratings: Ratings, calibration: Calibration) -> None:
        self.panel, self.calibration = panel, calibration
        self.rater = _positions(panel.raters, ratings.elements["rater"])
        self.item = _positions(panel.items, ratings.elements["item"])
        number = calibration.facets.index("rater")
        self.severities = np.append(calibration.locations[number], np.nan)
        self.all_steps = np.vstack([item_steps(calibration), np.full(calibration.steps.shape[1], np.inf)])

    def severity(self, rows: NDArray[np.intp]) -> Floats:
        """Severity of the rater, shape (n,)."""
        return self.severities[self.rater[self.panel.rater[rows]]]

    def steps(self, rows: NDArray[np.intp]) -> Floats:
        """Steps of the item, shape (n, K-1)."""
        return self.all_steps[self.item[self.panel.item[rows]]]

    def rung(self, rows: NDArray[np.intp]) -> Floats:
        """Rung of the rating on a shared scale, the nearest below where it has none, shape (n,)."""
        labels, ladder = self.calibration.labels, self.calibration.screen.ladder[0]
        at = np.searchsorted(labels, self.panel.rating[rows], side="right") - 1
        rung: Floats = ladder[np.maximum(at, 0)].astype(float)
        return rung


def _positions(names: tuple[str, ...], known: tuple[str, ...]) -> NDArray[np.int64]:
    where = {name: n for n, name in enumerate(known)}
    return np.array([where.get(name, -1) for name in names], dtype=np.int64)


def item_steps(calibration: Calibration) -> Floats:
    """Steps of every item on a shared scale, extreme items included; ``inf`` where unknown."""
    steps = calibration.locations[-1][:, None] + calibration.thresholds
    return np.where(np.isfinite(steps), steps, np.inf)


def curve_of(rated: RatedFactor, framework: Framework, items: Sequence[Item]) -> Curve | None:
    """Map from logits to 0-100 over items that are calibrated or declare their difficulty.

    Parameters
    ----------
    rated : RatedFactor
    framework : Framework
    items : sequence of Item

    Returns
    -------
    Curve or None
        None where no item has a known difficulty.
    """
    calibration = rated.calibration
    known = dict(zip(rated.fit.facets["item"].elements, calibration.locations[-1], strict=True))
    places = [known.get(item.id, np.nan) for item in items]
    declared = [np.nan if item.difficulty is None else item.difficulty for item in items]
    difficulty = np.where(np.isfinite(places), places, declared).astype(float)
    difficulty = difficulty[np.isfinite(difficulty)]
    if len(difficulty) == 0:
        return None
    n = len(difficulty)
    labels = np.repeat(rung_labels(calibration)[:1], n, axis=0)
    ends = np.full(n, float(framework.scale.min)), np.full(n, float(framework.scale.max))
    return share_curve(difficulty[:, None] + calibration.thresholds, labels, *ends)


def located_groups(
    panel: Panel, rated: RatedFactor, rows: NDArray[np.intp], *, severity: bool
) -> tuple[Codes, Located]:
    """Location of each occasion from some rows alone, raters and items held at the calibration.

    Parameters
    ----------
    panel : Panel
    rated : RatedFactor
    rows : array of int, shape (n,)
    severity : bool
        Whether raters' severity is taken off; not for self-ratings, whose raters have none.

    Returns
    -------
    occasions : array of int, shape (G,)
    located : Located
        Errors widened by the factor's halo.
    """
    places = RatingPlaces(panel, rated.ratings, rated.calibration)
    offset = -places.severity(rows) if severity else np.zeros(len(rows))
    steps = places.steps(rows)
    kept = np.isfinite(offset) & np.isfinite(steps).any(axis=1)
    rows, offset, steps = rows[kept], offset[kept], steps[kept]
    occasions, group = np.unique(panel.occasion[rows], return_inverse=True)
    score, weight = places.rung(rows), panel.weight[rows]
    found = located(group, len(occasions), offset=offset, steps=steps, score=score, weight=weight)
    prob = category_probabilities(found.location[group] + offset, steps)
    cells = cells_of(panel, rows, np.zeros(len(rows)), weight * moments(prob).variance)
    at = np.searchsorted(occasions, cells.occasion)
    widened = np.sqrt(dispersion(at, len(occasions), cells.variance, rated.halo))
    return occasions, found._replace(se=found.se * widened)


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
        variance=components(facets),
        subsets=tuple(one for one in subsets if one),
        ratings=None,
        calibration=None,
    )


def count_by(group: Codes, what: Codes, groups: Codes) -> NDArray[np.int64]:
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
    >>> count_by(np.array([4, 4, 4, 7]), np.array([1, 1, 2, 1]), np.array([4, 7]))
    array([2, 1])
    """
    pairs = np.unique(np.stack([group, what], axis=1), axis=0) if len(group) else np.empty((0, 2), int)
    at = np.searchsorted(groups, pairs[:, 0])
    return add_up(at, len(groups)).astype(np.int64)

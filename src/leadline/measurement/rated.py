"""A factor seen through ratings: calibrated over all cycles, then read one cycle at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leadline.frameworks import Framework, Item
from leadline.measurement.assemble import spread_of
from leadline.measurement.calibrate import Calibration, rung_labels
from leadline.measurement.factor_map import Curve, share_curve
from leadline.measurement.fitted import FacetFit
from leadline.measurement.fitting import fitted
from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.kernels.location import located
from leadline.measurement.occasions import Occasions
from leadline.measurement.panel import Panel, ratings_of
from leadline.measurement.ratings import Ratings
from leadline.measurement.variational.calibrate import calibration_of
from leadline.measurement.variational.parts import Part
from leadline.measurement.variational.together import Together


@dataclass(frozen=True, eq=False, kw_only=True)
class FactorRatings:
    """Ratings of one factor, self-ratings left out. O occasions (ratee and cycle), n ratings.

    Attributes
    ----------
    factor : str
    part : Part
        The facet ``ratee`` holds the occasions.
    anchors : mapping of item to logits
        Items whose difficulty the framework declares.
    occasions : array of int, shape (O,)
        Sorted.
    rows, occasion : array of int, shape (n,)
        Ratings of the panel, and the occasion of each.
    """

    factor: str
    part: Part
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
    rows, occasion : array of int, shape (n,)
        Ratings of the panel that took part, and the occasion of each.
    """

    given: FactorRatings
    fit: FacetFit
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


def factor_ratings(panel: Panel, framework: Framework, factor: str, among: Occasions) -> FactorRatings | None:
    """Ratings of a factor by others.

    Items whose difficulty the framework declares are anchored there, so that the scale is the
    framework's and not the pool's.

    Parameters
    ----------
    panel : Panel
    framework : Framework
    factor : str
    among : Occasions

    Returns
    -------
    FactorRatings or None
        None without ratings of the factor, or where all are the same.
    """
    items = framework.items_of(factor)
    rows = np.flatnonzero(panel.counts & panel.of_items(tuple(item.id for item in items)))
    if len(rows) == 0 or (panel.rating[rows] == panel.rating[rows[0]]).all():
        return None
    rows, occasion = among.rows(panel, rows)
    ratings, occasions = ratings_of(panel, rows, occasion)
    present = set(ratings.elements["item"])
    return FactorRatings(
        factor=factor,
        part=Part(
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


def rated_factor(panel: Panel, given: FactorRatings, together: Together, number: int) -> RatedFactor:
    """Figures of a factor's ratings from the posterior of everything.

    Parameters
    ----------
    panel : Panel
    given : FactorRatings
    together : Together
    number : int
        Of the factor's part.

    Returns
    -------
    RatedFactor
    """
    known = calibration_of(together, number)
    anchors = {"item": given.anchors} if given.anchors else {}
    fit = fitted(given.part.ratings, known.calibration, noncentered="ratee", anchors=anchors, posterior=known)
    places = RatingPlaces(panel, given.part.ratings, known.calibration)
    theta = known.calibration.locations[known.calibration.facets.index("ratee")]
    eta = theta[np.searchsorted(given.occasions, given.occasion)] - places.taken_off(given.rows)
    told = np.isfinite(eta) & np.isfinite(places.steps(given.rows)).any(axis=1)
    return RatedFactor(given=given, fit=fit, rows=given.rows[told], occasion=given.occasion[told])


class RatingPlaces:
    """Where ratings of a panel stand in a calibration: what is taken off, steps, rung; NaN if unknown."""

    def __init__(self, panel: Panel, ratings: Ratings, calibration: Calibration) -> None:
        self.panel, self.calibration = panel, calibration
        self.rater = _positions(panel.raters, ratings.elements["rater"])
        self.item = _positions(panel.items, ratings.elements["item"])
        number = calibration.facets.index("rater")
        self.severities = np.append(calibration.locations[number], np.nan)
        self.groups: Floats | None = None
        if "relationship" in calibration.facets:
            number = calibration.facets.index("relationship")
            self.group = _positions(panel.relationships, ratings.elements["relationship"])
            self.groups = np.append(calibration.locations[number], np.nan)
        self.all_steps = np.vstack([item_steps(calibration), np.full(calibration.steps.shape[1], np.inf)])

    def taken_off(self, rows: NDArray[np.intp]) -> Floats:
        """Severity of the rater, and of the relationship where there are several, shape (n,)."""
        severity: Floats = self.severities[self.rater[self.panel.rater[rows]]]
        if self.groups is None:
            return severity
        return severity + self.groups[self.group[self.panel.relationship[rows]]]

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


def curve_of(rated: RatedFactor, framework: Framework, items: Sequence[Item]) -> Curve:
    """Map from logits to 0-100 over items that are calibrated or declare their difficulty.

    Parameters
    ----------
    rated : RatedFactor
    framework : Framework
    items : sequence of Item
        One at least has a known difficulty; otherwise all of the factor's items count.

    Returns
    -------
    Curve
    """
    calibration = rated.calibration
    known = dict(zip(rated.fit.facets["item"].elements, calibration.locations[-1], strict=True))
    difficulty = _known(items, known)
    if len(difficulty) == 0:
        difficulty = _known(framework.items_of(rated.given.factor), known)
    n = len(difficulty)
    labels = np.repeat(rung_labels(calibration)[:1], n, axis=0)
    ends = np.full(n, float(framework.scale.min)), np.full(n, float(framework.scale.max))
    return share_curve(difficulty[:, None] + calibration.thresholds, labels, *ends)


def _known(items: Sequence[Item], calibrated: Mapping[str, float]) -> Floats:
    """Difficulties of the items for which there is one."""
    places = [calibrated.get(item.id, np.nan) for item in items]
    declared = [np.nan if item.difficulty is None else item.difficulty for item in items]
    difficulty = np.where(np.isfinite(places), places, declared).astype(float)
    finite: Floats = difficulty[np.isfinite(difficulty)]
    return finite


def self_located(panel: Panel, rated: RatedFactor, rows: NDArray[np.intp]) -> tuple[Codes, Floats]:
    """Where ratees see themselves by some rows alone, items held at the calibration.

    Parameters
    ----------
    panel : Panel
    rated : RatedFactor
    rows : array of int, shape (n,)

    Returns
    -------
    occasions : array of int, shape (G,)
    location : array, shape (G,), logits
    """
    places = RatingPlaces(panel, rated.ratings, rated.calibration)
    steps = places.steps(rows)
    kept = np.isfinite(steps).any(axis=1)
    rows, steps = rows[kept], steps[kept]
    occasions, group = np.unique(panel.occasion[rows], return_inverse=True)
    score, weight = places.rung(rows), panel.weight[rows]
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
    width = int(what.max(initial=0)) + 1
    pairs = np.unique(group.astype(np.int64) * width + what)
    at = np.searchsorted(groups, pairs // width)
    return add_up(at, len(groups)).astype(np.int64)

"""From a calibration to the figures a reader expects: facets, thresholds, reliability, averages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from leadline.measurement.kernels.arrays import Codes, Floats
from leadline.measurement.kernels.cells import item_counts, totals
from leadline.measurement.kernels.curves import Curves, probabilities
from leadline.measurement.values.calibration import Calibration, rung_labels
from leadline.measurement.values.facet import Component, FacetMeasures, Thresholds, sign_of
from leadline.measurement.values.ratings import Ratings

_MOST_LABELS = 100


class Spread(NamedTuple):
    """How well measures tell elements apart."""

    separation: float
    strata: float
    reliability: float


def facet_measures(
    ratings: Ratings, calibration: Calibration, shrunken: Sequence[str] = ()
) -> dict[str, FacetMeasures]:
    """Measures of every facet, in the order of the ratings' facets.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration
    shrunken : sequence of str
        Facets whose measures are posterior means.

    Returns
    -------
    dict of facet to FacetMeasures
    """
    fair = fair_averages(calibration)
    found = {}
    for number, facet in enumerate(calibration.facets):
        sums = calibration.summary.elements[number]
        fit = sums.fit
        measure, se = calibration.locations[number], calibration.se[number]
        at, size = ratings.index[facet], len(ratings.elements[facet])
        n, weight, total = totals(at, size, ratings.rating, ratings.weight)
        is_mean = facet in shrunken
        settled = (~calibration.extreme[number] | is_mean) & np.isfinite(measure)
        spread = spread_of(measure[settled], se[settled], shrunken=is_mean)
        real = se * np.sqrt(np.maximum(1.0, np.nan_to_num(fit.infit_mnsq, nan=1.0)))
        found[facet] = FacetMeasures(
            facet=facet,
            elements=ratings.elements[facet],
            measure=measure,
            se=se,
            n=n.astype(np.int64),
            raw_mean=total / weight,
            fair_mean=fair[number],
            infit_mnsq=fit.infit_mnsq,
            infit_z=fit.infit_z,
            outfit_mnsq=fit.outfit_mnsq,
            outfit_z=fit.outfit_z,
            point_measure=sums.point_measure,
            extreme=calibration.extreme[number],
            subset=calibration.design.subset[number] + 1,
            separation=spread.separation,
            strata=spread.strata,
            reliability=spread.reliability,
            reliability_real=spread_of(measure[settled], real[settled], shrunken=is_mean).reliability,
        )
    return {facet: found[facet] for facet in ratings.facets}


def spread_of(measure: Floats, se: Floats, *, shrunken: bool = False) -> Spread:
    r"""Separation, strata and reliability.

    With observed variance :math:`s^2` (n-1) and mean squared error :math:`m`, the true standard
    deviation is :math:`\sqrt{s^2 - m}`; separation :math:`G = \sqrt{(s^2 - m)/m}`, strata
    :math:`(4G + 1)/3`, reliability :math:`G^2/(1 + G^2)`. Posterior means are drawn in by their errors
    already, so their true variance is :math:`s^2 + m`, and :math:`G = s/\sqrt{m}`.

    Parameters
    ----------
    measure, se : array, shape (E,), logits
        Without extreme elements unless shrunken.
    shrunken : bool
        The measures are posterior means.

    Returns
    -------
    Spread
        NaN for fewer than two elements.

    Notes
    -----
    Source: Wright and Masters (1982), p. 92 and 106; Adams (2005), Studies in Educational Evaluation
    31, 162-172, eq. 10.

    Examples
    --------
    >>> spread_of(np.array([-1.0, 0.0, 1.0]), np.full(3, 0.5)).reliability
    0.75
    """
    if len(measure) < 2:
        return Spread(np.nan, np.nan, np.nan)
    error = float(np.mean(se * se))
    observed = float(np.var(measure, ddof=1))
    true = observed if shrunken else max(observed - error, 0.0)
    separation = float(np.sqrt(true / error))
    return Spread(separation, (4 * separation + 1) / 3, true / (true + error))


def components(facets: Mapping[str, FacetMeasures]) -> tuple[Component, ...]:
    """Variance of each facet's true measures: observed less error.

    The standard error is that of a sample variance of normal measures,
    :math:`s^2 \\sqrt{2/(E - 1)}`.

    Parameters
    ----------
    facets : mapping of facet to FacetMeasures

    Returns
    -------
    tuple of Component
        One for each facet with two or more elements that are not extreme.
    """
    found = []
    for name, facet in facets.items():
        settled = ~facet.extreme & np.isfinite(facet.measure)
        if settled.sum() > 1:
            observed = float(np.var(facet.measure[settled], ddof=1))
            variance = max(observed - float(np.mean(facet.se[settled] ** 2)), 0.0)
            error = observed * float(np.sqrt(2 / (settled.sum() - 1)))
            found.append(Component(name, variance, float(np.sqrt(variance)), error))
    return tuple(found)


def fair_averages(calibration: Calibration) -> list[Floats]:
    """Rating to expect of each element if everything else were at its mean.

    With a shared scale the item too is at mean difficulty, as in FACETS' fair-M average; in partial
    credit it is the mean over items, since thresholds have none.

    Parameters
    ----------
    calibration : Calibration

    Returns
    -------
    list of A arrays, shape (E,), rating units
    """
    signs = [sign_of(facet) for facet in calibration.facets]
    settled = [
        x[~extreme & np.isfinite(x)]
        for x, extreme in zip(calibration.locations, calibration.extreme, strict=True)
    ]
    means = [float(x.mean()) if len(x) else 0.0 for x in settled]
    at_mean = sum(sign * mean for sign, mean in zip(signs[:-1], means[:-1], strict=True))
    return [
        _expected_label(calibration, at_mean - signs[n] * means[n] + signs[n] * x)
        for n, x in enumerate(calibration.locations[:-1])
    ] + [_expected_of_items(calibration, at_mean)]


def _expected_label(calibration: Calibration, eta: Floats) -> Floats:
    labels = rung_labels(calibration)
    if calibration.shared:
        difficulty = calibration.locations[-1]
        settled = difficulty[~calibration.extreme[-1] & np.isfinite(difficulty)]
        steps = settled.mean() + calibration.thresholds[0]
        return expected_rating(eta, steps, labels[0], _curves(calibration, 0))
    items = np.flatnonzero(calibration.screen.top > 0)
    each = [
        expected_rating(eta, calibration.steps[i], labels[i], _curves(calibration, int(i))) for i in items
    ]
    mean: Floats = np.mean(each, axis=0)
    return mean


def _expected_of_items(calibration: Calibration, eta: float) -> Floats:
    labels = rung_labels(calibration)
    found = np.full(len(calibration.screen.top), np.nan)
    for i, difficulty in enumerate(calibration.locations[-1]):
        if np.isfinite(difficulty):
            row = 0 if calibration.shared else i
            steps = difficulty + calibration.thresholds[row]
            steps = np.where(np.isfinite(labels[row, 1:]), steps, np.inf)
            found[i] = expected_rating(np.array([eta]), steps, labels[row], _curves(calibration, i))[0]
    return found


def _curves(calibration: Calibration, item: int) -> Curves | None:
    return None if calibration.curves is None else calibration.curves.of(item)


def expected_rating(eta: Floats, steps: Floats, labels: Floats, curves: Curves | None = None) -> Floats:
    """Expected rating in the units it was given in.

    Parameters
    ----------
    eta : array, shape (N,), logits
        NaN gives NaN.
    steps : array, shape (K-1,), logits
    labels : array, shape (K,)
        Rating of each rung; NaN where there is no such rung.
    curves : Curves, optional
        Of this one item; None for the rating-scale family.

    Returns
    -------
    array, shape (N,)

    Examples
    --------
    >>> expected_rating(np.array([0.0]), np.array([-1.0, 1.0]), np.array([1.0, 2.0, 3.0]))
    array([2.])
    """
    known = np.isfinite(eta)
    prob = probabilities(curves, np.where(known, eta, 0.0), steps[None], np.zeros(len(eta), dtype=np.int64))
    expected = prob @ np.nan_to_num(labels)
    return np.where(known, expected, np.nan)


def threshold_table(ratings: Ratings, calibration: Calibration) -> Thresholds:
    """Thresholds with their errors, and how often each category was used.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration

    Returns
    -------
    Thresholds
        A row for each category between the lowest and the highest rating that occurs.
    """
    categories = listed_categories(calibration.labels)
    names = ("*",) if calibration.shared else ratings.elements["item"]
    labels, label = ratings.labels
    by_item = item_counts(
        ratings.index["item"], label, ratings.weight, (len(ratings.elements["item"]), len(labels))
    )
    counts = np.zeros((len(by_item), len(categories)))
    counts[:, np.searchsorted(categories, labels)] = by_item
    counts = counts.sum(axis=0, keepdims=True) if calibration.shared else counts
    information = calibration.summary.step_information
    information = information.sum(axis=0, keepdims=True) if calibration.shared else information
    known = calibration.threshold_se
    known = 1 / np.sqrt(np.maximum(information, 1e-300)) if known is None else known
    threshold, error = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    for row, given in enumerate(rung_labels(calibration)):
        for rung in range(1, len(given)):
            if np.isfinite(given[rung]):
                at = np.searchsorted(categories, given[rung])
                threshold[row, at] = calibration.thresholds[row, rung - 1]
                error[row, at] = known[row, rung - 1]
    return Thresholds(
        item=tuple(name for name in names for _ in categories),
        category=np.tile(categories, len(names)),
        threshold=threshold.ravel(),
        se=error.ravel(),
        count=counts.ravel(),
    )


def listed_categories(labels: Codes) -> Codes:
    """Categories from the lowest to the highest, those that nobody used included.

    Examples
    --------
    >>> listed_categories(np.array([1, 2, 4]))
    array([1, 2, 3, 4])
    """
    low, high = int(labels.min()), int(labels.max())
    return np.arange(low, high + 1) if high - low < _MOST_LABELS else labels

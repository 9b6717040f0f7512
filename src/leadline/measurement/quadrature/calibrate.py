"""Marginal fits by adaptive quadrature, in the form the other methods have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.errors import MeasurementError
from leadline.measurement.kernels.arrays import Flags, Floats
from leadline.measurement.kernels.connectivity import Design
from leadline.measurement.kernels.curves import Curves
from leadline.measurement.kernels.extremes import Screened, extreme_elements, screened
from leadline.measurement.quadrature import GroupedFit, QuadratureFit, ResponseFit, fit_grouped, fit_responses
from leadline.measurement.values.calibration import Calibration, design_among, summary_of
from leadline.measurement.values.facet import Component, ItemParameters
from leadline.measurement.values.models import EXAM, PEOPLE
from leadline.measurement.values.notice import Notice
from leadline.measurement.values.ratings import Ratings

_SAID_ALREADY = ("extreme_items", "not_converged")


@dataclass(frozen=True, eq=False)
class QuadratureEstimates:
    """Estimates in the common form, and what goes beyond it.

    Attributes
    ----------
    calibration : Calibration
    components : tuple of Component
    items : ItemParameters or None
        Where the model has slopes.
    roots : mapping of facet to array, shape (E,) or (E, R)
        Standard deviations, or matrix root of the covariance, of its locations.
    noncentered : str
        Facet whose mean is free.
    warnings : tuple of Notice
    """

    calibration: Calibration
    components: tuple[Component, ...]
    items: ItemParameters | None
    roots: Mapping[str, Floats]
    noncentered: str
    warnings: tuple[Notice, ...]

    def draws(self, n: int, rng: np.random.Generator) -> dict[str, Floats]:
        """Posterior draws of every facet's locations but the item's.

        Parameters
        ----------
        n : int
        rng : numpy.random.Generator

        Returns
        -------
        dict of facet to array, shape (n, E), logits
            Normal, with the posterior's means and standard deviations.
        """
        found = {}
        for facet, x in zip(self.calibration.facets[:-1], self.calibration.locations, strict=False):
            root = self.roots.get(facet, np.zeros(len(x)))
            noise = rng.standard_normal((n, root.shape[-1]))
            found[facet] = x + (noise * root if root.ndim == 1 else noise @ root.T)
        return found


@dataclass(frozen=True, eq=False)
class _Given:
    """Ratings with the items that do not vary marked. A facets, the item last."""

    ratings: Ratings
    facets: tuple[str, ...]
    screen: Screened

    @property
    def sizes(self) -> list[int]:
        return [len(self.ratings.elements[facet]) for facet in self.facets]

    @property
    def design(self) -> Design:
        return design_among([self.ratings.index[f] for f in self.facets], self.sizes, self.screen)


def _given(ratings: Ratings, *, shared: bool) -> _Given:
    facets = (*(facet for facet in ratings.facets if facet != "item"), "item")
    index = [ratings.index[facet] for facet in facets]
    sizes = [len(ratings.elements[facet]) for facet in facets]
    labels, label = ratings.labels
    # Everybody random has a prior, and others with a single element are no effect: none is set aside.
    held = [np.ones(size, dtype=bool) for size in sizes[:-1]]
    free = np.full(sizes[-1], sizes[-1] == 1)
    screen = screened(
        index,
        sizes,
        label,
        n_labels=len(labels),
        shared=shared,
        held=[*held, free],
    )
    if not screen.kept.any() or len(labels) < 2:
        raise MeasurementError("measurement.no_variation", n=ratings.n)
    return _Given(ratings, facets, screen)


def calibrate_answers(ratings: Ratings, model: str) -> QuadratureEstimates:
    """People who answer items: an item response model.

    With slopes of 1 items are centred and ratees float, unless the model is one of an exam; then, and
    with slopes, the population's mean is 0.

    Parameters
    ----------
    ratings : Ratings
        Weights of 1, no further facet with several elements.
    model : str
        As for `leadline.measurement.quadrature.fit_responses`.

    Returns
    -------
    QuadratureEstimates

    Raises
    ------
    MeasurementError
        All ratings are equal, there are too few items, or answers do not fit the model.
    """
    given = _given(ratings, shared=model == "rating-scale")
    value = ratings.rating if model in EXAM else given.screen.rung
    answers = np.full((len(ratings.elements["ratee"]), len(ratings.elements["item"])), np.nan)
    answers[ratings.index["ratee"], ratings.index["item"]] = value
    found = fit_responses(
        answers, model=model, items=ratings.elements["item"], units=ratings.elements["ratee"]
    )
    items = found.items
    floats = model in ("rating-scale", "partial-credit")
    centre = float(np.mean(items.difficulty[~items.extreme])) if floats else 0.0
    curves = None
    if not floats and model != "1pl":
        guess = np.nan_to_num(items.guess)
        curves = Curves(items.slope, guess, cumulative=model == "graded")
    rows = 1 if model == "rating-scale" or model in EXAM else len(items.items)
    threshold, error = (x.reshape(rows, -1)[:, 1:] for x in (found.thresholds.threshold, found.thresholds.se))
    calibration = _calibration(
        given,
        found,
        locations={"ratee": found.units.theta - centre, "item": items.difficulty - centre},
        se={
            "ratee": found.units.posterior_sd if floats else found.units.theta_se,
            **({} if floats else {"item": items.difficulty_se}),
        },
        thresholds=threshold,
        threshold_se=error,
        curves=curves,
    )
    parameters = None if curves is None else ItemParameters(**{f: getattr(items, f) for f in _PARAMETERS})
    return QuadratureEstimates(
        calibration,
        (found.variance,),
        parameters,
        {"ratee": calibration.se[calibration.facets.index("ratee")]},
        "ratee" if floats else "item",
        _unsaid(found),
    )


_PARAMETERS = ("items", "slope", "slope_se", "guess", "guess_se")


def _unsaid(found: QuadratureFit) -> tuple[Notice, ...]:
    return tuple(one for one in found.warnings if not one.code.endswith(_SAID_ALREADY))


def calibrate_grouped(ratings: Ratings, model: str) -> QuadratureEstimates:
    """Ratees alone, or raters alone, as random beside fixed facets: a mixed model.

    Parameters
    ----------
    ratings : Ratings
        With one of ``ratee`` and ``rater`` having several elements.
    model : {"rating-scale", "graded"}

    Returns
    -------
    QuadratureEstimates
        Facets are centred; ratees float.

    Raises
    ------
    MeasurementError
        All ratings are equal, or the model cannot be estimated from them.
    """
    given = _given(ratings, shared=True)
    names = {f: np.array(ratings.elements[f], dtype=object)[ratings.index[f]] for f in given.facets}
    several = [facet for facet in given.facets if len(ratings.elements[facet]) > 1]
    grouping = next(facet for facet in several if facet in PEOPLE)
    found = fit_grouped(
        given.screen.rung.astype(float),
        list(names[grouping]),
        model=model,
        facets={facet: list(names[facet]) for facet in several if facet != grouping},
        weights=ratings.weight,
        grouping=grouping,
    )
    places = found.thresholds.threshold[1:]
    level, n = float(places.mean()), len(places)
    locations = {facet: effect.measure for facet, effect in found.facets.items()}
    se = {facet: effect.se for facet, effect in found.facets.items()}
    roots = {facet: _root(effect.covariance) for facet, effect in found.facets.items()}
    locations[grouping] = found.units.theta - level if grouping == "ratee" else -found.units.theta
    se[grouping] = roots[grouping] = found.units.posterior_sd
    if grouping != "ratee":
        locations["ratee"] = np.array([-level])
        se["ratee"] = roots["ratee"] = np.sqrt([found.threshold_covariance.mean()])
    centring = np.eye(n) - 1 / n
    error = np.sqrt(np.diag(centring @ found.threshold_covariance @ centring))
    ones = np.ones(len(ratings.elements["item"]))
    calibration = _calibration(
        given,
        found,
        locations=locations,
        se=se,
        thresholds=(places - level)[None],
        threshold_se=error[None],
        curves=Curves(ones, 0 * ones, cumulative=True) if model == "graded" else None,
    )
    return QuadratureEstimates(calibration, (found.variance,), None, roots, "ratee", _unsaid(found))


def _root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _calibration(
    given: _Given,
    found: ResponseFit | GroupedFit,
    *,
    locations: Mapping[str, Floats],
    se: Mapping[str, Floats],
    thresholds: Floats,
    threshold_se: Floats,
    curves: Curves | None,
) -> Calibration:
    """The common form; facets with a single element, or without an error of their own, are taken up."""
    ratings, facets, screen = given.ratings, given.facets, given.screen
    index = [ratings.index[facet] for facet in facets]
    where = [locations.get(facet, np.zeros(size)) for facet, size in zip(facets, given.sizes, strict=True)]
    whole = where[-1][:, None] + thresholds
    steps = np.where(np.isfinite(whole) & (screen.top > 0)[:, None], whole, np.inf)
    n_scales = len(screen.ladder)
    summary = summary_of(ratings, facets, screen, tuple(where), steps, curves=curves)
    # A rating's variance is its information where slopes are 1.
    told = [one.variance if curves is None else np.zeros_like(one.variance) for one in summary.elements]
    conditional = [1 / np.sqrt(np.where(each > 0, each, np.nan)) for each in told]
    return Calibration(
        facets=facets,
        locations=tuple(where),
        se=tuple(se.get(facet, each) for facet, each in zip(facets, conditional, strict=True)),
        extreme=_extreme(given, index),
        steps=steps,
        thresholds=np.broadcast_to(np.nan_to_num(thresholds), (n_scales, thresholds.shape[1])),
        labels=ratings.labels[0],
        screen=screen,
        summary=summary,
        design=given.design,
        log_likelihood=found.log_likelihood,
        iterations=found.iterations,
        converged=found.converged,
        bounded=True,
        report=(),
        curves=curves,
        threshold_se=np.broadcast_to(threshold_se, (n_scales, thresholds.shape[1])),
    )


def _extreme(given: _Given, index: list[NDArray[np.int32]]) -> tuple[Flags, ...]:
    top = given.screen.top[index[-1]]
    people = [
        extreme_elements(at, size, given.screen.rung, top)
        for at, size in zip(index[:-1], given.sizes[:-1], strict=True)
    ]
    return (*people, given.screen.top == 0)

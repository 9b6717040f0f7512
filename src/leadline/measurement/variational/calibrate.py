"""The marginal method from ratings to estimates, in the form the joint method has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.errors import MeasurementError
from leadline.measurement.calibrate import (
    Anchors,
    Calibration,
    Progress,
    anchor_values,
    contexts_of,
    design_among,
    system_of,
    with_anchors,
)
from leadline.measurement.facet import Component
from leadline.measurement.kernels.arrays import Flags, Floats
from leadline.measurement.kernels.extremes import Screened, extreme_elements, screened
from leadline.measurement.kernels.residuals import Estimated, summed
from leadline.measurement.kernels.ucon import prox_start, split_steps
from leadline.measurement.ratings import Ratings
from leadline.measurement.variational.climb import Marginal, Prior, climb, start_of
from leadline.measurement.variational.design import design_of

_START = {"ratee": 1.0, "rater": 0.25}


@dataclass(frozen=True, eq=False)
class MarginalCalibration:
    """Estimates in the common form, and the posterior behind them.

    Attributes
    ----------
    calibration : Calibration
        Locations are posterior means; standard errors posterior standard deviations, so those of
        ratees include the raters' share. Items have conditional standard errors.
    components : tuple of Component
        Estimated variances of ratees, raters and halos.
    found : Marginal
    """

    calibration: Calibration
    components: tuple[Component, ...]
    found: Marginal

    def draws(self, n: int, rng: np.random.Generator) -> dict[str, Floats]:
        """Joint posterior draws of every facet's locations but the item's.

        Parameters
        ----------
        n : int
        rng : numpy.random.Generator

        Returns
        -------
        dict of facet to array, shape (n, E), logits
        """
        posterior = self.found.posterior
        parts = posterior.design.joined(*posterior.draws(n, rng))
        means = {f: parts[f].mean(axis=1, keepdims=True) for f in _centred_facets(self.found)}
        names = self.calibration.facets[:-1]
        at = names.index("ratee")
        parts[at] = parts[at] - sum(means.values(), np.zeros((n, 1)))
        for f, mean in means.items():
            parts[f] = parts[f] - mean
        locations = self.calibration.locations[:-1]
        return {name: x + part for name, x, part in zip(names, locations, parts, strict=True)}


def calibrate_marginal(
    ratings: Ratings,
    *,
    shared: bool = True,
    halo: bool = True,
    anchors: Anchors | None = None,
    progress: Progress | None = None,
) -> MarginalCalibration:
    r"""Marginal estimates of a many-facet model by Gaussian variational EM.

    Ratees are :math:`N(\mu, \sigma_\theta^2)`, raters :math:`N(0, \sigma_\lambda^2)`, halos of a rater
    and ratee :math:`N(0, \sigma_u^2)`; variances and item steps maximise a lower bound on the marginal
    likelihood. Raters, items and fixed facets are centred, ratees float.

    Parameters
    ----------
    ratings : Ratings
    shared : bool
        Rating scale; partial credit otherwise.
    halo : bool
        Whether a rater's ratings of one ratee may share more than the model explains.
    anchors : mapping of facet to mapping of element to logits, optional
    progress : callable, optional

    Returns
    -------
    MarginalCalibration

    Raises
    ------
    MeasurementError
        All ratings are equal.
    """
    facets = (*(facet for facet in ratings.facets if facet != "item"), "item")
    labels, label = np.unique(ratings.rating, return_inverse=True)
    index = [ratings.index[facet] for facet in facets]
    sizes = [len(ratings.elements[facet]) for facet in facets]
    held = [anchor_values(ratings, facet, (anchors or {}).get(facet, {})) for facet in facets]
    fixed = [np.isfinite(values) for values in held]
    # The prior holds extreme people, so only items without variation are set aside.
    kept = [np.ones(size, dtype=bool) for size in sizes[:-1]]
    numbers = label.astype(np.int64)
    screen = screened(index, sizes, numbers, n_labels=len(labels), shared=shared, held=[*kept, fixed[-1]])
    if not screen.kept.any():
        raise MeasurementError("measurement.no_variation", n=ratings.n)
    system = system_of(ratings, facets, screen, fixed, shared=shared)
    people = tuple(facets.index(name) for name in ("ratee", "rater") if name in facets)
    design = design_of(system, people)
    prior = Prior(tuple(_START.get(facet) for facet in facets[:-1]), 0.0, 0.0, tuple(held[:-1]))
    placed = with_anchors(system, prox_start(system, facets.index("ratee")), held)
    start = start_of(system, design, placed, prior)
    several = "rater" in facets and design.n_pairs < int(screen.kept.sum())
    found = climb(system, design, start, halo=halo and several, progress=progress)
    estimates = (*found.state.locations, split_steps(system, found.state.steps)[0])
    estimated = Estimated(
        elements=tuple(at[screen.kept] for at in index),
        sizes=tuple(sizes),
        locations=estimates,
        steps=found.state.steps,
        rung=screen.rung[screen.kept],
        weight=ratings.weight[screen.kept],
        context=contexts_of(facets, index, sizes)[screen.kept],
    )
    summary = summed(estimated)
    item = summary.elements[-1]
    item_se = 1 / np.sqrt(np.where(item.variance > 0, item.variance, np.nan))
    calibration = Calibration(
        facets=facets,
        locations=(*estimates[:-1], np.where(item.n > 0, estimates[-1], np.nan)),
        se=(*(np.sqrt(v) for v in _presented_variances(facets.index("ratee"), found)), item_se),
        extreme=_extreme_flags(screen, index, sizes),
        steps=found.state.steps,
        thresholds=split_steps(system, found.state.steps)[1],
        labels=labels,
        screen=screen,
        summary=summary,
        design=design_among(index, sizes, screen),
        log_likelihood=found.bound,
        iterations=found.rounds,
        converged=found.converged,
        bounded=True,
        report=(),
    )
    return MarginalCalibration(calibration, _components(facets, found), found)


def _centred_facets(found: Marginal) -> tuple[int, ...]:
    """Facets other than the ratees that are presented with mean 0: those without an anchor."""
    prior, at = found.state.prior, found.posterior.design
    others = (f for f in range(len(at.sizes)) if at.signs[f] < 0)
    return tuple(f for f in others if np.isnan(prior.held[f]).all())


def _presented_variances(ratee: int, found: Marginal) -> list[Floats]:
    """Variances of locations as presented: raters less their mean, ratees less the means of the others.

    Where the zero lies is a matter of presentation; the error of a rater's place among all raters
    does not contain that of their mean.
    """
    posterior, variances = found.posterior, list(found.state.variances)
    design = posterior.design
    whole = [np.zeros(size) for size in design.sizes]
    for f in _centred_facets(found):
        mean = [np.full(n, 1 / n) if g == f else np.zeros(n) for g, n in enumerate(design.sizes)]
        shared = design.joined(*posterior.solve(*design.split(mean)))[f]
        variances[f] = np.maximum(variances[f] - 2 * shared + shared.mean(), 0.0)
        whole[f] = mean[f]
    shift = design.joined(*posterior.solve(*design.split(whole)))
    level = sum(float(part @ weights) for part, weights in zip(shift, whole, strict=True))
    variances[ratee] = np.maximum(variances[ratee] - 2 * shift[ratee] + level, 0.0)
    return variances


def _extreme_flags(screen: Screened, index: list[NDArray[np.int32]], sizes: list[int]) -> tuple[Flags, ...]:
    """Elements with only lowest or only highest ratings; items set aside among them."""
    top = screen.top[index[-1]]
    people = [
        extreme_elements(at, size, screen.rung, top) for at, size in zip(index[:-1], sizes[:-1], strict=True)
    ]
    return (*people, screen.top == 0)


def _components(facets: tuple[str, ...], found: Marginal) -> tuple[Component, ...]:
    """Variances with the standard error of n effective normal locations, s2 sqrt(2 / n)."""
    prior, parts = found.state.prior, []
    for facet, variance, known in zip(facets, prior.variances, found.state.variances, strict=False):
        if variance is not None:
            told = max(len(known) - float(known.sum()) / variance, 1.0)
            parts.append(
                Component(facet, variance, float(np.sqrt(variance)), variance * float(np.sqrt(2 / told)))
            )
    if prior.halo > 0:
        taken = found.posterior.taken
        told = max(len(taken) - float(taken.sum()) / prior.halo, 1.0)
        error = prior.halo * float(np.sqrt(2 / told))
        parts.append(Component("halo", prior.halo, float(np.sqrt(prior.halo)), error))
    return tuple(parts)

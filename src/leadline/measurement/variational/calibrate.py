"""The marginal method from ratings to estimates, in the form the joint method has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from leadline.measurement.calibrate import Anchors, Calibration, Progress, contexts_of, design_among
from leadline.measurement.facet import Component, ItemParameters
from leadline.measurement.kernels.arrays import Flags, Floats
from leadline.measurement.kernels.extremes import extreme_elements
from leadline.measurement.kernels.residuals import Estimated, summed
from leadline.measurement.kernels.ucon import split_steps
from leadline.measurement.ratings import Ratings
from leadline.measurement.variational.climb import Marginal, climb
from leadline.measurement.variational.direct import ItemErrors
from leadline.measurement.variational.parts import (
    Attained,
    Layout,
    Loaded,
    Part,
    design_of_parts,
    layout_of,
    loaded,
    prior_of,
    start_of,
)
from leadline.measurement.variational.prior import RATER_START
from leadline.measurement.variational.slopes import Sloped
from leadline.measurement.variational.source import Family, Items, Rated

RANDOM: Mapping[str, float] = {"rater": RATER_START}
"""Facets that are random unless told otherwise."""

_ZERO = 1e-5
"""A variance below is reported as 0, logits squared: an sd of 0.003."""


@dataclass(frozen=True, eq=False)
class Together:
    """One posterior of the ratees over all parts.

    Attributes
    ----------
    layout : Layout
    parts : tuple of Loaded
    found : Marginal
    """

    layout: Layout
    parts: tuple[Loaded, ...]
    found: Marginal

    @property
    def ratees(self) -> tuple[str, ...]:
        """P ratees."""
        return self.layout.elements["ratee"]

    @property
    def means(self) -> Floats:
        """Posterior means, shape (P, B)."""
        means: Floats = self.found.state.locations[0].reshape(-1, self.layout.width)
        return means

    def items_of(self, number: int) -> Items:
        """The source of a part, with its items."""
        source = self.found.state.sources[number]
        if not isinstance(source, Items):
            raise TypeError(f"part {number} has no items")
        return source

    def item_errors(self, number: int) -> ItemErrors | None:
        """Standard errors of a part's items; None where the rating-scale family has its own."""
        source, state, design = self.items_of(number), self.found.state, self.found.posterior.design
        if isinstance(source, Rated):
            return None
        begin = sum(each.size for each in state.sources[:number])
        own = slice(begin, begin + source.size)
        eta = design.location(state.locations) - design.of_pairs(state.halos)
        return source.errors(eta[own], state.spread[own])

    @cached_property
    def told(self) -> Floats:
        """1 for dimensions that raters place, else 0, shape (B,)."""
        judged = {source.dimension for source in self.found.state.sources if not source.alone}
        return np.isin(np.arange(self.layout.width), list(judged)).astype(float)

    @cached_property
    def zero(self) -> list[Floats]:
        """Weights of what is presented as 0, the means of the centred facets, by facet."""
        sizes = self.found.posterior.design.sizes
        return [np.full(n, 1 / n if f in self._centred else 0.0) for f, n in enumerate(sizes)]

    @cached_property
    def _centred(self) -> tuple[int, ...]:
        """Facets other than the ratees that are presented with mean 0: those without an anchor."""
        state = self.found.state
        others = range(1, len(state.locations))
        return tuple(f for f in others if np.isnan(state.prior.held[f]).all())

    @cached_property
    def covariance(self) -> Floats:
        """Posterior covariance of every ratee's dimensions as presented, shape (P, B, B).

        Where the zero lies is a matter of presentation; the error of a rater's place among all raters
        does not contain that of their mean, nor does a ratee's place beside them.
        """
        posterior, told = self.found.posterior, self.told
        design = posterior.design
        shift = design.joined(*posterior.solve(*design.split(self.zero)))
        level = sum(float(part @ each) for part, each in zip(shift, self.zero, strict=True))
        with_zero = shift[0].reshape(-1, self.layout.width)[:, :, None] * told
        away = with_zero + with_zero.transpose(0, 2, 1) - level * np.outer(told, told)
        return np.asarray(self.found.state.known - away)

    def variances(self, facet: str) -> Floats:
        """Posterior variances of a facet other than the ratees as presented, shape (E,)."""
        f, posterior = self.layout.facets.index(facet), self.found.posterior
        design = posterior.design
        own: Floats = self.found.state.variances[f]
        if f not in self._centred:
            return own
        mean = [np.full(n, 1 / n) if g == f else np.zeros(n) for g, n in enumerate(design.sizes)]
        shared = design.joined(*posterior.solve(*design.split(mean)))[f]
        return np.asarray(np.maximum(own - 2 * shared + shared.mean(), 0.0))

    def draws(self, n: int, rng: np.random.Generator) -> dict[str, Floats]:
        """Joint posterior draws of all locations but the items'.

        Parameters
        ----------
        n : int
        rng : numpy.random.Generator

        Returns
        -------
        dict of facet to array, logits
            ``ratee`` of shape (n, P, B), other facets (n, E).
        """
        state, posterior = self.found.state, self.found.posterior
        moved = posterior.design.joined(*posterior.draws(n, rng))
        zero = np.zeros((n, 1))
        for f in self._centred:
            mean = moved[f].mean(axis=1, keepdims=True)
            moved[f] = moved[f] - mean
            zero = zero + mean
        drawn = {facet: x + d for facet, x, d in zip(self.layout.facets, state.locations, moved, strict=True)}
        by_ratee = drawn["ratee"].reshape(n, -1, self.layout.width)
        return {**drawn, "ratee": by_ratee - zero[:, :, None] * self.told}

    def components(self) -> tuple[Component, ...]:
        """Estimated variances of dimensions, raters and halos, each with its standard error."""
        state, width = self.found.state, self.layout.width
        found = []
        for d, name in enumerate(self.layout.dimensions):
            label = "ratee" if width == 1 else f"ratee:{name}"
            found.append(_component(label, float(state.prior.covariance[d, d]), state.known[:, d, d]))
        for facet, variance, known in zip(
            self.layout.facets, state.prior.variances, state.variances, strict=True
        ):
            if variance is not None:
                found.append(_component(facet, variance, known))
        if state.prior.halo > 0:
            found.append(_component("halo", state.prior.halo, self.found.posterior.taken))
        return tuple(found)


def _component(name: str, variance: float, known: Floats) -> Component:
    """A variance with the standard error of n effective normal locations, s2 sqrt(2 / n)."""
    told = max(len(known) - float(known.sum()) / variance, 1.0)
    variance = variance if variance > _ZERO else 0.0
    return Component(name, variance, float(np.sqrt(variance)), variance * float(np.sqrt(2 / told)))


@dataclass(frozen=True, eq=False)
class MarginalCalibration:
    """Estimates of one part in the common form, and the posterior behind them.

    Attributes
    ----------
    calibration : Calibration
        Locations are posterior means; standard errors posterior standard deviations, so those of
        ratees include the raters' share. Items have conditional standard errors.
    together : Together
    number : int
        Of the part, which is also its dimension.
    items : ItemParameters or None
        Where the model has slopes.
    """

    calibration: Calibration
    together: Together
    number: int = 0
    items: ItemParameters | None = None

    @property
    def components(self) -> tuple[Component, ...]:
        """Estimated variances of ratees, raters and halos."""
        return self.together.components()

    @property
    def found(self) -> Marginal:
        """Where the search ended."""
        return self.together.found

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
        part, layout = self.together.parts[self.number].part, self.together.layout
        drawn = self.together.draws(n, rng)
        drawn["ratee"] = drawn["ratee"][:, :, self.number]
        return {
            facet: drawn[facet][:, layout.places(facet, part.ratings.elements[facet])]
            for facet in part.facets[:-1]
        }


def calibrate_marginal(
    ratings: Ratings,
    *,
    shared: bool = True,
    family: Family = "slope 1",
    halo: bool = True,
    anchors: Anchors | None = None,
    progress: Progress | None = None,
) -> MarginalCalibration:
    """Marginal estimates of a many-facet model with one dimension; see `calibrate_together`.

    Parameters
    ----------
    ratings : Ratings
    shared : bool
        Rating scale; partial credit otherwise.
    family : {"slope 1", "own slopes", "cumulative"}
        Anchored items need the first.
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
    part = Part(dimension="ratee", ratings=ratings, shared=shared, family=family)
    together = calibrate_together([part], halo=halo, anchors=anchors, progress=progress)
    return calibration_of(together, 0)


def calibrate_together(
    parts: Sequence[Part],
    attained: Sequence[Attained] = (),
    *,
    halo: bool = True,
    doubt: float = 0.0,
    random: Mapping[str, float] = RANDOM,
    anchors: Anchors | None = None,
    progress: Progress | None = None,
) -> Together:
    r"""One posterior over several kinds of evidence by Gaussian variational EM.

    A ratee's dimensions, one a part, are :math:`N(\mu, \Sigma)`; the competencies of a part depart from
    its dimension by :math:`N(0, \sigma_c^2)`; raters are :math:`N(0, \sigma_\lambda^2)` and halos of a
    rater and ratee :math:`N(0, \sigma_u^2)`, the same in all parts. All variances and the item steps
    maximise a lower bound on the marginal likelihood. Raters, items and fixed facets are centred,
    ratees float. A ratee without evidence of a dimension has there what the others say of it.

    Parameters
    ----------
    parts : sequence of Part
        Ratings and answers; their dimensions differ.
    attained : sequence of Attained
        Further dimensions, measured with known error.
    halo : bool
    doubt : float
        Weight, in people, of the variances assumed at first: what keeps those of a few people from
        collapsing (Chung et al. 2013). 0 for maximum likelihood.
    random : mapping of facet to float
        Facets other than the ratees whose elements come from a distribution, and its variance assumed
        at first; all others have fixed effects.
    anchors : mapping of facet to mapping of element to logits, optional
        Ratees only where there is one dimension.
    progress : callable, optional

    Returns
    -------
    Together

    Raises
    ------
    MeasurementError
        All ratings of a part are equal.
    """
    held = anchors or {}
    ready = tuple(loaded(part, held) for part in parts)
    layout = layout_of(parts, attained)
    design, sources = design_of_parts(layout, ready, attained)
    start = start_of(layout, design, ready, sources, prior_of(layout, held, doubt, random))
    several = design.n_pairs < sum(int(each.screen.kept.sum()) for each in ready)
    found = climb(design, start, halo=halo and design.n_pairs > 0 and several, progress=progress)
    return Together(layout, ready, found)


def calibration_of(together: Together, number: int) -> MarginalCalibration:
    """Estimates of one part in the form of the joint method.

    Parameters
    ----------
    together : Together
    number : int

    Returns
    -------
    MarginalCalibration
    """
    ready, found, layout = together.parts[number], together.found, together.layout
    part, screen, system = ready.part, ready.screen, ready.system
    source = together.items_of(number)
    known = together.item_errors(number)
    locations, variances = [], []
    for facet in part.facets[:-1]:
        at = layout.places(facet, part.ratings.elements[facet])
        if facet == "ratee":
            locations.append(together.means[at, number])
            variances.append(np.maximum(together.covariance[at, number, number], 0.0))
        else:
            locations.append(found.state.locations[layout.facets.index(facet)][at])
            variances.append(together.variances(facet)[at])
    difficulty, thresholds = split_steps(system, source.steps)
    estimated = Estimated(
        elements=tuple(at[screen.kept] for at in part.index),
        sizes=tuple(part.sizes),
        locations=(*locations, difficulty),
        steps=source.steps,
        rung=screen.rung[screen.kept],
        weight=part.ratings.weight[screen.kept],
        context=contexts_of(part.facets, part.index, part.sizes)[screen.kept],
        curves=source.curves,
    )
    summary = summed(estimated)
    item = summary.elements[-1]
    item_se = 1 / np.sqrt(np.where(item.variance > 0, item.variance, np.nan))
    if known is not None:
        item_se = np.where(item.n > 0, known.difficulty, np.nan)
    calibration = Calibration(
        facets=part.facets,
        locations=(*locations, np.where(item.n > 0, difficulty, np.nan)),
        se=(*(np.sqrt(v) for v in variances), item_se),
        extreme=_extreme_flags(ready),
        steps=source.steps,
        thresholds=thresholds,
        labels=part.labels[0],
        screen=screen,
        summary=summary,
        design=design_among(part.index, part.sizes, screen),
        log_likelihood=found.bound,
        iterations=found.rounds,
        converged=found.converged,
        bounded=True,
        report=(),
        curves=source.curves,
        threshold_se=None if known is None else known.threshold,
    )
    return MarginalCalibration(calibration, together, number, _slopes(ready, source, known))


def _slopes(ready: Loaded, source: Items, known: ItemErrors | None) -> ItemParameters | None:
    """Items' own slopes, where the model has them."""
    if known is None or not isinstance(source, Sloped):
        return None
    rated = ready.system.top > 0
    none = np.full(len(rated), np.nan)
    return ItemParameters(
        items=ready.part.ratings.elements["item"],
        slope=np.where(rated, source.slope, np.nan),
        slope_se=np.where(rated, known.slope, np.nan),
        guess=none,
        guess_se=none,
    )


def _extreme_flags(ready: Loaded) -> tuple[Flags, ...]:
    """Elements with only lowest or only highest ratings; items set aside among them."""
    part, screen = ready.part, ready.screen
    top = screen.top[part.index[-1]]
    people = [
        extreme_elements(at, size, screen.rung, top)
        for at, size in zip(part.index[:-1], part.sizes[:-1], strict=True)
    ]
    return (*people, screen.top == 0)

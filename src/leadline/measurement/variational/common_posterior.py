"""One posterior over several kinds of evidence, as it is presented."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.values.facet import Component
from leadline.measurement.variational.direct import ItemErrors
from leadline.measurement.variational.evidence_blocks import (
    Layout,
    PreparedBlock,
)
from leadline.measurement.variational.optimise import Optimum
from leadline.measurement.variational.posterior import EXACT
from leadline.measurement.variational.source import Items, Rated

_ZERO = 1e-5
"""A variance below is reported as 0, logits squared: an sd of 0.003."""


@dataclass(frozen=True, eq=False)
class CommonPosterior:
    """One posterior of the ratees over all parts.

    Attributes
    ----------
    layout : Layout
    parts : tuple of PreparedBlock
    found : Marginal
    unidentified : tuple of str
        Facets of which nothing can be said, since their elements have one rating each.
    """

    layout: Layout
    parts: tuple[PreparedBlock, ...]
    found: Optimum
    unidentified: tuple[str, ...] = ()

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
        judged = {source.dimension for source in self.found.state.sources if not source.rater_free}
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
        shift = design.joined(*posterior.solve(*design.split(self.zero), EXACT))
        level = sum(float(part @ each) for part, each in zip(shift, self.zero, strict=True))
        with_zero = shift[0].reshape(-1, self.layout.width)[:, :, None] * told
        away = with_zero + with_zero.transpose(0, 2, 1) - level * np.outer(told, told)
        return np.asarray(self.found.state.known - away)

    @cached_property
    def variances(self) -> dict[str, Floats]:
        """Posterior variances of the facets other than the ratees as presented, shape (E,) each."""
        return {facet: self._presented(f) for f, facet in enumerate(self.layout.facets) if f > 0}

    def _presented(self, f: int) -> Floats:
        design, own = self.found.posterior.design, self.found.state.variances[f]
        if f not in self._centred:
            return own
        mean = [np.full(n, 1 / n) if g == f else np.zeros(n) for g, n in enumerate(design.sizes)]
        shared = design.joined(*self.found.posterior.solve(*design.split(mean), EXACT))[f]
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
            if variance is not None and facet not in self.unidentified:
                found.append(_component(facet, variance, known))
        if state.prior.halo > 0:
            found.append(_component("halo", state.prior.halo, self.found.posterior.absorbed))
        return tuple(found)


def _component(name: str, variance: float, known: Floats) -> Component:
    """A variance with the standard error of n effective normal locations, s2 sqrt(2 / n)."""
    told = max(len(known) - float(known.sum()) / variance, 1.0)
    variance = variance if variance > _ZERO else 0.0
    return Component(name, variance, float(np.sqrt(variance)), variance * float(np.sqrt(2 / told)))

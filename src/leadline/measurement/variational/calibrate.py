"""The marginal method from ratings to estimates, in the form the joint method has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.kernels.extremes import extreme_flags
from leadline.measurement.kernels.ucon import split_steps
from leadline.measurement.values.calibration import Anchors, Calibration, Progress, design_among, summary_of
from leadline.measurement.values.facet import Component, ItemParameters
from leadline.measurement.values.ratings import Ratings
from leadline.measurement.variational.common_posterior import CommonPosterior
from leadline.measurement.variational.direct import ItemErrors
from leadline.measurement.variational.evidence_blocks import (
    Layout,
    PreparedBlock,
    RatingBlock,
    ValueBlock,
    design_of_blocks,
    layout_of,
    loaded,
    prior_of,
    start_of,
)
from leadline.measurement.variational.optimise import TOLERANCE, Optimum, optimise
from leadline.measurement.variational.prior import RATER_START
from leadline.measurement.variational.slopes import Sloped
from leadline.measurement.variational.source import Family, Items

RANDOM: Mapping[str, float] = {"rater": RATER_START}
"""Facets that are random unless told otherwise."""


@dataclass(frozen=True, eq=False)
class VariationalEstimates:
    """Estimates of one part in the common form, and the posterior behind them.

    Attributes
    ----------
    calibration : Calibration
        Locations are posterior means; standard errors posterior standard deviations, so those of
        ratees include the raters' share. Items have conditional standard errors.
    common : CommonPosterior
    number : int
        Of the part, which is also its dimension.
    items : ItemParameters or None
        Where the model has slopes.
    """

    calibration: Calibration
    common: CommonPosterior
    number: int = 0
    items: ItemParameters | None = None

    @property
    def components(self) -> tuple[Component, ...]:
        """Estimated variances of ratees, raters and halos."""
        return self.common.components()

    @property
    def found(self) -> Optimum:
        """Where the search ended."""
        return self.common.found

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
        part, layout = self.common.parts[self.number].part, self.common.layout
        drawn = self.common.draws(n, rng)
        drawn["ratee"] = drawn["ratee"][:, :, self.number]
        return {
            facet: drawn[facet][:, layout.places(facet, part.ratings.elements[facet])]
            for facet in part.facets[:-1]
        }


def calibrate_crossed(
    ratings: Ratings,
    *,
    shared: bool = True,
    family: Family = "slope 1",
    halo: bool = True,
    anchors: Anchors | None = None,
    progress: Progress | None = None,
) -> VariationalEstimates:
    """Marginal estimates of a many-facet model with one dimension; see `calibrate_common`.

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
    VariationalEstimates

    Raises
    ------
    MeasurementError
        All ratings are equal.
    """
    part = RatingBlock(dimension="ratee", ratings=ratings, shared=shared, family=family)
    common = calibrate_common([part], halo=halo, anchors=anchors, progress=progress)
    return calibration_of(common, 0)


def calibrate_common(
    parts: Sequence[RatingBlock],
    attained: Sequence[ValueBlock] = (),
    *,
    halo: bool = True,
    prior_weight: float = 0.0,
    random: Mapping[str, float] = RANDOM,
    anchors: Anchors | None = None,
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
) -> CommonPosterior:
    r"""One posterior over several kinds of evidence by Gaussian variational EM.

    A ratee's dimensions, one a part, are :math:`N(\mu, \Sigma)`; the competencies of a part depart from
    its dimension by :math:`N(0, \sigma_c^2)`; raters are :math:`N(0, \sigma_\lambda^2)` and halos of a
    rater and ratee :math:`N(0, \sigma_u^2)`, the same in all parts. All variances and the item steps
    maximise a lower bound on the marginal likelihood. Raters, items and fixed facets are centred,
    ratees float. A ratee without evidence of a dimension has there what the others say of it.

    Parameters
    ----------
    parts : sequence of RatingBlock
        Ratings and answers; their dimensions differ.
    attained : sequence of ValueBlock
        Further dimensions, measured with known error.
    halo : bool
    prior_weight : float
        Weight, in people, of the variances assumed at first: what keeps those of a few people from
        collapsing (Chung et al. 2013). 0 for maximum likelihood.
    random : mapping of facet to float
        Facets other than the ratees whose elements come from a distribution, and its variance assumed
        at first; all others have fixed effects.
    anchors : mapping of facet to mapping of element to logits, optional
        Ratees only where there is one dimension.
    tolerance : float, logits
        Largest change in the last round.
    progress : callable, optional

    Returns
    -------
    CommonPosterior

    Raises
    ------
    MeasurementError
        All ratings of a part are equal.
    """
    ready = tuple(loaded(part, anchors or {}) for part in parts)
    layout = layout_of(parts, attained)
    unidentified = _unidentified(layout, ready, random)
    held = {
        **(anchors or {}),
        **{facet: dict.fromkeys(layout.elements[facet], 0.0) for facet in unidentified},
    }
    design, sources = design_of_blocks(layout, ready, attained)
    start = start_of(layout, design, ready, sources, prior_of(layout, held, prior_weight, random))
    several = design.n_pairs < sum(int(each.screen.kept.sum()) for each in ready)
    halo = halo and design.n_pairs > 0 and several
    found = optimise(design, start, halo=halo, tolerance=tolerance, progress=progress)
    return CommonPosterior(layout, ready, found, unidentified)


def _unidentified(
    layout: Layout, parts: Sequence[PreparedBlock], random: Mapping[str, float]
) -> tuple[str, ...]:
    """Random facets whose elements have one rating each: their spread cannot be told from chance."""
    found = []
    for facet in set(random) & set(layout.facets):
        having = [part for part in parts if facet in part.part.facets]
        counts = np.zeros(len(layout.elements[facet]))
        for part in having:
            at = layout.places(facet, part.part.ratings.elements[facet])
            counts[at] += np.bincount(part.part.ratings.index[facet], minlength=len(at))
        if counts.max(initial=0) == 1:
            found.append(facet)
    return tuple(found)


def calibration_of(common: CommonPosterior, number: int) -> VariationalEstimates:
    """Estimates of one part in the form of the joint method.

    Parameters
    ----------
    common : CommonPosterior
    number : int

    Returns
    -------
    VariationalEstimates
    """
    ready, found, layout = common.parts[number], common.found, common.layout
    part, screen, system = ready.part, ready.screen, ready.system
    source = common.items_of(number)
    known = common.item_errors(number)
    locations, variances = [], []
    for facet in part.facets[:-1]:
        at = layout.places(facet, part.ratings.elements[facet])
        if facet == "ratee":
            locations.append(common.means[at, number])
            variances.append(np.maximum(common.covariance[at, number, number], 0.0))
        else:
            identified = facet not in common.unidentified
            x = found.state.locations[layout.facets.index(facet)][at]
            locations.append(x if identified else np.zeros(len(at)))
            variances.append(common.variances[facet][at] if identified else np.full(len(at), np.nan))
    difficulty, thresholds = split_steps(system, source.steps)
    where = (*locations, difficulty)
    summary = summary_of(part.ratings, part.facets, screen, where, source.steps, curves=source.curves)
    item = summary.elements[-1]
    item_se = 1 / np.sqrt(np.where(item.variance > 0, item.variance, np.nan))
    if known is not None:
        item_se = np.where(item.n > 0, known.difficulty, np.nan)
    calibration = Calibration(
        facets=part.facets,
        locations=(*locations, np.where(item.n > 0, difficulty, np.nan)),
        se=(*(np.sqrt(v) for v in variances), item_se),
        extreme=extreme_flags(screen, part.index, part.sizes, part.labels[1]),
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
    return VariationalEstimates(calibration, common, number, _slopes(ready, source, known))


def _slopes(ready: PreparedBlock, source: Items, known: ItemErrors | None) -> ItemParameters | None:
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

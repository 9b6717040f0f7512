"""One cycle read from what was calibrated over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline import __version__
from leadline.evidence import Evidence, rows
from leadline.frameworks import Framework
from leadline.measurement.factors.calibrated import Calibrated
from leadline.measurement.factors.combine import combined, information
from leadline.measurement.factors.joint_posterior import JointPosterior, posterior_of
from leadline.measurement.factors.kinds.all_kinds import KINDS, kind_and_factor
from leadline.measurement.factors.kinds.occasions import at_places, counts_at, occasion_name, places
from leadline.measurement.factors.kinds.ratings import (
    RatedFactor,
    fit_of_cycle,
    self_located,
)
from leadline.measurement.factors.measures import Measures
from leadline.measurement.fits.facet_fit import FacetFit
from leadline.measurement.kernels.arrays import Codes, Floats, n_distinct
from leadline.measurement.values.dimension import CompetencyMeasure, Dimension, QualityNote
from leadline.measurement.variational.evidence_blocks import nested_dimension


@dataclass(frozen=True, eq=False)
class CycleView:
    """Reads one cycle from what was calibrated over all of them."""

    evidence: Evidence
    framework: Framework
    calibrated: Calibrated
    seed: int
    input_hash: str

    def measures(
        self, cycle: str | None, quality: Sequence[QualityNote], previous: Measures | None
    ) -> Measures:
        """Measures of one cycle."""
        ratees = self.evidence.for_cycle(cycle).ratees
        places = self._places(ratees, cycle)
        posterior = posterior_of(self.calibrated.common, places)
        dimensions = tuple(self._dimensions(ratees, cycle, posterior))
        factors = tuple(factor.id for factor in self.framework.factors)
        value, error, partial = combined(dimensions, factors, posterior)
        names, team = people_of(self.evidence, ratees)
        n_raters, n_items, by_relationship = self._counts(ratees, cycle, dimensions)
        return Measures(
            framework=self.framework,
            cycle=cycle,
            ratees=ratees,
            names=names,
            factors=factors,
            dimensions=dimensions,
            competencies=tuple(
                self._competency(one.id, ratees, cycle, places) for one in self.framework.competencies
            ),
            factor_value=value,
            factor_se=error,
            factor_partial=partial,
            information=information(dimensions, factors, posterior),
            posterior=posterior,
            n_raters=n_raters,
            n_items=n_items,
            by_relationship=by_relationship,
            team=team,
            fits={name: self._fit(one, ratees, cycle) for name, one in self.calibrated.rated.items()},
            quality=tuple(quality),
            notices=self.calibrated.notices,
            previous=previous,
            engine_version=__version__,
            input_hash=self.input_hash,
            seed=self.seed,
        )

    def _places(self, ratees: tuple[str, ...], cycle: str | None) -> Codes:
        """Position of each ratee in the common fit, -1 without evidence."""
        where = {name: n for n, name in enumerate(self.calibrated.common.ratees)}
        found = [where.get(occasion_name(one, cycle), where.get(one, -1)) for one in ratees]
        return np.array(found, dtype=np.int64)

    def _dimensions(
        self, ratees: tuple[str, ...], cycle: str | None, posterior: JointPosterior
    ) -> Iterator[Dimension]:
        """Every dimension of the common fit, in its order."""
        for number, name in enumerate(posterior.dimensions):
            kind, factor = kind_and_factor(name)
            found = self.calibrated.factors[kind][factor]
            (n, n_raters, n_items), curve = found.counts(ratees, cycle), found.curve(self.framework)
            has = n > 0
            theta = np.where(has, posterior.mean[:, number], np.nan)
            theta_se = np.where(has, np.sqrt(posterior.covariance[:, number, number]), np.nan)
            value, error = curve.with_error(theta, theta_se)
            in_logits = KINDS[kind].in_logits
            yield Dimension(
                factor=factor,
                kind=kind,
                value=value,
                se=error,
                theta=theta if in_logits else theta * np.nan,
                theta_se=theta_se if in_logits else theta * np.nan,
                n=n,
                n_raters=n_raters,
                n_items=n_items,
                weight=self.framework.factor(factor).kinds[kind],
                curve=curve,
            )

    def _competency(
        self, competency: str, ratees: tuple[str, ...], cycle: str | None, among: Codes
    ) -> CompetencyMeasure:
        nothing, none = np.full(len(ratees), np.nan), np.zeros(len(ratees), dtype=np.int64)
        factor = self.framework.competency(competency).factor
        rated, rating_arrays = self.calibrated.rated.get(factor), self.calibrated.rating_arrays
        items = self.framework.items_of(competency)
        of_items = None if rating_arrays is None else rating_arrays.of_items(tuple(item.id for item in items))
        if rating_arrays is None or rated is None or of_items is None or not of_items[rated.rows].any():
            return CompetencyMeasure(
                id=competency, value=nothing, se=nothing, n_raters=none, n_items=none, self_value=nothing
            )
        curve = rated.scale.curve(self.framework, factor, items)
        given, own = of_items[rated.rows], np.flatnonzero(rating_arrays.is_self & of_items)
        rows, occasion = rated.rows[given], rated.occasion[given]
        occasions = np.unique(occasion)
        at = places(rating_arrays, occasions, ratees, cycle)
        theta, theta_se = self._of_competency(factor, competency, np.where(at >= 0, among, -1))
        value, error = curve.with_error(theta, theta_se)
        self_occasions, self_location = self_located(rating_arrays, rated.scale, own)
        self_at = places(rating_arrays, self_occasions, ratees, cycle)
        return CompetencyMeasure(
            id=competency,
            value=value,
            se=error,
            n_raters=counts_at(n_distinct(occasion, rating_arrays.rater[rows], occasions), at),
            n_items=counts_at(n_distinct(occasion, rating_arrays.item[rows], occasions), at),
            self_value=curve(at_places(self_location, self_at)),
        )

    def _of_competency(self, factor: str, competency: str, at: Codes) -> tuple[Floats, Floats]:
        """Location and error: the factor's plus the departure, where the factor has several."""
        common = self.calibrated.common
        dimensions = common.layout.dimensions
        nested = nested_dimension(factor, competency)
        parts = [dimensions.index(name) for name in (factor, nested) if name in dimensions]
        variance = common.covariance[:, parts][:, :, parts].sum(axis=(1, 2))
        return at_places(common.means[:, parts].sum(axis=1), at), at_places(np.sqrt(variance), at)

    def _fit(self, rated: RatedFactor, ratees: tuple[str, ...], cycle: str | None) -> FacetFit:
        assigned: list[str | None] = [None] * len(rated.given.occasions)
        if self.calibrated.rating_arrays is not None:
            at = places(self.calibrated.rating_arrays, rated.given.occasions, ratees, cycle)
            for ratee, position in zip(ratees, at.tolist(), strict=True):
                if position >= 0:
                    assigned[position] = ratee
        return fit_of_cycle(rated.fit, assigned)

    def _counts(
        self, ratees: tuple[str, ...], cycle: str | None, dimensions: Sequence[Dimension]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[str, NDArray[np.int64]]]:
        """Distinct raters, distinct items of all kinds, and distinct raters by relationship."""
        none = np.zeros(len(ratees), dtype=np.int64)
        groups = [group.id for group in self.framework.relationships]
        n_items = none + sum((d.n_items for d in dimensions if d.kind != "ratings"), none)
        rating_arrays = self.calibrated.rating_arrays
        if rating_arrays is None:
            return none, n_items, dict.fromkeys(groups, none)
        occasions = np.unique(rating_arrays.occasion)
        at = places(rating_arrays, occasions, ratees, cycle)

        def distinct(mask: NDArray[np.bool_], what: Codes) -> NDArray[np.int64]:
            return counts_at(n_distinct(rating_arrays.occasion[mask], what[mask], occasions), at)

        of_group = {name: n for n, name in enumerate(rating_arrays.relationships)}
        by_relationship = {
            group: distinct(rating_arrays.relationship == of_group[group], rating_arrays.rater)
            if group in of_group
            else none
            for group in groups
        }
        return (
            distinct(rating_arrays.counts, rating_arrays.rater),
            n_items + distinct(rating_arrays.counts, rating_arrays.item),
            by_relationship,
        )


def people_of(evidence: Evidence, ratees: Sequence[str]) -> tuple[dict[str, str], tuple[str | None, ...]]:
    """Names to show, and teams, of ratees."""
    table = evidence.people
    known = {} if table is None else {row["person"]: row for row in rows(table)}
    names = {ratee: str(known.get(ratee, {}).get("name") or ratee) for ratee in ratees}
    return names, tuple(known.get(ratee, {}).get("team") for ratee in ratees)

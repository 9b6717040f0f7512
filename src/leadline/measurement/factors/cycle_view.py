"""One cycle read from what was calibrated over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from leadline import __version__
from leadline.evidence import Evidence, rows
from leadline.frameworks import Framework, Kind
from leadline.measurement.factors.combine import combined, information
from leadline.measurement.factors.joint_posterior import JointPosterior, posterior_of
from leadline.measurement.factors.kinds.exam import Answers, FactorAnswers, exam_curve
from leadline.measurement.factors.kinds.occasions import occasion_name
from leadline.measurement.factors.kinds.outcomes import ATTAINMENT, Achieved, Results
from leadline.measurement.factors.kinds.rating_arrays import RatingArrays
from leadline.measurement.factors.kinds.ratings import (
    RatedFactor,
    fit_of_cycle,
    n_distinct,
    self_located,
)
from leadline.measurement.factors.measures import Measures
from leadline.measurement.fits.facet_fit import FacetFit
from leadline.measurement.kernels.arrays import Codes, Floats
from leadline.measurement.kernels.ucon import split_steps
from leadline.measurement.values.dimension import CompetencyMeasure, Dimension, QualityNote
from leadline.measurement.values.factor_map import Curve
from leadline.measurement.values.notice import Notice
from leadline.measurement.variational.common_posterior import CommonPosterior
from leadline.measurement.variational.evidence_blocks import RatingBlock

_Counted = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Curve]
"""Pieces of evidence, raters and items of every ratee, and the map to 0-100."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Calibrated:
    """Everything calibrated over all cycles, by factor, and what it was calibrated from."""

    rating_arrays: RatingArrays | None
    answers: Answers | None
    results: Results | None
    common: CommonPosterior
    rated: Mapping[str, RatedFactor] = field(default_factory=dict)
    examined: Mapping[str, FactorAnswers] = field(default_factory=dict)
    achieved: Mapping[str, Achieved] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, eq=False)
class CycleView:
    """Reads one cycle from what was calibrated over all of them."""

    evidence: Evidence
    framework: Framework
    pool: Calibrated
    seed: int
    input_hash: str

    def measures(
        self, cycle: str | None, quality: Sequence[QualityNote], previous: Measures | None
    ) -> Measures:
        """Measures of one cycle."""
        ratees = self.evidence.for_cycle(cycle).ratees
        places = self._places(ratees, cycle)
        posterior = posterior_of(self.pool.common, places)
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
            fits={name: self._fit(one, ratees, cycle) for name, one in self.pool.rated.items()},
            quality=tuple(quality),
            notices=self.pool.notices,
            previous=previous,
            engine_version=__version__,
            input_hash=self.input_hash,
            seed=self.seed,
        )

    def _places(self, ratees: tuple[str, ...], cycle: str | None) -> Codes:
        """Position of each ratee in the common fit, -1 without evidence."""
        where = {name: n for n, name in enumerate(self.pool.common.ratees)}
        found = [where.get(occasion_name(one, cycle), where.get(one, -1)) for one in ratees]
        return np.array(found, dtype=np.int64)

    def _dimensions(
        self, ratees: tuple[str, ...], cycle: str | None, posterior: JointPosterior
    ) -> Iterator[Dimension]:
        """Every dimension of the common fit, in its order."""
        for number, name in enumerate(posterior.dimensions):
            prefix, _, factor = name.rpartition(":")
            kind: Kind = "exam" if prefix == "exam" else "outcomes" if prefix == "outcomes" else "ratings"
            find = {"exam": self._examined, "outcomes": self._achieved}.get(kind, self._rated)
            n, n_raters, n_items, curve = find(factor, ratees, cycle)
            has = n > 0
            theta = np.where(has, posterior.mean[:, number], np.nan)
            theta_se = np.where(has, np.sqrt(posterior.covariance[:, number, number]), np.nan)
            value, error = curve.with_error(theta, theta_se)
            in_logits = kind != "outcomes"
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

    def _rated(self, factor: str, ratees: tuple[str, ...], cycle: str | None) -> _Counted:
        rated, rating_arrays = self.pool.rated[factor], self.pool.rating_arrays
        if rating_arrays is None:
            raise TypeError("ratings without a panel")
        occasions = rated.given.occasions
        at = places(rating_arrays, occasions, ratees, cycle)
        return (
            _counted(rated.fit.facets["ratee"].n, at),
            _counted(n_distinct(rated.occasion, rating_arrays.rater[rated.rows], occasions), at),
            _counted(n_distinct(rated.occasion, rating_arrays.item[rated.rows], occasions), at),
            rated.scale.curve(self.framework, factor, self.framework.items_of(factor)),
        )

    def _examined(self, factor: str, ratees: tuple[str, ...], cycle: str | None) -> _Counted:
        exam, answers = self.pool.examined[factor], self.pool.answers
        if answers is None:
            raise TypeError("an exam without answers")
        n = _counted(exam.n, places(answers, exam.occasions, ratees, cycle))
        bank = [
            item
            for item in self.framework.exam
            if self.framework.competency(item.competency).factor == factor
        ]
        return n, np.zeros_like(n), n, exam_curve(exam, self._difficulties(exam), bank)

    def _difficulties(self, exam: FactorAnswers) -> dict[str, float]:
        """As calibrated; none where all questions count as equally hard."""
        if not isinstance(exam.source, RatingBlock):
            return {}
        common = self.pool.common
        number = common.layout.dimensions.index(exam.source.dimension)
        system = common.parts[number].system
        difficulty, _ = split_steps(system, common.items_of(number).steps)
        names = exam.source.ratings.elements["item"]
        return {names[n]: float(difficulty[n]) for n in np.flatnonzero(system.top > 0).tolist()}

    def _achieved(self, factor: str, ratees: tuple[str, ...], cycle: str | None) -> _Counted:
        done, results = self.pool.achieved[factor], self.pool.results
        if results is None:
            raise TypeError("attainment without results")
        at = places(results, done.occasions, ratees, cycle)
        n = _counted(done.n, at)
        return n, np.zeros_like(n), _counted(done.n_items, at), ATTAINMENT

    def _competency(
        self, competency: str, ratees: tuple[str, ...], cycle: str | None, among: Codes
    ) -> CompetencyMeasure:
        nothing, none = np.full(len(ratees), np.nan), np.zeros(len(ratees), dtype=np.int64)
        factor = self.framework.competency(competency).factor
        rated, rating_arrays = self.pool.rated.get(factor), self.pool.rating_arrays
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
            n_raters=_counted(n_distinct(occasion, rating_arrays.rater[rows], occasions), at),
            n_items=_counted(n_distinct(occasion, rating_arrays.item[rows], occasions), at),
            self_value=curve(_taken(self_location, self_at)),
        )

    def _of_competency(self, factor: str, competency: str, at: Codes) -> tuple[Floats, Floats]:
        """Location and error: the factor's plus the departure, where the factor has several."""
        common = self.pool.common
        dimensions = common.layout.dimensions
        nested = f"{factor}/{competency}"
        parts = [dimensions.index(name) for name in (factor, nested) if name in dimensions]
        variance = common.covariance[:, parts][:, :, parts].sum(axis=(1, 2))
        return _taken(common.means[:, parts].sum(axis=1), at), _taken(np.sqrt(variance), at)

    def _fit(self, rated: RatedFactor, ratees: tuple[str, ...], cycle: str | None) -> FacetFit:
        assigned: list[str | None] = [None] * len(rated.given.occasions)
        if self.pool.rating_arrays is not None:
            at = places(self.pool.rating_arrays, rated.given.occasions, ratees, cycle)
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
        rating_arrays = self.pool.rating_arrays
        if rating_arrays is None:
            return none, n_items, dict.fromkeys(groups, none)
        occasions = np.unique(rating_arrays.occasion)
        at = places(rating_arrays, occasions, ratees, cycle)

        def distinct(mask: NDArray[np.bool_], what: Codes) -> NDArray[np.int64]:
            return _counted(n_distinct(rating_arrays.occasion[mask], what[mask], occasions), at)

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


class Occasions(Protocol):
    """Something whose rows belong to a ratee in a cycle."""

    @property
    def ratees(self) -> tuple[str, ...]: ...  # noqa: D102  a field

    @property
    def cycles(self) -> tuple[str, ...]: ...  # noqa: D102  a field


def places(source: Occasions, occasions: Codes, ratees: Sequence[str], cycle: str | None) -> Codes:
    """Position of each ratee's occasion in a cycle, -1 where there is none, shape (P,).

    Rows that name no cycle hold for every cycle.

    Parameters
    ----------
    source : object with ``ratees`` and ``cycles``
    occasions : array of int, shape (O,)
        Sorted numbers ``ratee * (cycles + 1) + cycle + 1``.
    ratees : sequence of str, P
    cycle : str or None

    Returns
    -------
    array of int, shape (P,)
    """
    number = {name: n for n, name in enumerate(source.ratees)}
    width = len(source.cycles) + 1
    where = {occasion: n for n, occasion in enumerate(occasions.tolist())}
    offset = source.cycles.index(cycle) + 1 if cycle in source.cycles else 0
    found = []
    for ratee in ratees:
        base = number.get(ratee, -1) * width
        at_cycle = where.get(base + offset, -1) if base >= 0 else -1
        found.append(where.get(base, -1) if at_cycle < 0 <= base else at_cycle)
    return np.array(found, dtype=np.int64)


def _taken(values: Floats, at: Codes) -> Floats:
    return np.where(at >= 0, values[np.maximum(at, 0)], np.nan) if len(values) else np.full(len(at), np.nan)


def _counted(values: NDArray[np.int64], at: Codes) -> NDArray[np.int64]:
    return np.where(at >= 0, values[np.maximum(at, 0)], 0) if len(values) else np.zeros(len(at), np.int64)

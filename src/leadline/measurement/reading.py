"""One cycle read from what was calibrated over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from leadline import __version__
from leadline.evidence import Evidence
from leadline.evidence.frames import rows
from leadline.frameworks import Framework
from leadline.measurement.dimension import CompetencyMeasure, Dimension, QualityNote
from leadline.measurement.exam import Answers, Examined
from leadline.measurement.fitted import FacetFit
from leadline.measurement.kernels.arrays import Codes, Floats
from leadline.measurement.measures import Measures
from leadline.measurement.notice import Notice
from leadline.measurement.outcomes import Achieved, Results
from leadline.measurement.panel import Panel
from leadline.measurement.pooled import combined
from leadline.measurement.rated import (
    RatedFactor,
    count_by,
    curve_of,
    fit_of_cycle,
    located_groups,
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Pool:
    """Everything calibrated over all cycles, by factor, and what it was calibrated from."""

    panel: Panel | None
    answers: Answers | None
    results: Results | None
    rated: Mapping[str, RatedFactor] = field(default_factory=dict)
    examined: Mapping[str, Examined] = field(default_factory=dict)
    achieved: Mapping[str, Achieved] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, eq=False)
class Reader:
    """Reads one cycle from what was calibrated over all of them."""

    evidence: Evidence
    framework: Framework
    pool: Pool
    seed: int

    def measures(
        self, cycle: str | None, quality: Sequence[QualityNote], previous: Measures | None
    ) -> Measures:
        """Measures of one cycle."""
        ratees = self.evidence.for_cycle(cycle).ratees
        dimensions = tuple(
            dimension
            for factor in self.framework.factors
            for dimension in self._dimensions(factor.id, ratees, cycle)
        )
        factors = tuple(factor.id for factor in self.framework.factors)
        value, error, partial = combined(dimensions, factors, len(ratees))
        names, team = self._people(ratees)
        n_raters, n_items, by_relationship = self._counts(ratees, cycle, dimensions)
        return Measures(
            framework=self.framework,
            cycle=cycle,
            ratees=ratees,
            names=names,
            factors=factors,
            dimensions=dimensions,
            competencies=tuple(
                self._competency(one.id, ratees, cycle) for one in self.framework.competencies
            ),
            factor_value=value,
            factor_se=error,
            factor_partial=partial,
            n_raters=n_raters,
            n_items=n_items,
            by_relationship=by_relationship,
            team=team,
            fits={name: self._fit(one, ratees, cycle) for name, one in self.pool.rated.items()},
            quality=tuple(quality),
            notices=self.pool.notices,
            previous=previous,
            engine_version=__version__,
            input_hash=self.evidence.hash,
            seed=self.seed,
        )

    def _people(self, ratees: tuple[str, ...]) -> tuple[dict[str, str], tuple[str | None, ...]]:
        table = self.evidence.people
        known = {} if table is None else {row["person"]: row for row in rows(table)}
        names = {ratee: str(known.get(ratee, {}).get("name") or ratee) for ratee in ratees}
        return names, tuple(known.get(ratee, {}).get("team") for ratee in ratees)

    def _dimensions(self, factor: str, ratees: tuple[str, ...], cycle: str | None) -> Iterator[Dimension]:
        kinds = self.framework.factor(factor).kinds
        rated, pool = self.pool.rated.get(factor), self.pool
        if rated is not None and pool.panel is not None:
            yield self._rated_dimension(pool.panel, rated, ratees, cycle, kinds["ratings"])
        exam = pool.examined.get(factor)
        if exam is not None and pool.answers is not None:
            at = places(pool.answers, exam.occasions, ratees, cycle)
            theta, theta_se = _taken(exam.theta, at), _taken(exam.theta_se, at)
            value, error = exam.curve.with_error(theta, theta_se)
            n = _counted(exam.n, at)
            yield Dimension(
                factor=factor,
                kind="exam",
                value=value,
                se=error,
                theta=theta,
                theta_se=theta_se,
                n=n,
                n_raters=np.zeros_like(n),
                n_items=n,
                weight=kinds["exam"],
                curve=exam.curve,
            )
        done = pool.achieved.get(factor)
        if done is not None and pool.results is not None:
            at = places(pool.results, done.occasions, ratees, cycle)
            nothing = np.full(len(ratees), np.nan)
            yield Dimension(
                factor=factor,
                kind="outcomes",
                value=_taken(done.value, at),
                se=_taken(done.se, at),
                theta=nothing,
                theta_se=nothing,
                n=_counted(done.n, at),
                n_raters=np.zeros(len(ratees), dtype=np.int64),
                n_items=_counted(done.n_items, at),
                weight=kinds["outcomes"],
                curve=None,
            )

    def _rated_dimension(
        self, panel: Panel, rated: RatedFactor, ratees: tuple[str, ...], cycle: str | None, weight: float
    ) -> Dimension:
        at = places(panel, rated.occasions, ratees, cycle)
        theta, theta_se = _taken(rated.theta, at), _taken(rated.theta_se, at)
        curve = curve_of(rated, self.framework, self.framework.items_of(rated.factor))
        value, error = curve.with_error(theta, theta_se) if curve else (theta * np.nan, theta * np.nan)
        occasion = panel.occasion[rated.rows]
        return Dimension(
            factor=rated.factor,
            kind="ratings",
            value=value,
            se=error,
            theta=theta,
            theta_se=theta_se,
            n=_counted(rated.fit.facets["ratee"].n, at),
            n_raters=_counted(count_by(occasion, panel.rater[rated.rows], rated.occasions), at),
            n_items=_counted(count_by(occasion, panel.item[rated.rows], rated.occasions), at),
            weight=weight,
            curve=curve,
        )

    def _competency(self, competency: str, ratees: tuple[str, ...], cycle: str | None) -> CompetencyMeasure:
        nothing, none = np.full(len(ratees), np.nan), np.zeros(len(ratees), dtype=np.int64)
        empty = CompetencyMeasure(
            id=competency, value=nothing, se=nothing, n_raters=none, n_items=none, self_value=nothing
        )
        rated = self.pool.rated.get(self.framework.competency(competency).factor)
        panel, items = self.pool.panel, self.framework.items_of(competency)
        curve = None if rated is None else curve_of(rated, self.framework, items)
        if panel is None or rated is None or curve is None:
            return empty
        of_items = panel.of_items(tuple(item.id for item in items))
        given, own = np.flatnonzero(panel.counts & of_items), np.flatnonzero(panel.is_self & of_items)
        occasions, found = located_groups(panel, rated, given, severity=True)
        at = places(panel, occasions, ratees, cycle)
        value, error = curve.with_error(_taken(found.location, at), _taken(found.se, at))
        self_occasions, self_found = located_groups(panel, rated, own, severity=False)
        self_at = places(panel, self_occasions, ratees, cycle)
        occasion = panel.occasion[given]
        return CompetencyMeasure(
            id=competency,
            value=value,
            se=error,
            n_raters=_counted(count_by(occasion, panel.rater[given], occasions), at),
            n_items=_counted(count_by(occasion, panel.item[given], occasions), at),
            self_value=curve(_taken(self_found.location, self_at)),
        )

    def _fit(self, rated: RatedFactor, ratees: tuple[str, ...], cycle: str | None) -> FacetFit:
        assigned: list[str | None] = [None] * len(rated.occasions)
        if self.pool.panel is not None:
            at = places(self.pool.panel, rated.occasions, ratees, cycle)
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
        panel = self.pool.panel
        if panel is None:
            return none, n_items, dict.fromkeys(groups, none)
        occasions = np.unique(panel.occasion)
        at = places(panel, occasions, ratees, cycle)

        def distinct(mask: NDArray[np.bool_], what: Codes) -> NDArray[np.int64]:
            return _counted(count_by(panel.occasion[mask], what[mask], occasions), at)

        of_group = {name: n for n, name in enumerate(panel.relationships)}
        by_relationship = {
            group: distinct(panel.relationship == of_group[group], panel.rater) if group in of_group else none
            for group in groups
        }
        return (
            distinct(panel.counts, panel.rater),
            n_items + distinct(panel.counts, panel.item),
            by_relationship,
        )


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

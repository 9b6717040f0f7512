"""One cast of people for every test of reports: long names, Chinese names, hostile names, gaps.

The measures are made up; scores, ranks and drivers are computed from them by the scoring room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.unit.posteriors import independent

from leadline.frameworks import Framework, load_framework
from leadline.measurement import (
    Agreement,
    CompetencyMeasure,
    Dimension,
    FacetFit,
    FacetMeasures,
    Measures,
    Notice,
    QualityNote,
    Thresholds,
)
from leadline.measurement.factors.kinds.outcomes import ATTAINMENT
from leadline.scoring import Scorecard, score

Floats = NDArray[np.float64]

PEOPLE = (
    ("ada", "Ada Lovelace", "Platform"),
    ("lin", "林静", "数据平台"),
    ("chen", "陈建国", "数据平台"),
    ("nkechi", "Nkechi Okonkwo-Fitzgerald-Bartholomew", "Payments"),
    ("ouyang", "欧阳美玲·阿依古丽·热合曼", None),
    ("sven", "Sven Åkesson", "Payments"),
    ("raj", "Rajesh Subramaniam", "Platform"),
    ("zoe", "Zoë Müller", None),
    ("../wang/1", "王伟", "Platform"),
    ("wang2", "王伟", "Payments"),
    ("<b>", "<script>alert('x')</script>", "R&D"),
    ("=1+1", "=SUM(A1:A9)", "数据平台"),
)
N_RATERS = 40
_TRADE = {"partner": "rater-4@example.org", "z": 5.8}
_NOISE = {"mean_square": 1.61}


@dataclass(frozen=True, eq=False, kw_only=True)
class MadeUp(Measures):
    """Measures whose draws are normal with the stated errors."""

    def draws(self, n: int, seed: int, factors: Sequence[str] | None = None) -> Floats:
        """Draws of factors, shape (n, P, F); a missing one from the group's mean and spread."""
        value, se = self.factor_value, self.factor_se
        known = [column[np.isfinite(column)] for column in value.T]
        means = np.array([column.mean() if len(column) else np.nan for column in known])
        spreads = np.array([column.std() + 5 if len(column) else np.nan for column in known])
        centre = np.where(np.isnan(value), means, value)
        spread = np.where(np.isnan(value), spreads, se)
        noise = np.random.default_rng(seed).standard_normal((n, *value.shape))
        chosen = [self.factors.index(factor) for factor in factors or self.factors]
        return np.clip(centre + spread * noise, 0, 100)[..., chosen]


def make_measures(
    people: Sequence[tuple[str, str, str | None]] = PEOPLE,
    *,
    seed: int = 1,
    cycle: str | None = "2026-H1",
    last_cycle: str | None = "2025-H2",
    framework: Framework | None = None,
) -> Measures:
    """Measures of some people: one without an exam, one with extreme values, one hardly rated."""
    rng = np.random.default_rng(seed)
    framework = framework or load_framework("technical-leadership")
    value = np.clip(rng.normal(62, 7, (len(people), 1)) + rng.normal(0, 6, (len(people), 4)), 5, 98)
    se = rng.uniform(2, 4.5, value.shape)
    partial = np.zeros(value.shape, dtype=bool)
    n_raters = rng.integers(6, 14, len(people))
    if len(people) > 7:
        value[3, 0] = se[3, 0] = np.nan
        partial[3, 0] = partial[4, 2] = True
        value[5], value[6] = np.clip(value[5] + 30, 0, 99.5), value[6] - 30
        n_raters[7] = 3
    measures = _measures(
        framework, people, value=value, se=se, partial=partial, n_raters=n_raters, rng=rng, cycle=cycle
    )
    if last_cycle is None:
        return measures
    was = np.clip(value - rng.normal(2, 3, value.shape), 1, 99)
    return replace(measures, previous=replace(measures, factor_value=was, cycle=last_cycle))


def make_scorecard(people: Sequence[tuple[str, str, str | None]] = PEOPLE, **options: Any) -> Scorecard:
    """Scorecard of some people."""
    return score(make_measures(people, **options), n_draws=1000)


def crowd(n: int) -> list[tuple[str, str, str | None]]:
    """So many people with unremarkable names."""
    return [(f"person-{i:03d}", f"Person {i}" if i % 2 else f"成员{i}", f"Team {i % 5}") for i in range(n)]


def _measures(
    framework: Framework,
    people: Sequence[tuple[str, str, str | None]],
    *,
    value: Floats,
    se: Floats,
    partial: NDArray[np.bool_],
    n_raters: NDArray[np.int64],
    rng: np.random.Generator,
    cycle: str | None,
) -> Measures:
    ids = tuple(one for one, _, _ in people)
    ratings = rng.integers(60, 140, len(people))
    fits = {factor.id: _fit(framework, factor.id, ids, ratings, rng) for factor in framework.factors}
    rater = f"rater-{N_RATERS - 1}@example.org"
    dimensions = tuple(_dimensions(framework, value, se, ratings, n_raters))
    return MadeUp(
        framework=framework,
        cycle=cycle,
        ratees=ids,
        names={one: name for one, name, _ in people},
        factors=tuple(factor.id for factor in framework.factors),
        dimensions=dimensions,
        competencies=tuple(_competencies(framework, value, n_raters, rng)),
        factor_value=value,
        factor_se=se,
        factor_partial=partial,
        information=np.zeros((*value.shape, len(dimensions))),
        posterior=independent(dimensions, len(ids)),
        n_raters=n_raters,
        n_items=np.full(len(people), 44),
        by_relationship=_relationships(n_raters),
        team=tuple(team for _, _, team in people),
        fits=fits,
        quality=(
            QualityNote(kind="rater", element=rater, reason="severe", value=1.93, fields={"logits": 1.93}),
            QualityNote(
                kind="rater", element="rater-3@example.org", reason="reciprocal", value=5.8, fields=_TRADE
            ),
            QualityNote(kind="rater", element="rater-9@example.org", reason="a_new_reason", value=0.8),
            QualityNote(
                kind="item", element=framework.items[3].id, reason="misfitting", value=1.61, fields=_NOISE
            ),
        ),
        notices=(Notice("measurement.notice.subsets", {"n": 1}),),
        previous=None,
        engine_version="0.1.0",
        input_hash="ab12" * 16,
        seed=0,
    )


def _relationships(n_raters: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    ones = np.ones_like(n_raters)
    reports = np.where(np.arange(len(n_raters)) % 3 == 0, 2 * ones, np.minimum(3, n_raters - 1))
    return {"self": ones, "manager": ones, "peer": n_raters - 1 - reports, "report": reports}


def _dimensions(
    framework: Framework, value: Floats, se: Floats, n: NDArray[np.int64], n_raters: NDArray[np.int64]
) -> list[Dimension]:
    found = []
    for j, factor in enumerate(framework.factors):
        for kind, weight in factor.kinds.items():
            theta = (value[:, j] - 50) / 15
            found.append(
                Dimension(
                    factor=factor.id,
                    kind=kind,
                    value=value[:, j],
                    se=se[:, j],
                    theta=theta,
                    theta_se=se[:, j] / 15,
                    n=n,
                    n_raters=n_raters,
                    n_items=np.full(len(n), 8),
                    weight=weight,
                    curve=ATTAINMENT,
                )
            )
    return found


def _competencies(
    framework: Framework, value: Floats, n_raters: NDArray[np.int64], rng: np.random.Generator
) -> list[CompetencyMeasure]:
    places = {factor.id: j for j, factor in enumerate(framework.factors)}
    shift = rng.normal(0, 5, len(framework.competencies))
    found = []
    for m, competency in enumerate(framework.competencies):
        centre = value[:, places[competency.factor]] + shift[m]
        here = np.clip(centre + rng.normal(0, 6, len(value)), 2, 98)
        own = np.clip(here + rng.normal(4, 9, len(value)), 0, 100)
        own[rng.random(len(value)) < 0.2] = np.nan
        found.append(
            CompetencyMeasure(
                id=competency.id,
                value=here,
                se=np.where(np.isnan(here), np.nan, rng.uniform(3, 8, len(value))),
                n_raters=n_raters,
                n_items=np.full(len(value), 2),
                self_value=own,
            )
        )
    return found


def _fit(
    framework: Framework, factor: str, ids: tuple[str, ...], n: NDArray[np.int64], rng: np.random.Generator
) -> FacetFit:
    severity = np.random.default_rng(8).normal(0, 0.55, N_RATERS)
    severity[-1] = 1.93
    severity += rng.normal(0, 0.05, N_RATERS)
    raters = tuple(f"rater-{r}@example.org" for r in range(N_RATERS))
    items = tuple(item.id for item in framework.items_of(factor))
    return FacetFit(
        model="rating-scale",
        method="joint",
        stopping="converged",
        noncentered="ratee",
        facets={
            "ratee": _facet("ratee", ids, rng.normal(0.5, 1, len(ids)), n),
            "rater": _facet("rater", raters, severity, rng.integers(30, 90, N_RATERS)),
            "item": _facet("item", items, rng.normal(0, 0.6, len(items)), rng.integers(200, 300, len(items))),
        },
        thresholds=Thresholds(
            item=("*",) * 5,
            category=np.arange(1, 6),
            threshold=np.array([np.nan, -2.1, -0.7, 0.8, 2.0]),
            se=np.array([np.nan, 0.1, 0.1, 0.1, 0.1]),
            count=np.array([90.0, 240, 480, 400, 160]),
        ),
        variance=(),
        log_likelihood=-8123.4,
        iterations=23,
        converged=True,
        seconds=0.4,
        subsets=(ids,),
        agreement=Agreement(1000, 410, 395),
        warnings=(),
        input_hash="cd34" * 16,
        versions={},
    )


def _facet(facet: str, elements: tuple[str, ...], measure: Floats, n: NDArray[np.int64]) -> FacetMeasures:
    some = np.full(len(elements), 1.0)
    return FacetMeasures(
        facet=facet,
        elements=elements,
        measure=measure,
        se=0.15 * some,
        n=n,
        raw_mean=3 - 0.5 * measure,
        fair_mean=3 - 0.5 * measure,
        infit_mnsq=some,
        infit_z=0 * some,
        outfit_mnsq=some,
        outfit_z=0 * some,
        point_measure=0.6 * some,
        extreme=np.zeros(len(elements), dtype=bool),
        subset=np.ones(len(elements), dtype=np.int64),
        separation=3.4,
        strata=4.9,
        reliability=0.92,
        reliability_real=0.91,
    )

"""Measures made by hand, so that scoring is tested on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tests.unit.posteriors import independent

from leadline.frameworks import Framework, load_framework
from leadline.measurement import CompetencyMeasure, Curve, Dimension, Measures, QualityNote
from leadline.measurement.factors.kinds.outcomes import ATTAINMENT

FRAMEWORK = load_framework("technical-leadership")
FACTORS = tuple(factor.id for factor in FRAMEWORK.factors)


# A straight map, so that an error in logits is the same error on 0-100 wherever it is.
STRAIGHT = Curve(np.array([-2.0, 2.0]), np.array([0.0, 100.0]))


def measured(
    values: ArrayLike,
    se: ArrayLike = 3.0,
    *,
    ratees: Sequence[str] | None = None,
    raters: ArrayLike = 8,
    competencies: Mapping[str, Sequence[float]] | None = None,
    competency_raters: Mapping[str, Sequence[int]] | None = None,
    by_relationship: Mapping[str, Sequence[int]] | None = None,
    quality: Sequence[QualityNote] = (),
    framework: Framework = FRAMEWORK,
    factors: Sequence[str] = FACTORS,
    partial: ArrayLike = False,
    previous: Measures | None = None,
) -> Measures:
    """People by factors, rated on the first three factors and with outcomes on the last."""
    value = np.atleast_2d(np.array(values, dtype=np.float64))
    people = len(value)
    error = np.where(np.isnan(value), np.nan, np.broadcast_to(se, value.shape))
    counts = np.broadcast_to(raters, (people,)).astype(np.int64)
    by_competency = dict(competency_raters or {})
    dimensions = tuple(
        dimension(factor, value[:, f], error[:, f], counts) for f, factor in enumerate(factors)
    )
    return Measures(
        framework=framework,
        cycle="2026",
        ratees=tuple(ratees or [f"p{p}" for p in range(people)]),
        names={},
        factors=tuple(factors),
        dimensions=dimensions,
        competencies=tuple(
            competency(name, np.array(scores, float), np.array(by_competency.get(name, counts)))
            for name, scores in (competencies or {}).items()
        ),
        factor_value=value,
        factor_se=error,
        factor_partial=np.broadcast_to(partial, value.shape) | np.isnan(value),
        information=np.zeros((*value.shape, len(dimensions))),
        posterior=independent(dimensions, people),
        n_raters=counts,
        n_items=np.full(people, 20),
        by_relationship={name: np.array(n) for name, n in (by_relationship or {}).items()},
        team=(None,) * people,
        fits={},
        quality=tuple(quality),
        notices=(),
        previous=previous,
        engine_version="0",
        input_hash="0" * 64,
        seed=0,
    )


def dimension(
    factor: str, value: NDArray[np.float64], se: NDArray[np.float64], raters: NDArray[np.int64]
) -> Dimension:
    has, rated = np.isfinite(value), factor != "performance_goals"
    return Dimension(
        factor=factor,
        kind="ratings" if rated else "outcomes",
        value=value,
        se=se,
        theta=value / 25 - 2 if rated else np.full_like(value, np.nan),
        theta_se=se / 25 if rated else np.full_like(value, np.nan),
        n=np.where(has, 40, 0),
        n_raters=np.where(has & rated, raters, 0),
        n_items=np.where(has, 5, 0),
        weight=1.0,
        curve=STRAIGHT if rated else ATTAINMENT,
    )


def competency(name: str, value: NDArray[np.float64], raters: NDArray[np.int64]) -> CompetencyMeasure:
    return CompetencyMeasure(
        id=name,
        value=value,
        se=np.where(np.isnan(value), np.nan, 5.0),
        n_raters=raters,
        n_items=np.full(len(value), 2),
        self_value=np.full(len(value), np.nan),
    )

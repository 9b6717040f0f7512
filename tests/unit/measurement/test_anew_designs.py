"""Ratees measured anew where nobody judged, raters cannot be told apart, or a ratee is one number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.cycles import FRAMEWORK, Cycle, Row, evidence_of, made_cycle, name_of
from tests.unit.measurement.anew import LOGITS, POINTS, SHARE, unchanged

from leadline.evidence import Evidence
from leadline.frameworks import Framework
from leadline.measurement import Measures, measure
from leadline.measurement.later.measure_anew import measure_anew

CYCLE = made_cycle()


def one_factor() -> Framework:
    """One factor with one competency, so that a ratee is one number."""
    competency = FRAMEWORK.competencies[0]
    return replace(
        FRAMEWORK,
        factors=(FRAMEWORK.factor(competency.factor),),
        competencies=(competency,),
        items=FRAMEWORK.items_of(competency.id),
        exam=(),
        outcomes=(),
    )


def one_number(change: Callable[[list[Row]], list[Row]] = list) -> tuple[Framework, Cycle, Measures]:
    framework = one_factor()
    made = made_cycle(20, 40, 6, exam=False, framework=framework, seed=4)
    return (
        framework,
        made,
        measure(evidence_of(change(made.ratings), framework=framework), framework, keep=True),
    )


def all_right() -> list[Row]:
    key = {q.id: q.key or str(q.max_score) for q in FRAMEWORK.exam}
    return [{**row, "response": key[row["item"]]} for row in CYCLE.responses]


def once_each() -> list[Row]:
    """Every rater rates one ratee on one item, so that severities cannot be told from chance."""
    draw = np.random.default_rng(0)
    places = np.clip(np.round(3 + 0.6 * (np.arange(96) % 12 % 5 - 2) + draw.normal(0, 0.8, 96)), 1, 5)
    row = {"item": FRAMEWORK.items[0].id, "relationship": "peer"}
    return [
        {**row, "ratee": f"p{n % 12}", "rater": f"r{n}", "rating": int(y)}
        for n, y in enumerate(places.tolist())
    ]


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(evidence_of([], CYCLE.responses, CYCLE.outcomes), id="nobody judged"),
        pytest.param(evidence_of(CYCLE.ratings, all_right(), CYCLE.outcomes), id="everybody right"),
        pytest.param(evidence_of(once_each()), id="each rater once"),
    ],
)
def test_evidence_of_other_shapes_gives_the_first_run_too(evidence: Evidence) -> None:
    before = measure(evidence, FRAMEWORK, keep=True)
    after = measure_anew(before, evidence, FRAMEWORK, before.ratees[:3])
    assert unchanged(before, after, before.ratees[3:])
    for old, new in zip(before.dimensions, after.dimensions, strict=True):
        np.testing.assert_allclose(new.value, old.value, atol=POINTS)
        np.testing.assert_allclose(new.se, old.se, atol=POINTS)


def only_peers(rows: list[Row]) -> list[Row]:
    return [row if row["relationship"] == "self" else {**row, "relationship": "peer"} for row in rows]


def test_one_dimension_with_more_raters_than_ratees() -> None:
    framework, made, before = one_number()
    evidence = evidence_of(made.ratings, framework=framework)
    after = measure_anew(before, evidence, framework, before.ratees)
    np.testing.assert_allclose(after.dimensions[0].theta, before.dimensions[0].theta, atol=LOGITS)
    np.testing.assert_allclose(after.dimensions[0].theta_se, before.dimensions[0].theta_se, rtol=SHARE)


def test_new_raters_agree_with_the_exact_posterior_by_integration() -> None:
    """Severity and halo of a new rater are one normal number: two nested integrals are the whole model."""
    framework, made, before = one_number(only_peers)
    held, name = before.held, name_of(8)
    assert held is not None
    rows = [
        {**row, "rater": f"new-{row['rater']}", "relationship": "peer"}
        for row in made.ratings
        if row["ratee"] == name and row["rater"] != name
    ]
    after = measure_anew(before, evidence_of(rows, framework=framework), framework, [name])
    scale = held.scales[0].scale
    theta = np.linspace(-6, 6, 1201)
    severity, weight = np.polynomial.hermite_e.hermegauss(61)
    severity = severity * np.sqrt(held.variance["rater"] + held.halo)
    log_density = -0.5 * (theta - held.mean[0]) ** 2 / held.covariance[0, 0]
    for rater in {row["rater"] for row in rows}:
        log_likelihood = np.zeros((len(theta), len(severity)))
        for row in rows:
            if row["rater"] == rater:
                steps = scale.steps[scale.items.index(row["item"])]
                eta = (theta[:, None] - severity)[..., None]
                logits = np.concatenate([np.zeros_like(eta), np.cumsum(eta - steps, axis=2)], axis=2)
                rung = int(scale.rung_of(np.array([row["rating"]]))[0])
                log_likelihood += logits[..., rung] - np.logaddexp.reduce(logits, axis=2)
        log_density += np.log(np.exp(log_likelihood) @ (weight / weight.sum()))
    density = np.exp(log_density - log_density.max())
    density /= density.sum()
    mean = float(theta @ density)
    variance = float((theta - mean) ** 2 @ density)
    # The place of the zero, the mean of the first run's raters, has an error too.
    variance += float(held.zero @ np.linalg.inv(held.messages.precision(held.prior).toarray()) @ held.zero)
    found = after.dimensions[0]
    # What is left is the error of the variational approximation, as in any fit.
    assert found.theta[8] == pytest.approx(mean, abs=0.02)
    assert found.theta_se[8] == pytest.approx(np.sqrt(variance), rel=0.03)

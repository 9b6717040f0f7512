"""How near estimates come to a known truth."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.simulate import simulate
from tests.unit.measurement.made import as_table, joint

SEEDS = range(20)


def test_200_ratees_by_8_raters_on_20_items_are_recovered() -> None:
    correlations, errors = [], []
    for seed in SEEDS:
        made = simulate(200, 8, 20, seed=seed)
        theta = joint(as_table(made)).facets["ratee"].measure
        truth = made.theta - made.theta.mean()
        correlations.append(np.corrcoef(theta, truth)[0, 1])
        errors.append(np.sqrt(np.mean((theta - theta.mean() - truth) ** 2)))
    assert np.mean(correlations) >= 0.99
    assert np.mean(errors) <= 0.106


@pytest.mark.parametrize("step_sd", [0.0, 0.35], ids=["rating-scale", "partial-credit"])
def test_severities_and_thresholds_are_recovered(step_sd: float) -> None:
    made = simulate(300, 8, 12, seed=1, step_sd=step_sd)
    found = joint(as_table(made), model="partial-credit" if step_sd else "rating-scale")
    severity = found.facets["rater"].measure
    assert np.corrcoef(severity, made.severity)[0, 1] > 0.97
    assert found.calibration is not None
    difficulty = found.facets["item"].measure
    thresholds = found.thresholds.threshold[np.isfinite(found.thresholds.threshold)].reshape(-1, 4)
    truth = made.steps - made.steps.mean(axis=1, keepdims=True)
    assert np.sqrt(np.mean((difficulty - made.steps.mean(axis=1)) ** 2)) < 0.06
    assert np.sqrt(np.mean((thresholds - (truth if step_sd else truth[:1])) ** 2)) < 0.09


def test_standard_errors_are_the_spread_of_estimates() -> None:
    gaps, errors = [], []
    for seed in range(6):
        made = simulate(150, 8, 20, seed=seed)
        found = joint(as_table(made)).facets["ratee"]
        truth = made.theta - made.theta.mean()
        gaps.append(found.measure - truth)
        errors.append(found.se)
    z = np.concatenate(gaps) / np.concatenate(errors)
    assert 0.9 < np.std(z) < 1.2


def test_severity_is_taken_off() -> None:
    # Raters differ widely and each ratee meets few of them: raw means mislead, measures do not.
    made = simulate(200, 3, 12, seed=3, severity_sd=1.5)
    found = joint(as_table(made)).facets["ratee"]
    assert np.corrcoef(found.measure, made.theta)[0, 1] > np.corrcoef(found.raw_mean, made.theta)[0, 1] + 0.1

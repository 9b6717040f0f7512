"""Fit statistics, averages, agreement and correlations against plain loops."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from tests.unit.measurement.made import grid, joint, table

from leadline.measurement import FacetFit
from leadline.measurement.diagnostics.facet_tables import spread_of
from leadline.measurement.kernels.categories import category_probabilities, moments

ROWS = grid(7, 4, 5, seed=3)


@pytest.fixture(scope="module", params=["rating-scale", "partial-credit"])
def found(request: pytest.FixtureRequest) -> FacetFit:
    return joint(table(ROWS), model=request.param)


def parts(found: FacetFit) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rung, probabilities, and the element of each facet of every rating in the order of ROWS."""
    assert found.calibration is not None
    where = {name: {e: n for n, e in enumerate(found.facets[name].elements)} for name in found.facets}
    index = np.array([[where["ratee"][p], where["rater"][r], where["item"][i]] for p, r, i, _ in ROWS]).T
    eta = found.facets["ratee"].measure[index[0]] - found.facets["rater"].measure[index[1]]
    prob = category_probabilities(eta, found.calibration.steps[index[2]])
    ladder = found.calibration.screen.ladder
    labels = {label: n for n, label in enumerate(found.calibration.labels.tolist())}
    rows = index[2] if len(ladder) > 1 else np.zeros(len(ROWS), int)
    rung = np.array([ladder[row, labels[y]] for row, (_, _, _, y) in zip(rows, ROWS, strict=True)])
    return rung, prob, index, eta, found.facets["item"].measure[index[2]]


def test_infit_and_outfit_follow_their_definitions(found: FacetFit) -> None:
    rung, prob, index, _, _ = parts(found)
    expected, variance, fourth = moments(prob)
    for number, name in enumerate(("ratee", "rater", "item")):
        facet = found.facets[name]
        for e in range(len(facet.elements)):
            at = index[number] == e
            gap, v, c = (rung - expected)[at], variance[at], fourth[at]
            outfit, infit = (gap**2 / v).mean(), (gap**2).sum() / v.sum()
            q_out = np.sqrt((c / v**2 - 1).sum()) / at.sum()
            q_in = np.sqrt((c - v**2).sum()) / v.sum()
            assert facet.outfit_mnsq[e] == pytest.approx(outfit)
            assert facet.infit_mnsq[e] == pytest.approx(infit)
            assert facet.outfit_z[e] == pytest.approx((np.cbrt(outfit) - 1) * 3 / q_out + q_out / 3)
            assert facet.infit_z[e] == pytest.approx((np.cbrt(infit) - 1) * 3 / q_in + q_in / 3)
            assert facet.se[e] == pytest.approx(1 / np.sqrt(v.sum()))


def test_point_measure_correlations_follow_their_definition(found: FacetFit) -> None:
    rung, _, index, eta, difficulty = parts(found)
    rest = eta - difficulty - found.facets["ratee"].measure[index[0]]
    for e in range(len(found.facets["ratee"].elements)):
        at = index[0] == e
        wanted = np.corrcoef(rung[at], rest[at])[0, 1]
        assert found.facets["ratee"].point_measure[e] == pytest.approx(wanted)


def test_agreement_counts_pairs_of_raters(found: FacetFit) -> None:
    rung, prob, *_ = parts(found)
    exact = expected = pairs = 0.0
    for a, b in combinations(range(len(ROWS)), 2):
        if ROWS[a][0] == ROWS[b][0] and ROWS[a][2] == ROWS[b][2]:
            pairs += 1
            exact += rung[a] == rung[b]
            expected += float(prob[a] @ prob[b])
    assert found.agreement == pytest.approx((pairs, exact, expected))


def test_threshold_errors_are_inverse_roots_of_information(found: FacetFit) -> None:
    _, prob, index, _, _ = parts(found)
    rows = np.flatnonzero(np.isfinite(found.thresholds.threshold))
    tails = prob[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    information = tails * (1 - tails)
    shared = found.model == "rating-scale"
    wanted = (
        information.sum(axis=0)
        if shared
        else np.array([information[index[2] == i].sum(axis=0) for i in range(5)]).ravel()
    )
    np.testing.assert_allclose(found.thresholds.se[rows] ** -2, wanted[wanted > 1e-9], rtol=1e-9)


def test_thresholds_sum_to_zero_over_each_scale(found: FacetFit) -> None:
    for item in set(found.thresholds.item):
        rows = [n for n, name in enumerate(found.thresholds.item) if name == item]
        assert np.nansum(found.thresholds.threshold[rows]) == pytest.approx(0, abs=1e-9)
    assert found.thresholds.count.sum() == len(ROWS)


def test_a_fair_average_is_what_average_others_would_give(found: FacetFit) -> None:
    assert found.calibration is not None
    ratees, raters, items = (found.facets[name] for name in ("ratee", "rater", "item"))
    eta = ratees.measure - raters.measure.mean()
    if found.model == "rating-scale":
        steps = items.measure.mean() + found.calibration.thresholds[0]
        wanted = category_probabilities(eta, steps) @ found.calibration.labels
    else:
        each = []
        for i in range(5):
            ladder = found.calibration.screen.ladder[i]
            used = [
                label
                for n, label in enumerate(found.calibration.labels)
                if n == 0 or ladder[n] > ladder[n - 1]
            ]
            prob = category_probabilities(eta, found.calibration.steps[i])
            each.append(prob[:, : len(used)] @ np.array(used))
        wanted = np.mean(each, axis=0)
    np.testing.assert_allclose(ratees.fair_mean, wanted, atol=1e-9)
    raw = np.array([np.mean([y for p, _, _, y in ROWS if p == name]) for name in ratees.elements])
    np.testing.assert_allclose(ratees.raw_mean, raw)


def test_separation_strata_and_reliability_hang_together() -> None:
    found = spread_of(np.array([-2.0, -1, 0, 1, 2]), np.full(5, 0.5))
    assert found.separation == pytest.approx(np.sqrt((2.5 - 0.25) / 0.25))
    assert found.strata == pytest.approx((4 * found.separation + 1) / 3)
    assert found.reliability == pytest.approx(found.separation**2 / (1 + found.separation**2))
    assert spread_of(np.array([0.1, -0.1, 0.0]), np.full(3, 0.5)).reliability == 0


def test_misfit_lowers_the_real_reliability(found: FacetFit) -> None:
    for facet in found.facets.values():
        assert facet.reliability_real <= facet.reliability


def test_doubling_every_weight_narrows_errors_and_moves_nothing() -> None:
    plain = joint(table(ROWS))
    data = table(ROWS)
    double = joint(data.with_columns((data.get_column("rating") * 0 + 2).alias("weight")))
    for name, facet in plain.facets.items():
        np.testing.assert_allclose(double.facets[name].measure, facet.measure, atol=1e-8)
        np.testing.assert_allclose(double.facets[name].se * np.sqrt(2), facet.se, rtol=1e-8)
        np.testing.assert_allclose(double.facets[name].infit_mnsq, facet.infit_mnsq, rtol=1e-8)

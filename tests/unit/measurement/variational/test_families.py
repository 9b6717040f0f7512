"""Cumulative logits and items with slopes where raters and ratees cross."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.measurement.made import as_table, grid, simulate, table

from leadline.evidence.frames import Frame, frame
from leadline.measurement import fit
from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.kernels.curves import probabilities
from leadline.measurement.quadrature import fit_grouped, fit_responses
from leadline.measurement.values.ratings import Ratings, ratings_from_table
from leadline.measurement.variational.calibrate import calibrate_crossed
from leadline.measurement.variational.cumulative import Cumulative
from leadline.measurement.variational.evidence_blocks import RatingBlock, loaded
from leadline.measurement.variational.slopes import Sloped
from leadline.measurement.variational.source import Family, source_of

FAMILIES: list[Family] = ["cumulative", "own slopes"]


def coded(data: Frame, *facets: str) -> Ratings:
    return ratings_from_table(data, {facet: facet for facet in (*facets, "item")}, "rating")


def source(family: Family) -> Cumulative | Sloped:
    """A source away from its optimum, with an item that uses fewer categories."""
    rows = [(p, r, i, min(y, 3) if i == "i1" else y) for p, r, i, y in grid(6, 3, 3, seed=2)]
    part = RatingBlock(
        dimension="x",
        ratings=coded(table(rows), "ratee", "rater"),
        shared=family == "cumulative",
        family=family,
    )
    ready = loaded(part, {})
    found = source_of(ready.system, ready.start.steps, ready.answers, family, 0, rater_free=False)
    if isinstance(found, Sloped):
        return replace(found, slope=np.array([0.7, 1.5, 1.1]))
    assert isinstance(found, Cumulative)
    return found


def around(source: Cumulative | Sloped) -> tuple[Floats, Floats]:
    draw = np.random.default_rng(3)
    return draw.normal(0, 1, source.size), np.full(source.size, 0.2)


@pytest.mark.parametrize("family", FAMILIES)
def test_slope_and_curvature_by_location_are_those_of_the_averaged_likelihood(family: Family) -> None:
    one, h = source(family), 1e-4
    eta, spread = around(one)
    found = one.averaged(eta, spread)
    for c in (0, 4, one.size - 1):
        step = np.eye(one.size)[c] * h
        up, down = one.expected(eta + step, spread), one.expected(eta - step, spread)
        assert found.gap[c] == pytest.approx((up - down) / (2 * h), abs=1e-6)
        gaps = [one.averaged(eta + sign * step, spread).gap[c] for sign in (1, -1)]
        assert found.variance[c] == pytest.approx((gaps[1] - gaps[0]) / (2 * h), abs=1e-6)


def test_slope_and_curvature_by_cumulative_steps_are_those_of_the_averaged_likelihood() -> None:
    one, h = source("cumulative"), 1e-4
    assert isinstance(one, Cumulative)
    eta, spread = around(one)
    slope, curvature = one._steps(eta, spread)
    contracted = one.system.contract(slope)
    for m in range(len(curvature)):
        move = one.system.expand(np.eye(len(curvature))[m] * h)
        sides = [replace(one, steps=one.steps + sign * move) for sign in (1, -1)]
        values = [side.expected(eta, spread) for side in sides]
        assert contracted[m] == pytest.approx((values[0] - values[1]) / (2 * h), abs=1e-6)
        slopes = [one.system.contract(side._steps(eta, spread)[0]) for side in sides]
        assert curvature[m] == pytest.approx((slopes[1] - slopes[0]) / (2 * h), abs=1e-5)


def test_slope_by_log_slopes_and_steps_is_that_of_the_averaged_likelihood() -> None:
    one, h = source("own slopes"), 1e-5
    assert isinstance(one, Sloped)
    eta, spread = around(one)
    gradient, information = one._items(eta, spread)
    assert information == pytest.approx(np.swapaxes(information, 1, 2))
    for i in range(3):
        sides = [replace(one, slope=one.slope * np.exp(sign * h * np.eye(3)[i])) for sign in (1, -1)]
        values = [side.expected(eta, spread) for side in sides]
        assert gradient[i, 0] == pytest.approx((values[0] - values[1]) / (2 * h), abs=1e-5)
        for k in np.flatnonzero(one.system.valid[i]):
            move = np.zeros_like(one.steps)
            move[i, k] = h
            values = [replace(one, steps=one.steps + sign * move).expected(eta, spread) for sign in (1, -1)]
            assert gradient[i, 1 + k] == pytest.approx((values[0] - values[1]) / (2 * h), abs=1e-5)


def test_expected_information_is_the_averaged_curvature_of_what_the_model_expects() -> None:
    """Rated by all categories in the shares the model expects, curvature is information."""
    one = source("own slopes")
    assert isinstance(one, Sloped)
    eta, spread = np.zeros(one.size), np.full(one.size, 1e-12)
    _, information = one._items(eta, spread)
    curves, h = one.curves, 1e-4
    item = np.array([0])
    prob = probabilities(curves, np.zeros(1), one.steps, item)[0]

    def logs(log_slope: float) -> Floats:
        moved = curves._replace(slope=curves.slope * np.exp(log_slope))
        return np.log(probabilities(moved, np.zeros(1), one.steps, item)[0])

    scores = (logs(h) - logs(-h)) / (2 * h)
    n = (one.rows.item == 0).sum()
    assert information[0, 0, 0] == pytest.approx(n * float(prob @ scores**2), rel=1e-5)


def test_cumulative_steps_stay_in_order_far_from_the_optimum() -> None:
    one = source("cumulative")
    assert isinstance(one, Cumulative)
    near = replace(one, steps=one.steps * 0.01)
    for _ in range(20):
        near, _ = near.improved(*around(one))
        assert (np.diff(near.steps, axis=1) > 0).all()
    settled, moved = near.improved(*around(one))
    assert moved < 1e-6
    assert np.isfinite(settled.steps).all()


def test_a_location_far_out_in_the_tails_has_finite_figures() -> None:
    one = source("cumulative")
    found = one.averaged(np.full(one.size, 60.0), np.full(one.size, 0.1))
    assert np.isfinite(found.gap).all()
    assert np.isfinite(one.expected(np.full(one.size, -60.0), np.full(one.size, 0.1)))


def questionnaire(seed: int = 7) -> Frame:
    draw = np.random.default_rng(seed)
    theta, slope = draw.normal(0, 1.2, 400), np.array([0.6, 1.0, 1.5, 0.8, 1.3, 1.0, 0.7, 1.4])
    steps = np.linspace(-0.8, 0.8, 8)[:, None] + np.array([-1.0, 0.0, 1.0])
    climbed = np.cumsum(slope[:, None] * (theta[:, None, None] - steps), axis=2)
    odds = np.exp(np.concatenate([np.zeros((400, 8, 1)), climbed], axis=2))
    share = odds.cumsum(axis=2) / odds.sum(axis=2, keepdims=True)
    rating = 1 + (draw.random((400, 8, 1)) > share).sum(axis=2)
    return frame(
        {
            "ratee": np.repeat([f"p{n:03d}" for n in range(400)], 8),
            "item": np.tile([f"i{n}" for n in range(8)], 400),
            "rating": rating.ravel(),
        }
    )


def test_without_raters_slopes_come_close_to_exact_quadrature() -> None:
    ratings = coded(questionnaire(), "ratee")
    found = calibrate_crossed(ratings, shared=False, family="own slopes")
    exact = fit_responses(ratings.rating.reshape(400, 8), model="generalized-partial-credit")
    unit = float(np.exp(np.log(exact.items.slope).mean()))
    assert found.items is not None
    # The bound is below the likelihood by what a normal posterior misses, and so a little are its slopes.
    assert 0 < exact.log_likelihood - found.calibration.log_likelihood < 4
    assert found.items.slope == pytest.approx(exact.items.slope / unit, rel=0.015)
    assert found.items.slope_se == pytest.approx(exact.items.slope_se / unit, rel=0.35)
    assert found.components[0].sd == pytest.approx(unit, rel=0.015)
    centred = exact.items.difficulty - exact.items.difficulty.mean()
    assert found.calibration.locations[-1] == pytest.approx(unit * centred, abs=0.02)
    level = unit * (exact.units.theta - exact.items.difficulty.mean())
    assert found.calibration.locations[0] == pytest.approx(level, abs=0.06)


def test_without_raters_cumulative_logits_come_close_to_exact_quadrature() -> None:
    data = questionnaire()
    ratings = coded(data, "ratee")
    found = calibrate_crossed(ratings, family="cumulative")
    exact = fit_grouped(
        data.get_column("rating").to_numpy(),
        data.get_column("ratee").to_list(),
        facets={"item": data.get_column("item").to_list()},
        grouping="ratee",
    )
    places = exact.thresholds.threshold[1:]
    assert 0 < exact.log_likelihood - found.calibration.log_likelihood < 4
    assert found.components[0].variance == pytest.approx(exact.variance.variance, rel=0.02)
    assert found.calibration.locations[-1] == pytest.approx(exact.facets["item"].measure, abs=0.005)
    assert found.calibration.se[-1] == pytest.approx(exact.facets["item"].se, rel=0.1)
    assert found.calibration.thresholds[0] == pytest.approx(places - places.mean(), abs=0.005)
    assert found.calibration.locations[0] == pytest.approx(exact.units.theta - places.mean(), abs=0.04)
    assert found.calibration.se[0] == pytest.approx(exact.units.posterior_sd, rel=0.06)


def test_without_raters_the_rating_scale_family_comes_close_to_exact_quadrature() -> None:
    data = questionnaire()
    found = calibrate_crossed(coded(data, "ratee"), shared=False)
    exact = fit(data, model="partial-credit", rater=None)
    assert exact.approximation == "adaptive quadrature"
    assert 0 < exact.log_likelihood - found.calibration.log_likelihood < 4
    assert found.components[0].variance == pytest.approx(exact.variance[0].variance, rel=0.02)
    assert found.calibration.locations[-1] == pytest.approx(exact.facets["item"].measure, abs=0.005)
    assert found.calibration.locations[0] == pytest.approx(exact.facets["ratee"].measure, abs=0.04)
    assert found.calibration.se[0] == pytest.approx(exact.facets["ratee"].se, rel=0.06)


def test_with_two_categories_cumulative_and_adjacent_logits_are_one_model() -> None:
    data = table([(p, r, i, int(y > 3)) for p, r, i, y in grid(20, 4, 4, seed=3)])
    graded, adjacent = fit(data, model="graded"), fit(data, model="rating-scale")
    assert graded.log_likelihood == pytest.approx(adjacent.log_likelihood, abs=1e-4)
    for facet in ("ratee", "rater", "item"):
        assert graded.facets[facet].measure == pytest.approx(adjacent.facets[facet].measure, abs=1e-3)
        assert graded.facets[facet].fair_mean == pytest.approx(adjacent.facets[facet].fair_mean, abs=1e-3)
    assert graded.facets["ratee"].infit_mnsq == pytest.approx(adjacent.facets["ratee"].infit_mnsq, abs=1e-3)


def test_slopes_are_recovered_beside_crossed_raters() -> None:
    data = simulate(150, 6, 8, seed=4, n_raters=40, halo_sd=0.4)
    equal = fit(as_table(data), model="generalized-partial-credit")
    assert equal.approximation == "Gaussian variational"
    assert equal.items is not None
    assert np.log(equal.items.slope).mean() == pytest.approx(0, abs=1e-9)
    assert (np.abs(np.log(equal.items.slope)) < 3.5 * equal.items.slope_se).all()
    plain = fit(as_table(data), model="partial-credit")
    # Eight slopes, one of them the unit: seven parameters more cannot lower the bound, nor raise it far.
    assert 0 < equal.log_likelihood - plain.log_likelihood < 16
    assert equal.facets["ratee"].measure == pytest.approx(plain.facets["ratee"].measure, abs=0.12)


@pytest.mark.parametrize("model", ["graded", "generalized-partial-credit"])
def test_rows_may_come_in_any_order(model: str) -> None:
    data = as_table(simulate(30, 3, 4, seed=6, n_raters=12, missing=0.2))
    shuffled = data[np.random.default_rng(0).permutation(data.height).tolist()]
    one, other = fit(data, model=model), fit(shuffled, model=model)
    assert np.array_equal(one.facets["ratee"].measure, other.facets["ratee"].measure)
    assert one.converged


@pytest.mark.parametrize("model", ["graded", "generalized-partial-credit"])
def test_an_item_that_all_rate_alike_is_set_aside_and_said(model: str) -> None:
    rows = [(p, r, i, 5 if i == "i2" else y) for p, r, i, y in grid(12, 3, 4, seed=1)]
    found = fit(table(rows), model=model)
    assert found.converged
    assert found.facets["item"].extreme.tolist() == [False, False, True, False]
    assert np.isnan(found.facets["item"].measure[2])
    assert any(notice.code.endswith("extreme_fixed") for notice in found.warnings)
    assert np.isfinite(found.facets["ratee"].measure).all()

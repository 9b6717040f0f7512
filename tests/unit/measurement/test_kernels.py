"""Small pure functions against plain formulas."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.simulate import simulate
from tests.unit.measurement.made import as_table

from leadline.measurement.joint.calibrate import calibrate
from leadline.measurement.kernels.categories import category_probabilities, moments
from leadline.measurement.kernels.connectivity import comparable
from leadline.measurement.kernels.extremes import screened
from leadline.measurement.kernels.halo import dispersion, halo_variance
from leadline.measurement.kernels.location import located
from leadline.measurement.kernels.tables import hermite, interpolated, item_tables, places
from leadline.measurement.kernels.testing import discoveries
from leadline.measurement.kernels.zero_point import _by_rules, _by_subset
from leadline.measurement.values.ratings import ratings_from_table

COLUMNS = {"ratee": "ratee", "rater": "rater", "item": "item"}


@pytest.mark.parametrize("top", [1, 4, 8])
def test_interpolated_functions_are_exact_to_ten_digits(top: int) -> None:
    draw = np.random.default_rng(top)
    steps = draw.normal(0, 1.5, (3, top))
    eta = draw.uniform(-6, 6, 500)
    form = draw.integers(0, 3, 500).astype(np.int32)
    tables = item_tables(steps, -6.0, 6.0)
    at = places(eta, form, tables)
    weights = hermite(at.share, tables.width)
    exact = moments(category_probabilities(eta, steps[form]))
    k1, k2, k3, k4 = (each.ravel() for each in (tables.k1, tables.k2, tables.k3, tables.k4))
    np.testing.assert_allclose(interpolated((k1, k2, k3), at.left, weights), exact.expected, atol=1e-10)
    np.testing.assert_allclose(interpolated((k2, k3, k4), at.left, weights), exact.variance, atol=1e-9)


def test_probabilities_hold_where_exponentials_would_not() -> None:
    found = category_probabilities(np.array([-800.0, 800.0]), np.array([0.0, 1.0]))
    np.testing.assert_array_equal(found, [[1, 0, 0], [0, 0, 1]])


def test_a_location_reproduces_its_score_on_any_steps() -> None:
    draw = np.random.default_rng(0)
    group = np.repeat(np.arange(40), 12)
    steps = draw.normal(0, 2, (480, 4))
    steps[::3, 3] = np.inf
    offset = draw.normal(0, 1, 480)
    score = np.minimum(draw.integers(0, 5, 480), np.isfinite(steps).sum(axis=1)).astype(float)
    found = located(group, 40, offset=offset, steps=steps, score=score)
    expected = moments(category_probabilities(found.location[group] + offset, steps)).expected
    np.testing.assert_allclose(
        np.bincount(group, expected)[~found.extreme], np.bincount(group, score)[~found.extreme], atol=1e-8
    )


def test_a_location_is_found_between_thresholds_that_run_backwards() -> None:
    steps = np.tile(np.linspace(6, -6, 8), (3, 1))
    found = located(
        np.zeros(3, int), 1, offset=np.array([-2.0, 0, 3]), steps=steps, score=np.array([0.0, 1, 8])
    )
    expected = moments(category_probabilities(found.location[[0, 0, 0]] + [-2.0, 0, 3], steps)).expected
    assert expected.sum() == pytest.approx(9, abs=1e-8)


def test_a_group_without_steps_has_no_location() -> None:
    found = located(np.zeros(2, int), 1, offset=np.zeros(2), steps=np.full((2, 1), np.inf), score=np.zeros(2))
    assert np.isnan(found.location).all()
    assert not found.extreme.any()


def test_screening_goes_on_until_nothing_is_extreme() -> None:
    # Rater 2 gives only the top; without it ratee 0 has only the bottom.
    ratee = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    rater = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2])
    item = np.zeros(9, int)
    label = np.array([0, 0, 2, 1, 0, 2, 0, 1, 2])
    free = [np.zeros(3, bool), np.zeros(3, bool), np.zeros(1, bool)]
    found = screened([ratee, rater, item], [3, 3, 1], label, n_labels=3, shared=True, held=free)
    assert len(found.rounds) == 2
    assert found.rounds[0][1].tolist() == [False, False, True]
    assert found.rounds[1][0].tolist() == [True, False, False]
    assert found.top.tolist() == [1]


def test_an_anchored_element_is_never_set_aside() -> None:
    ratee, item = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    held = [np.array([True, False]), np.zeros(2, bool)]
    found = screened([ratee, item], [2, 2], np.array([1, 1, 0, 1]), n_labels=2, shared=True, held=held)
    assert not any(each[0][0] for each in found.rounds)


def test_ways_to_place_the_zero_agree() -> None:
    draw = np.random.default_rng(1)
    ratee = np.concatenate([np.arange(4), 4 + np.arange(4), 8 + np.arange(4)]).repeat(2)
    rater = np.concatenate([[0, 1] * 4, [2, 3] * 4, [4, 5] * 4])
    design = comparable([ratee, rater, np.zeros(24, int)], [12, 6, 1])
    assert design.n_subsets == 3
    means = [draw.normal(size=n) for n in design.n_groups]
    free = [np.zeros(n, bool) for n in design.n_groups]
    for centred in ([0, 2], [1, 2]):
        one = _by_rules(design, [1, -1, -1], means, free, centred)
        other = _by_subset(design, [1, -1, -1], means, free, centred)
        for a, b in zip(one, other, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-10)


def test_groups_meet_through_a_common_rater() -> None:
    ratee = np.array([0, 1, 1, 2, 3])
    rater = np.array([0, 0, 1, 1, 2])
    design = comparable([ratee, rater], [5, 3])
    assert design.groups[0].tolist() == [0, 0, 0, 1, -1]
    assert design.subset[1].tolist() == [0, 0, 1]


def test_halo_is_found_and_widens_errors() -> None:
    made = simulate(200, 8, 10, seed=2, halo_sd=0.5)
    found = calibrate(ratings_from_table(as_table(made), COLUMNS, "rating"))
    theta, severity = found.locations[0], found.locations[1]
    prob = category_probabilities(theta[made.ratee] - severity[made.rater], found.steps[made.item])
    spread = moments(prob)
    cell = made.ratee.astype(np.int64) * 100 + made.rater
    _, at = np.unique(cell, return_inverse=True)
    surplus = np.bincount(at, made.rating - 1 - spread.expected)
    variance = np.bincount(at, spread.variance)
    halo = halo_variance(surplus, variance, 300)
    assert np.sqrt(halo) == pytest.approx(0.5, abs=0.1)
    assert dispersion(np.zeros(len(variance), int), 1, variance, halo)[0] > 1.5


def test_without_halo_errors_stay_as_they_are() -> None:
    draw = np.random.default_rng(5)
    assert halo_variance(draw.normal(0, 2, 4000), np.full(4000, 4.0), 0) < 0.01


def test_false_discoveries_are_held_down() -> None:
    draw = np.random.default_rng(0)
    found = np.array([discoveries(draw.random(100)).any() for _ in range(400)])
    assert found.mean() < 0.08
    assert not discoveries(np.full(3, np.nan)).any()

from __future__ import annotations

import numpy as np
import pytest

from leadline.scoring import attribution, composite, gains

WEIGHTS = np.array([0.4, 0.3, 0.2, 0.1])
START, END = np.array([70.0, 80, 75, 91]), np.array([85.0, 80, 60, 90])
FORMULAS = [
    ("geometric", 0.0),
    ("product", 0.0),
    ("arithmetic", 0.0),
    *(("ces", rho) for rho in (-np.inf, -1e4, -5.0, -1.0, -1e-9, 0.0, 1e-9, 0.5, 1.0, 3.0, 200.0, np.inf)),
]


def change(start: np.ndarray, end: np.ndarray, formula: str, rho: float) -> float:
    return float(composite(end, WEIGHTS, formula, rho) - composite(start, WEIGHTS, formula, rho))


@pytest.mark.parametrize(("formula", "rho"), FORMULAS)
def test_parts_sum_to_the_difference_and_an_unmoved_factor_has_none(formula: str, rho: float) -> None:
    parts = attribution(START, END, WEIGHTS, formula, rho)
    scale = composite(END, WEIGHTS, formula, rho)
    assert parts.sum() == pytest.approx(change(START, END, formula, rho), abs=1e-14 * scale)
    assert parts[1] == 0


def test_the_geometric_parts_are_those_of_the_logarithmic_mean() -> None:
    before, after = composite(START, WEIGHTS), composite(END, WEIGHTS)
    mean = (after - before) / np.log(after / before)
    np.testing.assert_allclose(
        attribution(START, END, WEIGHTS), mean * WEIGHTS * np.log(END / START), rtol=1e-12
    )


def test_the_ces_parts_are_those_of_the_power_sum() -> None:
    for rho in (-2.0, 0.5, 2.0):
        before, after = (composite(x, WEIGHTS, "ces", rho) for x in (START, END))
        powers = WEIGHTS * (END**rho - START**rho)
        expected = (after - before) / (after**rho - before**rho) * powers
        np.testing.assert_allclose(attribution(START, END, WEIGHTS, "ces", rho), expected, rtol=1e-11)


def test_ces_parts_become_the_geometric_and_the_arithmetic_ones() -> None:
    near_zero = attribution(START, END, WEIGHTS, "ces", 1e-10)
    np.testing.assert_allclose(near_zero, attribution(START, END, WEIGHTS), rtol=1e-8)
    at_one = attribution(START, END, WEIGHTS, "ces", 1.0)
    np.testing.assert_allclose(at_one, attribution(START, END, WEIGHTS, "arithmetic"), atol=1e-13)


def test_small_differences_keep_their_digits() -> None:
    nudged = START * (1 + np.array([1e-13, 0, 0, 0]))
    for formula, rho in [*FORMULAS[:1], ("ces", -1.0), ("ces", 0.5)]:
        part = attribution(START, nudged, WEIGHTS, formula, rho)[0]
        slope = attribution(START, START * np.array([1.001, 1, 1, 1]), WEIGHTS, formula, rho)[0] / 1e-3
        assert part == pytest.approx(slope * 1e-13, rel=5e-3)


@pytest.mark.parametrize("rho", [0.0, -1.0, -20.0, -np.inf])
def test_the_factors_that_held_the_score_at_zero_share_the_rise_by_weight(rho: float) -> None:
    start = np.array([0.0, 0.0, 75, 90])
    parts = attribution(start, END, WEIGHTS, "ces", rho)
    whole = composite(END, WEIGHTS, "ces", rho)
    np.testing.assert_allclose(parts, [whole * 4 / 7, whole * 3 / 7, 0, 0], rtol=1e-12)
    np.testing.assert_allclose(attribution(END, start, WEIGHTS, "ces", rho), -parts, rtol=1e-12)


def test_zeros_are_the_limit_of_small_values() -> None:
    start, small = np.array([0.0, 80, 75, 90]), np.array([1e-300, 80, 75, 90])
    for rho in (-1.0, -3.0):
        np.testing.assert_allclose(
            attribution(start, END, WEIGHTS, "ces", rho),
            attribution(small, END, WEIGHTS, "ces", rho),
            rtol=1e-6,
            atol=1e-6,
        )


@pytest.mark.parametrize(("formula", "rho"), [("geometric", 0.0), ("product", 0.0), ("ces", -2.0)])
def test_between_two_scores_of_zero_nothing_is_attributed(formula: str, rho: float) -> None:
    parts = attribution([0, 80, 75, 90], [85, 0, 75, 90], WEIGHTS, formula, rho)
    assert parts.tolist() == [0, 0, 0, 0]


def test_with_a_positive_rho_all_zeros_are_a_start_like_any_other() -> None:
    parts = attribution(np.zeros(4), END, WEIGHTS, "ces", 2.0)
    expected = WEIGHTS * END**2 / composite(END, WEIGHTS, "ces", 2.0)
    np.testing.assert_allclose(parts, expected, rtol=1e-12)
    np.testing.assert_allclose(attribution(END, np.zeros(4), WEIGHTS, "ces", 2.0), -expected, rtol=1e-12)
    assert attribution(np.zeros(4), np.zeros(4), WEIGHTS, "ces", 2.0).tolist() == [0, 0, 0, 0]


def test_the_weakest_factor_carries_a_change_of_the_weakest() -> None:
    parts = attribution([60, 80, 75, 90], [70, 80, 75, 90], WEIGHTS, "ces", -np.inf)
    assert parts.tolist() == [10, 0, 0, 0]
    fell_below = attribution([60, 80, 75, 90], [70, 80, 55, 90], WEIGHTS, "ces", -np.inf)
    assert fell_below.tolist() == [0, 0, -5, 0]


def test_a_missing_factor_leaves_the_parts_open() -> None:
    assert np.isnan(attribution([np.nan, 80], [70, 80], [0.5, 0.5])).all()


def test_gains_agree_with_central_differences() -> None:
    step = 1e-5
    for formula, rho in FORMULAS:
        if np.isinf(rho) or abs(rho) > 10:
            continue
        found = gains(END, WEIGHTS, formula, rho, step=step) / step
        for j in range(4):
            up, down = END.copy(), END.copy()
            up[j] += step
            down[j] -= step
            central = change(down, up, formula, rho) / (2 * step)
            assert found[j] == pytest.approx(central, rel=1e-5, abs=1e-9)


def test_a_factor_at_its_top_has_nothing_to_gain() -> None:
    found = gains([100, 99.5, 80, 70], WEIGHTS, "arithmetic")
    np.testing.assert_allclose(found, [0, 0.15, 0.2, 0.1], rtol=1e-9)


def test_the_weakest_factor_gains_most_in_the_geometric_form() -> None:
    found = gains([90, 60, 80, 70], [0.25] * 4)
    assert np.argsort(found).tolist() == [0, 2, 3, 1]

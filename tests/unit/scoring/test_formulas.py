from __future__ import annotations

import numpy as np
import pytest

from leadline.errors import ScoringError
from leadline.frameworks import Formula
from leadline.scoring import composite, score

EQUAL = [0.25] * 4
EXAMPLE = [85, 80, 75, 90]


def test_the_default_formula_is_geometric() -> None:
    assert composite(EXAMPLE, EQUAL) == composite(EXAMPLE, EQUAL, "geometric")


@pytest.mark.parametrize(
    ("rho", "same"),
    [(1, "arithmetic"), (0, "geometric"), (1e-14, "geometric"), (-1e-14, "geometric"), (1e-200, "geometric")],
)
def test_ces_holds_the_other_means(rho: float, same: str) -> None:
    weights = [0.4, 0.3, 0.2, 0.1]
    assert composite(EXAMPLE, weights, "ces", rho) == pytest.approx(
        composite(EXAMPLE, weights, same), rel=1e-13
    )


def test_ces_goes_to_the_weakest_and_the_strongest_factor() -> None:
    assert composite(EXAMPLE, EQUAL, "ces", -np.inf) == 75
    assert composite(EXAMPLE, EQUAL, "ces", np.inf) == 90
    assert composite(EXAMPLE, EQUAL, "ces", -1e4) == pytest.approx(75, abs=0.02)
    assert composite(EXAMPLE, EQUAL, "ces", 1e308) == pytest.approx(90)


def test_ces_has_no_jump_on_either_side_of_zero() -> None:
    rho = np.geomspace(1e-16, 1e-3, 200)
    middle = composite(EXAMPLE, EQUAL)
    slope = float(np.var(np.log(EXAMPLE)) / 2 * middle)
    for r in [*rho, *-rho]:
        assert composite(EXAMPLE, EQUAL, "ces", r) == pytest.approx(
            middle + slope * r, rel=1e-6 * abs(r) + 1e-14
        )


@pytest.mark.parametrize("rho", [0.0, -0.5, -1.0, -30.0, -np.inf])
def test_a_zero_cannot_be_made_up_for_when_rho_is_not_positive(rho: float) -> None:
    assert composite([0, 80, 75, 90], EQUAL, "ces", rho) == 0


def test_a_zero_can_be_made_up_for_when_rho_is_positive() -> None:
    assert composite([0, 64], [0.5, 0.5], "ces", 0.5) == pytest.approx(16)
    assert composite([0, 0], [0.5, 0.5], "ces", 0.5) == 0


@pytest.mark.parametrize("formula", ["geometric", "arithmetic", "ces"])
def test_a_factor_without_weight_does_not_matter(formula: str) -> None:
    without = composite([80, 60], [0.7, 0.3], formula, -2.0)
    for value in (0, 50, np.nan):
        assert composite([80, value, 60], [0.7, 0, 0.3], formula, -2.0) == without


@pytest.mark.parametrize("formula", ["geometric", "arithmetic", "ces"])
def test_one_factor_is_its_own_score(formula: str) -> None:
    assert composite([61.7], [1.0], formula, -3.0) == 61.7


@pytest.mark.parametrize("rho", [-np.inf, -7.0, -1.0, 0.0, 0.3, 1.0, 9.0, np.inf])
def test_equal_factors_give_exactly_that_score(rho: float) -> None:
    assert composite([100.0] * 3, [1 / 3] * 3, "ces", rho) == 100
    assert composite([71.3] * 3, [0.2, 0.3, 0.5], "ces", rho) == 71.3


def test_a_missing_factor_gives_no_score() -> None:
    for formula in ("geometric", "arithmetic", "product", "ces"):
        assert np.isnan(composite([80, np.nan], [0.5, 0.5], formula, 2.0))


def test_leading_axes_are_kept_and_equal_rows_give_equal_scores() -> None:
    rows = np.tile(EXAMPLE, (7, 5, 1))
    for formula in ("geometric", "arithmetic", "product", "ces"):
        scores = composite(rows, EQUAL, formula, -1.5)
        assert scores.shape == (7, 5)
        assert len(np.unique(scores)) == 1


def test_the_product_divides_the_product_by_100_for_any_number_of_factors() -> None:
    assert composite([80, 70], [0.5, 0.5], "product") == 56
    assert composite([80, 70, 60], [1 / 3] * 3, "product") == 3360


def test_the_product_is_known_by_the_name_it_had_before() -> None:
    assert composite([80, 70], [0.5, 0.5], "source") == composite([80, 70], [0.5, 0.5], "product")
    assert Formula("source") == Formula("product")
    assert score({"te": 80, "la": 70}, formula="source").formula.name == "product"


def test_the_arguments_are_left_as_they_were() -> None:
    x, weights = np.array([[85.0, 80], [75, 90]]), np.array([0.5, 0.5])
    for formula in ("geometric", "arithmetic", "product", "ces"):
        composite(x, weights, formula, -1.0)
    assert x.tolist() == [[85, 80], [75, 90]]
    assert weights.tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("weights", "code", "told"),
    [
        ([0.5, 0.4], "scoring.weights_do_not_sum", "sum to 0.9"),
        ([0.5, 0.4], "scoring.weights_do_not_sum", "0.5556, 0.4444"),
        ([0.0, 0.0], "scoring.weights_do_not_sum", "sum to 0;"),
        ([1.5, -0.5], "scoring.weight_out_of_range", "-0.5"),
        ([np.nan, 1.0], "scoring.weight_out_of_range", "nan"),
        ([1.0], "scoring.weights_do_not_fit", "2 factors and 1 weights"),
        ([], "scoring.weights_are_no_list", "one number for each factor"),
        ([[0.5, 0.5]], "scoring.weights_are_no_list", "one number for each factor"),
    ],
)
def test_weights_that_cannot_be_used_are_told(weights: list[float], code: str, told: str) -> None:
    with pytest.raises(ScoringError, match=told) as caught:
        composite([80, 70], weights)
    assert caught.value.code == code


def test_weights_typed_with_six_decimals_are_brought_to_a_sum_of_one() -> None:
    assert composite([80.0] * 3, [0.333333] * 3, "arithmetic") == 80


def test_an_unknown_formula_is_told_with_those_there_are() -> None:
    with pytest.raises(ScoringError, match="geometric, product, arithmetic, ces"):
        composite([80, 70], [0.5, 0.5], "geometrical")


def test_rho_must_be_a_number() -> None:
    with pytest.raises(ScoringError, match="rho is not a number"):
        composite([80, 70], [0.5, 0.5], "ces", float("nan"))

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.scoring.measured import FACTORS, FRAMEWORK, measured

from leadline.errors import ScoringError
from leadline.frameworks import load_framework
from leadline.scoring import composite, score

VALUES = [[85, 80, 75, 90], [70, 72, 68, 75], [60, 78, 66, 71], [82, 79, 77, 88]]
EQUAL = {"te": 0.25, "la": 0.25, "bi": 0.25, "pg": 0.25}


def codes(card: object) -> list[str]:
    return [notice.code.removeprefix("scoring.notice.") for notice in card.notices]  # type: ignore[attr-defined]


def test_the_example_of_the_framework_scores_82_3_and_says_that_its_error_is_not_known() -> None:
    card = score({"te": 85, "la": 80, "bi": 75, "pg": 90})
    assert card.overall[0] == pytest.approx(82.31, abs=0.005)
    assert np.isnan([card.lower[0], card.upper[0], card.se[0], card.p_best[0]]).all()
    assert card.rank.tolist() == [1]
    assert codes(card) == ["without_errors"]


def test_the_framework_decides_formula_weights_and_level() -> None:
    card = score(measured(VALUES))
    assert card.formula == FRAMEWORK.formula
    assert card.level == FRAMEWORK.level
    np.testing.assert_allclose(card.weights, [factor.weight for factor in FRAMEWORK.factors])
    np.testing.assert_allclose(card.overall, composite(VALUES, card.weights))


def test_applied_profiles_change_the_weights() -> None:
    role = FRAMEWORK.profiles[0].id
    changed = FRAMEWORK.with_profiles(role)
    card = score(measured(VALUES), changed)
    np.testing.assert_allclose(card.weights, [factor.weight for factor in changed.factors])
    assert card.framework.applied == (role,)


def test_every_interval_holds_its_score_and_widens_with_its_level() -> None:
    narrow, wide = (score(measured(VALUES), level=level) for level in (0.5, 0.95))
    for card in (narrow, wide):
        assert (card.lower <= card.overall).all()
        assert (card.overall <= card.upper).all()
        assert (card.factor_lower <= card.factor_score).all()
        assert (card.factor_score <= card.factor_upper).all()
        assert (card.rank_lower <= card.rank).all()
        assert (card.rank <= card.rank_upper).all()
    assert (narrow.upper - narrow.lower < wide.upper - wide.lower).all()


def test_the_error_of_the_score_is_that_of_the_factors_carried_through_the_formula() -> None:
    card = score(measured(VALUES, 2.0), weights=EQUAL, n_draws=20_000)
    values = np.array(VALUES)
    slopes = card.overall[:, None] * 0.25 / values
    np.testing.assert_allclose(card.se, 2 * np.sqrt((slopes**2).sum(axis=1)), rtol=0.03)
    np.testing.assert_allclose(card.upper - card.lower, 2 * 1.6449 * card.se, rtol=0.05)


def test_factors_known_exactly_leave_no_doubt() -> None:
    card = score(measured(VALUES, 0.0))
    np.testing.assert_array_equal(card.lower, card.overall)
    np.testing.assert_array_equal(card.upper, card.overall)
    assert set(np.unique(card.p_greater)) == {0, 0.5, 1}


def test_a_missing_factor_widens_the_interval_and_marks_the_score_partial() -> None:
    whole = score(measured(VALUES * 3))
    gap = np.array(VALUES * 3, dtype=float)
    gap[0, 0] = np.nan
    card = score(measured(gap))
    assert card.partial.tolist() == [True] + [False] * 11
    assert np.isnan(card.factor_score[0, 0])
    assert np.isnan(card.factor_lower[0, 0])
    assert card.factor_partial[0].tolist() == [True, False, False, False]
    assert card.upper[0] - card.lower[0] > 1.5 * (whole.upper[0] - whole.lower[0])
    assert card.lower[0] <= card.overall[0] <= card.upper[0]
    filled = [np.nanmean(gap[:, 0]), 80, 75, 90]
    assert card.overall[0] == pytest.approx(composite(filled, card.weights), abs=0.1)
    assert codes(card) == ["partial"]


def test_a_kind_of_evidence_that_others_have_marks_the_score_partial() -> None:
    partial = np.zeros((4, 4), bool)
    partial[2, 1] = True
    card = score(measured(VALUES, partial=partial))
    assert card.partial.tolist() == [False, False, True, False]
    assert np.isfinite(card.factor_score).all()


def test_a_factor_that_nobody_has_is_left_out_with_a_notice_and_all_scores_are_partial() -> None:
    without = np.array(VALUES, dtype=float)
    without[:, 3] = np.nan
    for source in (measured(without), measured(without[:, :3], factors=FACTORS[:3])):
        card = score(source, FRAMEWORK, weights={"te": 0.4, "la": 0.2, "bi": 0.2, "pg": 0.2})
        np.testing.assert_allclose(card.weights, [0.5, 0.25, 0.25, 0])
        np.testing.assert_allclose(card.overall, composite(without[:, :3], [0.5, 0.25, 0.25]))
        assert card.partial.all()
        assert codes(card) == ["left_out"]
        assert card.notices[0].fields == {"factors": "performance_goals"}
        assert "performance_goals" not in {driver.factor for driver in card.drivers}


def test_a_factor_of_weight_0_may_be_missing_and_keeps_its_own_interval() -> None:
    values = np.array(VALUES, dtype=float)
    values[0, 3] = np.nan
    card = score(measured(values), weights={"te": 0.5, "la": 0.3, "bi": 0.2, "pg": 0})
    assert not card.partial.any()
    assert np.isfinite(card.factor_lower[1:, 3]).all()
    assert card.factor_lower[1, 3] == pytest.approx(75 - 1.6449 * 3, abs=0.01)


def test_a_person_without_any_evidence_has_neither_score_nor_rank() -> None:
    values = np.array(VALUES, dtype=float)
    values[1] = np.nan
    card = score(measured(values))
    assert np.isnan([card.overall[1], card.rank[1], card.lower[1], card.p_best[1]]).all()
    assert card.band[1] is None
    assert card.partial[1]
    assert np.nansum(card.p_best) == pytest.approx(1)
    assert card.order == (0, 3, 2) or set(card.order) == {0, 2, 3}
    assert codes(card) == ["partial", "without_evidence"]
    assert "p1" not in {driver.ratee for driver in card.drivers}


def test_the_product_is_unbounded_has_intervals_and_no_band() -> None:
    card = score(measured(VALUES), formula="product")
    assert card.overall[0] == 459_000
    assert card.lower[0] < 459_000 < card.upper[0]
    assert card.band == (None,) * 4
    assert codes(card)[0] == "source"


def test_the_product_uses_no_weights() -> None:
    with pytest.raises(ScoringError, match="it has no weights"):
        score(measured(VALUES), formula="product", weights=EQUAL)
    uneven = FRAMEWORK.with_profiles(FRAMEWORK.profiles[0].id)
    assert codes(score(measured(VALUES), uneven, formula="product")) == ["source", "source_ignores_weights"]


def test_ces_takes_rho_from_the_call() -> None:
    weakest = score(measured(VALUES), formula="ces", rho=-np.inf)
    np.testing.assert_array_equal(weakest.overall, np.min(VALUES, axis=1))
    with pytest.raises(ScoringError, match="rho has no meaning for the formula 'geometric'"):
        score(measured(VALUES), rho=0.5)


def test_bands_start_where_the_framework_says() -> None:
    bands = FRAMEWORK.bands
    values = [[band.start] * 4 for band in bands]
    assert score(measured(values, 1.0)).band == tuple(band.id for band in bands)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_draws() -> None:
    one, same, other = (score(measured(VALUES), seed=seed) for seed in (7, 7, 8))
    assert one.to_json() == same.to_json()
    assert one.lower.tolist() != other.lower.tolist()
    assert one.overall.tolist() == other.overall.tolist()
    assert one.input_hash == same.input_hash != other.input_hash


@pytest.mark.parametrize(
    ("people", "asked", "k"), [(1, None, 1), (2, None, 1), (4, None, 3), (40, None, 4), (5, 2, 2), (3, 10, 3)]
)
def test_the_k_of_the_top_is_a_tenth_and_at_least_three(people: int, asked: int | None, k: int) -> None:
    values = np.random.default_rng(0).uniform(50, 90, (people, 4))
    card = score(measured(values), top_k=asked)
    assert card.k == k
    assert card.p_top.sum() == pytest.approx(k)


def test_competencies_come_with_normal_intervals_within_0_to_100() -> None:
    card = score(measured(VALUES, competencies={"code_quality": [60.0, 98.0, np.nan, 2.0]}))
    assert card.competencies == ("code_quality",)
    np.testing.assert_allclose(card.competency_upper[:, 0], [68.2, 100, np.nan, 10.2], atol=0.05)
    np.testing.assert_allclose(card.competency_lower[:, 0], [51.8, 89.8, np.nan, 0], atol=0.05)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"weights": {"te": 0.4, "la": 0.3, "bi": 0.2, "pg": 0.2}}, "sum to 1.1; they must sum to 1"),
        ({"weights": {"leadership": 0.5, "te": 0.5}}, "Did you mean 'leadership_ability'"),
        ({"weights": {"zz": 1.0}}, "There is no factor 'zz'"),
        ({"weights": {"te": 0.5, "la": 0.5}}, "business_insight, performance_goals"),
        ({"weights": {**EQUAL, "technical_expertise": 0.25}}, "has two weights"),
        ({"weights": [0.5, 0.5]}, "4 factors and 2 weights"),
        ({"weights": ["a", "b"]}, "not a list of numbers"),
        ({"formula": "harmonic"}, "Choose one of"),
        ({"level": 1.0}, "1 is not a level"),
        ({"n_draws": 10}, "n_draws is 10; the least is 100"),
        ({"top_k": 0}, "top_k is 0; the least is 1"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_options_that_cannot_be_used_are_told(options: dict[str, object], told: str) -> None:
    with pytest.raises(ScoringError, match=told):
        score(measured(VALUES), **options)  # type: ignore[arg-type]


def test_measures_of_another_framework_are_refused() -> None:
    other = load_framework("opinion-leader")
    with pytest.raises(ScoringError, match="not in the framework 'opinion-leader': leadership_ability"):
        score(measured(VALUES), other)


def test_with_no_evidence_at_all_there_is_nothing_to_score() -> None:
    with pytest.raises(ScoringError, match="none of the 2 people"):
        score(measured(np.full((2, 4), np.nan)))

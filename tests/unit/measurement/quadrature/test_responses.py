"""Item response models: what people and items get, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.measurement.quadrature.answers import Floats, made

from leadline.errors import LeadlineError, MeasurementError, ShapeError, UsageError
from leadline.measurement.quadrature import ResponseFit, fit_responses
from leadline.measurement.quadrature.models import MODELS

POLYTOMOUS = [name for name, model in MODELS.items() if not model.dichotomous]
GRID = np.linspace(-9, 9, 4001)


def enough(model: str, n_categories: int) -> Floats:
    """Answers of so many people that every model has a firm maximum."""
    return made(1000, 6, 2 if MODELS[model].dichotomous else n_categories)


def codes(fit: ResponseFit) -> list[str]:
    return [notice.code.rsplit(".", 1)[1] for notice in fit.warnings]


def posterior(fit: ResponseFit, answers: Floats) -> tuple[Floats, Floats]:
    """Posterior means and standard deviations on a dense grid."""
    theta = GRID * fit.variance.sd
    chance = fit.curves.probabilities(theta)
    means, sds = [], []
    for row in answers:
        there = np.flatnonzero(~np.isnan(row))
        each = chance[:, there, row[there].astype(int) - fit.curves.lowest]
        weight = np.exp(np.log(each).sum(axis=1) - 0.5 * GRID**2)
        weight /= weight.sum()
        mean = weight @ theta
        means.append(mean)
        sds.append(np.sqrt(weight @ (theta - mean) ** 2))
    return np.array(means), np.array(sds)


@pytest.mark.parametrize("model", list(MODELS))
def test_people_get_the_mean_and_spread_of_their_posterior(model: str) -> None:
    answers = made(300, 6, 2 if MODELS[model].dichotomous else 4, missing=0.1)
    fit = fit_responses(answers, model=model)
    mean, sd = posterior(fit, answers)
    assert fit.converged
    assert fit.units.theta == pytest.approx(mean, abs=1e-5)
    assert fit.units.posterior_sd == pytest.approx(sd, abs=1e-5)
    assert (fit.units.theta_se > fit.units.posterior_sd).all()
    assert (fit.units.n == (~np.isnan(answers)).sum(axis=1)).all()


@pytest.mark.parametrize("model", list(MODELS))
def test_known_people_and_items_are_recovered(model: str) -> None:
    n_categories = 2 if MODELS[model].dichotomous else 4
    answers = made(3000, 12, n_categories, seed=3)
    fit = fit_responses(answers, model=model, guess=0.02)
    truth = np.random.default_rng(3).standard_normal(3000)
    ideal = 1.0 - np.mean(fit.units.posterior_sd**2) / fit.variance.variance
    assert np.corrcoef(fit.units.theta, truth)[0, 1] == pytest.approx(np.sqrt(ideal), abs=0.02)
    assert fit.items.difficulty_se.max() < 0.2


@pytest.mark.parametrize("model", list(MODELS))
def test_a_weight_is_so_many_people(model: str) -> None:
    answers = enough(model, 3)
    weights = np.arange(1000) % 3 + 1
    weighted = fit_responses(answers, model=model, unit_weights=weights)
    repeated = fit_responses(np.repeat(answers, weights, axis=0), model=model)
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, abs=1e-8)
    assert weighted.items.difficulty == pytest.approx(repeated.items.difficulty, abs=1e-6)
    assert weighted.items.difficulty_se == pytest.approx(repeated.items.difficulty_se, abs=1e-6)
    assert weighted.thresholds.count == pytest.approx(repeated.thresholds.count)


def test_weights_need_not_be_whole() -> None:
    answers = made(60, 5)
    single = fit_responses(answers, model="2pl")
    halves = fit_responses(np.repeat(answers, 2, axis=0), model="2pl", unit_weights=np.full(120, 0.5))
    assert halves.items.slope == pytest.approx(single.items.slope, abs=1e-6)


@pytest.mark.parametrize("model", list(MODELS))
def test_prescribed_nodes_are_kept(model: str) -> None:
    answers = enough(model, 3)
    fit = fit_responses(answers, model=model, n_nodes=11)
    free = fit_responses(answers, model=model)
    assert fit.n_nodes == 11
    assert np.isnan(fit.node_error)
    assert free.node_error < 1e-5
    assert fit.log_likelihood == pytest.approx(free.log_likelihood, abs=0.1)


@pytest.mark.parametrize("model", ["1pl", "2pl", "3pl"])
def test_items_that_everybody_gets_right_or_wrong_are_set_aside_and_placed_outside(model: str) -> None:
    answers = made(300, 6)
    extended = np.concatenate([answers, np.ones((300, 1)), np.zeros((300, 1))], axis=1)
    names = [*"abcdef", "all", "none"]
    fit = fit_responses(extended, model=model, items=names)
    plain = fit_responses(answers, model=model, items=names[:6])
    assert codes(fit) == ["extreme_items"]
    assert "all, none" in fit.warnings[0].describe()
    assert "all, none" in fit.warnings[0].describe("zh")
    assert fit.items.extreme.tolist() == [False] * 6 + [True] * 2
    assert fit.items.difficulty[:6] == pytest.approx(plain.items.difficulty, abs=1e-9)
    assert fit.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-9)
    assert fit.items.difficulty[6] < plain.items.difficulty.min()
    assert fit.items.difficulty[7] > plain.items.difficulty.max()
    assert np.isfinite(fit.items.difficulty_se).all()
    # The score moved by 0.3 points, averaged over what is known of the people.
    x, weight = np.polynomial.hermite_e.hermegauss(15)
    theta = (fit.units.theta[:, None] + fit.units.posterior_sd[:, None] * x).ravel()
    expected = fit.curves.expected(theta).reshape(300, 15, -1) * weight[:, None] / weight.sum()
    assert expected.sum(axis=(0, 1))[6:] == pytest.approx([299.7, 0.3], abs=1e-3)


def test_extreme_items_on_a_shared_scale_have_a_difficulty_and_on_their_own_none() -> None:
    answers = np.concatenate([made(150, 5, 4), np.full((150, 1), 3.0)], axis=1)
    shared = fit_responses(answers, model="rating-scale")
    own = fit_responses(answers, model="partial-credit")
    assert shared.items.extreme[-1]
    assert shared.items.difficulty[-1] < shared.items.difficulty[:-1].min()
    assert np.isnan(own.items.difficulty[-1])
    assert np.isnan(own.curves.expected(np.zeros(1))[0, -1])


def test_setting_an_item_aside_can_leave_another_at_the_end_of_the_scale() -> None:
    answers = made(150, 5, 3)
    top = np.full((150, 1), 4.0)
    next_to_top = np.full((150, 1), 2.0)
    fit = fit_responses(np.concatenate([answers, top, next_to_top], axis=1), model="rating-scale")
    plain = fit_responses(answers, model="rating-scale")
    assert fit.items.extreme.tolist() == [False] * 5 + [True, True]
    assert fit.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-9)
    assert np.isnan(fit.thresholds.threshold).tolist() == [True, False, False, True, True]


@pytest.mark.parametrize("model", POLYTOMOUS)
def test_a_category_that_nobody_uses_has_no_threshold_and_no_probability(model: str) -> None:
    answers = made(300, 6, 4)
    answers[answers >= 2] += 1
    fit = fit_responses(answers, model=model)
    threshold = fit.thresholds.threshold.reshape(-1, 5)
    assert fit.converged
    assert np.isnan(threshold[:, [0, 2]]).all()
    assert np.isfinite(threshold[:, [1, 3, 4]]).all()
    chance = fit.curves.probabilities(np.array([-1.0, 0.0, 1.0]))
    assert (chance[:, :, 2] == 0).all()
    assert chance.sum(axis=2) == pytest.approx(np.ones((3, 6)))


def test_closing_a_gap_changes_nothing_in_the_graded_model() -> None:
    answers = made(300, 6, 4)
    gap = np.where(answers >= 2, answers + 1, answers)
    plain, spread = fit_responses(answers, model="graded"), fit_responses(gap, model="graded")
    assert spread.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-9)
    assert spread.items.difficulty == pytest.approx(plain.items.difficulty, abs=1e-9)


def test_items_may_have_different_numbers_of_categories() -> None:
    answers = made(300, 6, 4)
    answers[:, 0] = answers[:, 0] >= 2
    answers[:, 1] = np.clip(answers[:, 1], 1, 3)
    for model in ("partial-credit", "generalized-partial-credit", "graded"):
        fit = fit_responses(answers, model=model)
        threshold = fit.thresholds.threshold.reshape(6, 4)
        assert np.isnan(threshold[0]).tolist() == [True, False, True, True]
        assert np.isnan(threshold[1]).tolist() == [True, True, False, False]
        assert fit.converged


@pytest.mark.parametrize("model", POLYTOMOUS)
def test_the_number_of_the_lowest_category_is_a_matter_of_naming(model: str) -> None:
    answers = made(150, 5, 3)
    low, high = fit_responses(answers, model=model), fit_responses(answers + 7, model=model)
    assert high.items.difficulty == pytest.approx(low.items.difficulty, abs=1e-12)
    assert high.curves.expected(np.zeros(1)) == pytest.approx(low.curves.expected(np.zeros(1)) + 7)
    assert high.thresholds.category.tolist() == [k + 7 for k in low.thresholds.category]


@pytest.mark.parametrize("model", POLYTOMOUS)
def test_thresholds_are_relative_to_the_difficulty(model: str) -> None:
    fit = fit_responses(made(300, 6, 4), model=model)
    threshold = fit.thresholds.threshold.reshape(-1, 4)[:, 1:]
    assert threshold.sum(axis=1) == pytest.approx(np.zeros(len(threshold)), abs=1e-9)
    assert set(fit.thresholds.item) == ({"*"} if model == "rating-scale" else set(fit.items.items))
    assert np.isfinite(fit.thresholds.se.reshape(-1, 4)[:, 1:]).all()


def test_people_without_answers_get_the_population() -> None:
    answers = made(150, 5)
    answers[3] = np.nan
    fit = fit_responses(answers, model="1pl")
    assert codes(fit) == ["unanswered_units"]
    assert fit.units.theta[3] == 0
    assert fit.units.theta_se[3] == fit.units.posterior_sd[3] == fit.variance.sd


def test_items_that_nobody_answered_have_no_measure() -> None:
    answers = made(300, 5)
    answers[:, 2] = np.nan
    fit = fit_responses(answers, model="2pl")
    assert codes(fit) == ["unanswered_items"]
    assert np.isnan(fit.items.difficulty[2])
    assert not fit.items.extreme[2]
    assert fit.converged


def test_a_reversed_item_is_named() -> None:
    answers = made(400, 6)
    answers[:, 1] = 1 - answers[:, 1]
    fit = fit_responses(answers, model="2pl", items=list("abcdef"))
    assert fit.items.slope[1] < 0
    assert codes(fit) == ["reversed_items"]
    assert "item b" in fit.warnings[0].describe()


def test_slopes_point_the_way_of_most_items() -> None:
    fit = fit_responses(1 - made(400, 6), model="2pl")
    assert (fit.items.slope > 0).all()


def test_an_item_that_sorts_people_perfectly_is_named() -> None:
    theta = np.random.default_rng(0).standard_normal((60, 1))
    answers = (theta > np.linspace(-1.5, 1.5, 6)).astype(np.float64)
    fit = fit_responses(answers, model="2pl")
    assert not fit.converged
    assert "steep_items" in codes(fit)


def test_a_spread_without_bound_is_named() -> None:
    answers = np.tril(np.ones((9, 8)))[:, :8]
    fit = fit_responses(answers, model="1pl")
    assert "endless_spread" in codes(fit)


def test_answers_at_random_show_no_spread() -> None:
    answers = np.array([[0, 1], [1, 0], [0, 1], [1, 0], [0, 0], [1, 1]], dtype=np.float64)
    fit = fit_responses(np.repeat(answers, 9, axis=0), model="1pl")
    assert codes(fit)[-1] == "no_spread"
    assert fit.variance.variance == pytest.approx(0.0, abs=1e-6)
    assert fit.units.theta == pytest.approx(np.zeros(54), abs=1e-3)


def test_a_stopped_search_says_so() -> None:
    fit = fit_responses(made(200, 6), model="2pl", n_nodes=15, most_iterations=1)
    assert not fit.converged
    assert codes(fit) == ["not_converged"]


def test_the_asymptote_keeps_to_its_prior_where_answers_say_little() -> None:
    fit = fit_responses(made(400, 6), model="3pl", guess=[0.1, 0.2, 0.25, 0.3, 0.5, 0.2])
    assert fit.items.guess == pytest.approx([0.1, 0.2, 0.25, 0.3, 0.5, 0.2], abs=0.15)
    assert (fit.items.guess_se > 0).all()
    assert np.isnan(fit_responses(made(400, 6), model="2pl").items.guess).all()


def test_the_summary_is_plain() -> None:
    summary = fit_responses(made(100, 5), model="1pl").to_json()
    assert summary["method"] == "marginal"
    assert summary["log_likelihood_kind"] == "marginal"
    assert summary["n_parameters"] == 6
    prescribed = fit_responses(made(100, 5), model="1pl", n_nodes=9).to_json()
    assert prescribed["node_error"] is None


GOOD = made(50, 5)
REFUSED = {
    "no such model": (GOOD, {"model": "4pl"}, UsageError, "4pl"),
    "no table": (GOOD[0], {"model": "1pl"}, ShapeError, r"\(5,\)"),
    "no answer": (GOOD * np.nan, {"model": "1pl"}, MeasurementError, "no answer"),
    "half a point": (GOOD * 0.5, {"model": "graded"}, MeasurementError, "0.5"),
    "infinite": (np.where(GOOD == 1, np.inf, 0.0), {"model": "graded"}, MeasurementError, "inf"),
    "one answer": (GOOD * 0 + 4, {"model": "graded"}, MeasurementError, "Every answer is 4"),
    "percentages": (GOOD * 100, {"model": "graded"}, MeasurementError, "101 categories"),
    "three categories": (made(50, 5, 3), {"model": "2pl"}, MeasurementError, "from 0 to 2"),
    "two items": (GOOD[:, :2], {"model": "2pl"}, MeasurementError, "2 items"),
    "one item": (GOOD[:, :1], {"model": "1pl"}, MeasurementError, "1 items"),
    "names too few": (GOOD, {"model": "1pl", "items": ["a"]}, ShapeError, "items: 1 given, 5 expected"),
    "weights too few": (GOOD, {"model": "1pl", "unit_weights": [1.0]}, ShapeError, "unit_weights: 1 given"),
    "weight of nobody": (GOOD, {"model": "1pl", "unit_weights": [0.0] * 50}, MeasurementError, "number 1"),
    "weight missing": (GOOD, {"model": "1pl", "unit_weights": [np.nan] * 50}, MeasurementError, "nan"),
    "no chance": (GOOD, {"model": "3pl", "guess": 1.0}, MeasurementError, "1.0 is no chance"),
}


@pytest.mark.parametrize(("answers", "options", "error", "text"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_fitted_is_refused_with_the_reason(
    answers: Floats, options: dict[str, object], error: type[LeadlineError], text: str
) -> None:
    with pytest.raises(error, match=text) as caught:
        fit_responses(answers, **options)  # type: ignore[arg-type]  # options are wrong on purpose
    assert caught.value.describe("zh") != caught.value.describe("en")

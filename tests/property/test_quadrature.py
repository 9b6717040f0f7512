"""Laws of marginal models that hold for any data."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.measurement.quadrature.answers import made

from leadline.measurement.quadrature import fit_grouped, fit_responses
from leadline.measurement.quadrature.models import MODELS

MODEL = st.sampled_from(sorted(MODELS))
SEED = st.integers(0, 10_000)


@settings(max_examples=20, deadline=None)
@given(model=MODEL, seed=SEED, missing=st.sampled_from([0.0, 0.2]))
def test_the_order_of_people_and_items_changes_nothing(model: str, seed: int, missing: float) -> None:
    answers = made(120, 5, 2 if MODELS[model].dichotomous else 3, missing=missing, seed=seed)
    people, items = (np.random.default_rng(seed).permutation(n) for n in answers.shape)
    plain = fit_responses(answers, model=model, most_iterations=40)
    mixed = fit_responses(answers[people], model=model, most_iterations=40)
    assert (mixed.units.theta == plain.units.theta[people]).all()
    assert (mixed.items.difficulty == plain.items.difficulty).all()
    assert mixed.log_likelihood == plain.log_likelihood
    turned = fit_responses(answers[:, items], model=model, most_iterations=40)
    if plain.converged and turned.converged:
        assert np.allclose(turned.log_likelihood, plain.log_likelihood, atol=1e-6)
        assert np.allclose(turned.units.theta, plain.units.theta, atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(model=MODEL, seed=SEED, missing=st.sampled_from([0.0, 0.3, 0.7]))
def test_every_fit_has_a_defined_answer_or_says_why_not(model: str, seed: int, missing: float) -> None:
    answers = made(30, 5, 2 if MODELS[model].dichotomous else 4, missing=missing, seed=seed)
    fit = fit_responses(answers, model=model, most_iterations=40)
    assert np.isfinite(fit.log_likelihood)
    assert np.isfinite(fit.units.theta).all()
    assert (fit.units.posterior_sd > 0).all()
    assert fit.converged or fit.warnings
    assert np.isfinite(fit.items.difficulty_se[~fit.items.extreme & (fit.items.n > 0)]).all() or fit.warnings


@settings(max_examples=15, deadline=None)
@given(seed=SEED)
def test_a_nested_model_never_fits_better(seed: int) -> None:
    answers = made(200, 5, 3, seed=seed)
    rating, partial, general = (
        fit_responses(answers, model=model)
        for model in ("rating-scale", "partial-credit", "generalized-partial-credit")
    )
    assert rating.log_likelihood <= partial.log_likelihood + 1e-4
    assert partial.log_likelihood <= general.log_likelihood + 1e-4 or not general.converged


@settings(max_examples=15, deadline=None)
@given(model=MODEL, seed=SEED)
def test_turning_every_answer_round_turns_the_scale_round(model: str, seed: int) -> None:
    if model == "3pl":
        model = "2pl"
    answers = made(200, 5, 2 if MODELS[model].dichotomous else 3, seed=seed)
    plain = fit_responses(answers, model=model)
    turned = fit_responses(answers.max() - answers, model=model)
    assert np.isclose(plain.log_likelihood, turned.log_likelihood, atol=1e-4)
    if plain.converged and turned.converged:
        assert np.allclose(plain.units.theta, -turned.units.theta, atol=1e-3)


@settings(max_examples=15, deadline=None)
@given(model=st.sampled_from(["graded", "rating-scale"]), seed=SEED)
def test_names_and_order_of_ratings_change_nothing_in_grouped_models(model: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    judge, task = rng.integers(0, 8, 160), rng.integers(0, 3, 160)
    rating = np.clip(
        np.round(2.5 + rng.standard_normal(8)[judge] + rng.standard_normal(160) - 0.3 * task), 1, 4
    )
    plain = fit_grouped(
        rating, [f"j{n}" for n in judge], facets={"task": [f"t{n}" for n in task]}, model=model
    )
    order = rng.permutation(160)
    mixed = fit_grouped(
        rating[order],
        [f"judge {n}" for n in judge[order]],
        facets={"task": [f"task {n}" for n in task[order]]},
        model=model,
    )
    assert np.allclose(mixed.facets["task"].measure, plain.facets["task"].measure, atol=1e-9)
    assert np.allclose(mixed.units.theta, plain.units.theta, atol=1e-9)
    assert np.isclose(mixed.log_likelihood, plain.log_likelihood, atol=1e-9)

"""Mixed models with one grouping facet: designs, identification, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.errors import LeadlineError, MeasurementError, ShapeError, UsageError
from leadline.measurement.quadrature import GroupedFit, fit_grouped

N = 240


def data(seed: int = 6) -> dict[str, object]:
    """Ratings 1 to 4 by 12 judges of 3 tasks on 2 sites; the second site and the last task are harder."""
    rng = np.random.default_rng(seed)
    judge, task, site = rng.integers(0, 12, N), rng.integers(0, 3, N), rng.integers(0, 2, N)
    eta = rng.standard_normal(12)[judge] - np.array([-0.5, 0.0, 0.5])[task] - 0.8 * site
    ratings = 1.0 + (eta[:, None] + rng.logistic(size=(N, 1)) > [-1.0, 0.0, 1.0]).sum(axis=1)
    return {
        "ratings": ratings,
        "units": [f"judge {at:02}" for at in judge],
        "facets": {"task": [f"task {at}" for at in task], "site": [f"site {at}" for at in site]},
    }


def fit(**changed: object) -> GroupedFit:
    return fit_grouped(**{**data(), **changed})  # type: ignore[arg-type]  # a test may pass nonsense


@pytest.mark.parametrize("model", ["graded", "rating-scale"])
def test_effects_are_subtracted_and_centred(model: str) -> None:
    found = fit(model=model)
    assert found.converged
    assert found.warnings == ()
    assert found.facets["site"].measure[1] > found.facets["site"].measure[0]
    assert found.facets["task"].measure[2] > found.facets["task"].measure[0]
    assert found.facets["task"].measure.sum() == pytest.approx(0.0, abs=1e-12)
    assert (found.facets["task"].n.sum(), len(found.units.units)) == (N, 12)
    assert (found.units.theta_se > found.units.posterior_sd).all()
    assert found.variance.component == "rater"


@pytest.mark.parametrize("model", ["graded", "rating-scale"])
def test_two_categories_make_both_models_one(model: str) -> None:
    high = (np.asarray(data()["ratings"]) > 2).astype(int)
    found, other = fit(model=model, ratings=high), fit(model="graded", ratings=high)
    assert found.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-8)
    assert found.facets["task"].measure == pytest.approx(other.facets["task"].measure, abs=1e-6)


@pytest.mark.parametrize("model", ["graded", "rating-scale"])
def test_identification_moves_thresholds_and_nothing_else(model: str) -> None:
    centred, reference = fit(model=model), fit(model=model, identification="reference")
    assert centred.log_likelihood == pytest.approx(reference.log_likelihood, abs=1e-9)
    pair = ("task 0", "task 2")
    assert centred.facets["task"].contrast(*pair) == pytest.approx(
        reference.facets["task"].contrast(*pair), abs=1e-6
    )
    assert reference.facets["task"].measure[0] == reference.facets["task"].se[0] == 0.0
    assert centred.units.theta == pytest.approx(reference.units.theta, abs=1e-6)


def test_a_weight_is_so_many_ratings() -> None:
    weights = np.arange(N) % 3 + 1
    weighted = fit(weights=weights)
    again = data()
    repeated = fit_grouped(
        np.repeat(again["ratings"], weights),
        np.repeat(again["units"], weights).tolist(),
        facets={name: np.repeat(values, weights).tolist() for name, values in again["facets"].items()},
    )
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, abs=1e-8)
    assert weighted.facets["site"].measure == pytest.approx(repeated.facets["site"].measure, abs=1e-7)


def test_missing_ratings_are_left_out() -> None:
    made = data()
    ratings = np.asarray(made["ratings"]).copy()
    ratings[::7] = np.nan
    there = np.flatnonzero(~np.isnan(ratings))
    found = fit(ratings=ratings)
    fewer = fit_grouped(
        ratings[there],
        [made["units"][at] for at in there],
        facets={name: [values[at] for at in there] for name, values in made["facets"].items()},
    )
    assert found.log_likelihood == fewer.log_likelihood
    assert found.units.n.sum() == len(there)


def test_a_category_that_nobody_uses_has_no_threshold() -> None:
    ratings = np.asarray(data()["ratings"])
    ratings = np.where(ratings >= 3, ratings + 1, ratings)
    for model in ("graded", "rating-scale"):
        found = fit(ratings=ratings, model=model)
        assert np.isnan(found.thresholds.threshold).tolist() == [True, False, True, False, False]
        assert found.thresholds.count[2] == 0
        assert found.converged


def test_facets_may_be_left_out() -> None:
    found = fit(facets=None)
    assert found.facets == {}
    assert found.converged


def test_one_group_per_rating_is_no_obstacle() -> None:
    made = data()
    found = fit_grouped(
        made["ratings"], [str(at) for at in range(N)], facets={"site": made["facets"]["site"]}
    )
    assert np.isfinite(found.log_likelihood)


TASKS = data()["facets"]["task"]
LOW = ["low" if rating == 1 else "rest" for rating in data()["ratings"]]
REFUSED = {
    "no such model": ({"model": "2pl"}, UsageError, "2pl"),
    "no such identification": ({"identification": "sum"}, UsageError, "sum"),
    "units too few": ({"units": ["a"]}, ShapeError, "units: 1 given, 240 expected"),
    "facet too short": ({"facets": {"task": ["a"]}}, ShapeError, "task: 1 given"),
    "one unit": ({"units": ["a"] * N, "grouping": "judge"}, MeasurementError, "'judge'"),
    "confounded": ({"facets": {"task": TASKS, "copy": TASKS}}, MeasurementError, "task, copy"),
    "only lowest": ({"facets": {"tone": LOW}}, MeasurementError, r"'tone'.*\(1: low\)"),
    "one rating": ({"ratings": [3] * N}, MeasurementError, "Every answer is 3"),
    "weight": ({"weights": [-1.0] * N}, MeasurementError, "weights: number 1 is -1.0"),
}


@pytest.mark.parametrize(("changed", "error", "text"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_fitted_is_refused_with_the_reason(
    changed: dict[str, object], error: type[LeadlineError], text: str
) -> None:
    with pytest.raises(error, match=text) as caught:
        fit(**changed)
    assert caught.value.describe("zh") != caught.value.describe("en")

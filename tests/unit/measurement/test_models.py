"""Models by name: which way of fitting they take, what they report, what does not exist."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.unit.measurement.made import Row, grid, table

from leadline.errors import MeasurementError, UsageError
from leadline.evidence.frames import Frame, frame
from leadline.measurement import FacetFit, fit
from leadline.measurement.kernels.curves import Curves, probabilities
from leadline.measurement.values.models import EXAM, MODELS

ALONE = grid(60, 1, 6, seed=3)


def exam(n_people: int = 300, n_items: int = 8) -> Frame:
    """Right and wrong answers, by a model with slopes."""
    draw = np.random.default_rng(5)
    theta, difficulty = draw.normal(0, 1, n_people), np.linspace(-1.5, 1.5, n_items)
    slope = np.exp(draw.normal(0, 0.4, n_items))
    right = draw.random((n_people, n_items)) < 1 / (1 + np.exp(-slope * (theta[:, None] - difficulty)))
    return frame(
        {
            "ratee": np.repeat([f"p{n:03d}" for n in range(n_people)], n_items),
            "item": np.tile([f"i{n}" for n in range(n_items)], n_people),
            "rating": right.astype(int).ravel(),
        }
    )


def with_facet(rows: list[Row]) -> Frame:
    data = table(rows)
    return frame(
        {name: data.get_column(name) for name in data.columns}
        | {"day": [("mon", "tue")[(n + n // 6) % 2] for n in range(len(rows))]}
    )


@pytest.mark.parametrize("model", EXAM)
def test_exam_models_put_the_population_at_zero_and_report_their_items(model: str) -> None:
    found = fit(exam(), model=model, rater=None)
    assert found.converged
    assert (found.model, found.noncentered, found.approximation) == (model, "item", "adaptive quadrature")
    assert abs(found.facets["ratee"].measure.mean()) < 0.02
    assert np.corrcoef(found.facets["item"].measure, np.linspace(-1.5, 1.5, 8))[0, 1] > 0.95
    assert np.isfinite(found.facets["item"].se).all()
    assert (found.items is None) == (model == "1pl")
    if found.items is not None:
        assert (found.items.slope > 0).all()
        assert np.isfinite(found.items.guess).all() == (model == "3pl")


@pytest.mark.parametrize("model", [name for name in MODELS if name not in EXAM])
def test_rating_models_without_raters_are_exact_and_their_means_add_up(model: str) -> None:
    found = fit(table(ALONE), model=model, rater=None)
    ratee = found.facets["ratee"]
    assert found.approximation == "adaptive quadrature"
    assert found.log_likelihood_kind == "marginal"
    assert np.corrcoef(ratee.measure, ratee.raw_mean)[0, 1] > 0.95
    # Expected ratings at the estimates have the observed mean, up to what shrinkage takes from each side.
    assert found.facets["item"].fair_mean.mean() == pytest.approx(ratee.raw_mean.mean(), abs=0.25)
    assert 0.5 < np.nanmean(ratee.infit_mnsq) < 1.1


def test_a_single_rater_is_no_facet_but_one_element() -> None:
    found, alone = fit(table(ALONE)), fit(table(ALONE), rater=None)
    assert found.approximation == "adaptive quadrature"
    assert found.facets["ratee"].measure == pytest.approx(alone.facets["ratee"].measure, abs=1e-9)
    assert found.facets["rater"].measure.tolist() == [0.0]


def test_items_as_facets_of_a_mixed_model_give_the_answer_of_the_response_model() -> None:
    plain = fit(table(ALONE), rater=None)
    data = table(ALONE)
    weighted = frame({n: data.get_column(n) for n in data.columns} | {"weight": [1.0 + 1e-12] * len(ALONE)})
    mixed = fit(weighted, rater=None)
    assert mixed.facets["ratee"].measure == pytest.approx(plain.facets["ratee"].measure, abs=1e-4)
    assert mixed.facets["ratee"].se == pytest.approx(plain.facets["ratee"].se, rel=1e-3)
    assert mixed.facets["item"].measure == pytest.approx(plain.facets["item"].measure, abs=1e-4)
    assert mixed.thresholds.threshold[1:] == pytest.approx(plain.thresholds.threshold[1:], abs=1e-4)
    assert mixed.thresholds.se[1:] == pytest.approx(plain.thresholds.se[1:], rel=0.02)
    assert mixed.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-4)


@pytest.mark.parametrize(
    ("rater", "options", "kind"),
    [
        ("rater", {}, "Gaussian variational"),
        ("rater", {"method": "joint"}, "none"),
        (None, {"facets": ["day"]}, "adaptive quadrature"),
        (None, {"anchors": {"item": {"i0": 0.5}}}, "Gaussian variational"),
        (None, {"facets": ["day"], "model": "partial-credit"}, "Gaussian variational"),
    ],
)
def test_the_way_is_chosen_by_the_design_and_logged(
    caplog: pytest.LogCaptureFixture, rater: str | None, options: dict[str, Any], kind: str
) -> None:
    data = with_facet(grid() if rater else ALONE)
    with caplog.at_level(logging.INFO, "leadline.measurement"):
        found = fit(data, rater=rater, **options)
    assert found.approximation == kind
    assert found.to_json()["approximation"] == kind
    assert found.model in caplog.text
    assert "p0" not in caplog.text


def test_tables_too_large_to_lay_out_take_the_other_way_where_it_is_the_same_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("leadline.measurement.fits.estimator._LARGEST_TABLE", 10)
    monkeypatch.setattr("leadline.measurement.fits.estimator._MOST_RATINGS", 10)
    large, small = fit(table(ALONE), model="partial-credit", rater=None), fit(exam(), model="2pl", rater=None)
    assert large.approximation == "Gaussian variational"
    assert small.approximation == "adaptive quadrature"
    mixed = fit(with_facet(ALONE), model="graded", rater=None, facets=["day"])
    assert mixed.approximation == "Gaussian variational"
    monkeypatch.undo()
    exact = fit(with_facet(ALONE), model="graded", rater=None, facets=["day"])
    assert exact.approximation == "adaptive quadrature"
    for facet in ("item", "day"):
        assert mixed.facets[facet].measure == pytest.approx(exact.facets[facet].measure, abs=0.03)
    assert mixed.thresholds.threshold[1:] == pytest.approx(exact.thresholds.threshold[1:], abs=0.1)
    assert mixed.facets["ratee"].measure == pytest.approx(exact.facets["ratee"].measure, abs=0.25)


REFUSED: list[tuple[Frame, dict[str, Any], str]] = [
    (table(grid()), {"method": "joint", "model": "2pl"}, "rating-scale, partial-credit"),
    (table(grid()), {"model": "3pl"}, "rater=None"),
    (table(ALONE), {"rater": None, "model": "graded", "anchors": {"item": {"i0": 1.0}}}, "anchors out"),
    (with_facet(ALONE), {"rater": None, "model": "1pl", "facets": ["day"]}, "differ in: day"),
]


@pytest.mark.parametrize(("data", "options", "named"), REFUSED, ids=["joint", "raters", "anchors", "facets"])
def test_what_does_not_exist_is_refused_with_what_does(
    data: Frame, options: dict[str, Any], named: str
) -> None:
    with pytest.raises(UsageError, match=named):
        fit(data, **options)


def test_answers_of_an_exam_must_be_right_or_wrong() -> None:
    with pytest.raises(MeasurementError, match=r"0 \(wrong\) and 1 \(right\)"):
        fit(table(ALONE), rater=None, model="2pl")


def test_bias_terms_of_a_model_with_slopes_are_refused() -> None:
    with pytest.raises(MeasurementError, match="rating-scale, partial-credit"):
        fit(exam(), rater=None, model="2pl").bias("ratee", "item")


def test_a_model_without_slopes_keeps_its_bias_terms() -> None:
    assert fit(table(ALONE), rater=None).bias("ratee", "item").height == len(ALONE)


@pytest.mark.parametrize("model", ["3pl", "generalized-partial-credit"])
def test_a_fit_with_slopes_is_saved_and_read_again(tmp_path: Path, model: str) -> None:
    found = fit(exam(), rater=None, model=model)
    again = FacetFit.load(found.save(tmp_path / "fit"))
    assert again.items is not None
    assert found.items is not None
    assert again.items.items == found.items.items
    for name in ("slope", "slope_se", "guess", "guess_se"):
        assert getattr(again.items, name) == pytest.approx(getattr(found.items, name), abs=1e-6, nan_ok=True)
    assert again.approximation == found.approximation
    assert again.log_likelihood_kind == found.log_likelihood_kind
    assert again.to_json() == found.to_json()


def test_draws_of_an_exact_fit_have_its_means_and_errors() -> None:
    found = fit(table(ALONE), rater=None)
    drawn = found.draws(4000, seed=1)["ratee"]
    assert drawn.mean(axis=0) == pytest.approx(found.facets["ratee"].measure, abs=0.06)
    assert drawn.std(axis=0) == pytest.approx(found.facets["ratee"].se, rel=0.06)


def test_without_ratees_raters_may_repeat_themselves_and_alone_are_random() -> None:
    rows = [("x", f"r{n % 9}", "i", 1 + (n * n + n // 9) % 4) for n in range(54)]
    found = fit(table(rows), ratee=None)
    assert [one.component for one in found.variance] == ["rater"]
    assert found.facets["ratee"].elements == ("*",)
    assert np.isfinite(found.facets["ratee"].se).all()
    with pytest.raises(MeasurementError, match="no place"):
        fit(table(rows), ratee=None, method="joint")


def test_reliability_of_posterior_means_is_their_variance_over_that_of_the_truth() -> None:
    found = fit(table(ALONE), rater=None)
    ratee = found.facets["ratee"]
    assert ratee.reliability == pytest.approx(1 - np.mean(ratee.se**2) / found.variance[0].variance, abs=0.03)


@pytest.mark.parametrize("cumulative", [False, True])
def test_curves_with_slopes_of_one_and_falling_ones_are_distributions(*, cumulative: bool) -> None:
    steps, eta = np.array([[-1.0, 0.5, np.inf], [0.0, 0.2, 1.0]]), np.linspace(-40, 40, 9)
    for slope in (1.0, 3.0):
        curves = Curves(np.full(2, slope), np.zeros(2), cumulative)
        for item in (0, 1):
            found = probabilities(curves, eta, steps, np.full(9, item))
            assert found.sum(axis=1) == pytest.approx(1)
            assert (found >= 0).all()
            assert (found[:, 3] == 0).all() == (item == 0)
            assert (np.diff(found @ np.arange(4)) >= 0).all()

"""The compiled path for very many ratings gives what the path for few gives."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from leadline.evidence import read_evidence
from leadline.evidence.frames import Frame, frame
from leadline.frameworks import load_framework
from leadline.measurement import FacetFit, fit, measure
from leadline.measurement.kernels import large


def table(*, missing: float = 0.0, ends: bool = False, seed: int = 3) -> Frame:
    """40 ratees, 3 of 12 raters each, 7 items; the rater decides which site and whose weight."""
    rng = np.random.default_rng(seed)
    ratee, rater = np.repeat(np.arange(40), 3), np.concatenate([rng.permutation(12)[:3] for _ in range(40)])
    ratee, rater, item = np.repeat(ratee, 7), np.repeat(rater, 7), np.tile(np.arange(7), 120)
    theta, severity, difficulty = rng.normal(0, 1, 40), rng.normal(0, 0.5, 12), rng.normal(0, 0.6, 7)
    eta = theta[ratee] - severity[rater] - difficulty[item] + rng.logistic(0, 0.7, len(ratee))
    rating = np.clip(np.round(eta + 2), 0, 4).astype(int) + 1
    rating = np.where(item == 6, np.minimum(rating, 4), rating)
    if ends:
        rating[ratee == 5] = 5
        rating[(rater == 3) & (ratee != 5)] = 1
    kept = rng.random(len(rating)) >= missing
    columns = {
        "ratee": [f"p{n:02d}" for n in ratee[kept]],
        "rater": [f"r{n:02d}" for n in rater[kept]],
        "item": [f"i{n}" for n in item[kept]],
        "site": [f"s{n % 2}" for n in rater[kept] + item[kept] // 4],
        "rating": rating[kept],
        "importance": np.where(item[kept] % 2, 1.0, 2.5),
    }
    return frame(columns)


@pytest.mark.parametrize(
    ("made", "options"),
    [
        ({}, {}),
        ({}, {"method": "marginal"}),
        ({}, {"model": "partial-credit"}),
        ({"missing": 0.3}, {}),
        ({"missing": 0.3}, {"method": "marginal", "model": "partial-credit"}),
        ({"ends": True}, {}),
        ({"ends": True}, {"model": "partial-credit"}),
        ({"ends": True}, {"method": "marginal"}),
        ({}, {"weight": "importance"}),
        ({"missing": 0.1}, {"facets": ["site"]}),
        ({}, {"facets": ["site"], "method": "marginal"}),
    ],
)
def test_compiled_passes_give_the_same_figures(
    made: dict[str, float], options: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = fit(table(**made), **options)
    monkeypatch.setattr(large, "MANY", 1)
    many = fit(table(**made), **options)
    same(few, many)


def same(one: FacetFit, other: FacetFit) -> None:
    assert one.iterations == other.iterations
    assert one.subsets == other.subsets
    np.testing.assert_allclose(one.log_likelihood, other.log_likelihood, rtol=1e-12)
    np.testing.assert_allclose(one.agreement, other.agreement, rtol=1e-9)
    np.testing.assert_allclose(one.thresholds.threshold, other.thresholds.threshold, atol=1e-9)
    np.testing.assert_allclose(one.thresholds.se, other.thresholds.se, rtol=1e-9)
    np.testing.assert_array_equal(one.thresholds.count, other.thresholds.count)
    for figure in ("average_measure", "expected_measure", "infit_mnsq", "outfit_mnsq"):
        found, like = (each.diagnostics.categories.get_column(figure) for each in (other, one))
        np.testing.assert_allclose(found.to_numpy(), like.to_numpy(), rtol=1e-7, err_msg=figure)
    for name, facet in one.facets.items():
        for figure, value in vars(facet).items():
            if isinstance(value, np.ndarray):
                found = getattr(other.facets[name], figure)
                np.testing.assert_allclose(found, value, rtol=1e-8, atol=1e-9, err_msg=f"{name} {figure}")


def test_dimensions_measured_together_give_the_same_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    framework = load_framework("technical-leadership")
    rng = np.random.default_rng(8)
    items = [item.id for item in framework.items]
    panel = [(f"p{p:02d}", f"r{(p + r) % 15:02d}") for p in range(15) for r in range(1, 5)]
    rows = [(*pair, item, int(rng.integers(2, 6))) for pair in panel for item in items]
    names = ("ratee", "rater", "item", "rating")
    ratings = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    evidence = read_evidence({"ratings": ratings}, framework)
    few = measure(evidence, framework)
    monkeypatch.setattr(large, "MANY", 1)
    many = measure(evidence, framework)
    np.testing.assert_allclose(many.factor_value, few.factor_value, rtol=1e-8)
    np.testing.assert_allclose(many.factor_se, few.factor_se, rtol=1e-7)
    for one, other in zip(few.competencies, many.competencies, strict=True):
        np.testing.assert_allclose(other.value, one.value, rtol=1e-8)
        np.testing.assert_allclose(other.se, one.se, rtol=1e-7)


@pytest.mark.parametrize("method", ["joint", "marginal"])
def test_locations_beyond_the_range_of_powers_give_the_same_figures(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchors = {"item": {"i0": 120.0, "i1": -120.0}}
    # Ratings that such items get: with any others a fit wanders, and where it stands hangs on the last bit.
    hard, easy = pl.col("item") == "i0", pl.col("item") == "i1"
    made = table().with_columns(rating=pl.when(hard).then(1).when(easy).then(5).otherwise("rating"))
    few = fit(made, anchors=anchors, method=method)
    monkeypatch.setattr(large, "MANY", 1)
    same(few, fit(made, anchors=anchors, method=method))


def test_ratings_of_an_exam_without_raters_agree_with_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    made = table().unique(["ratee", "item"], keep="first", maintain_order=True)
    few = fit(made, rater=None)
    monkeypatch.setattr(large, "MANY", 1)
    many = fit(made, rater=None)
    same(few, many)
    assert many.agreement.opportunities == 0


@pytest.mark.parametrize("method", ["joint", "marginal"])
def test_the_order_of_rows_and_the_number_of_threads_change_no_bit(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "MANY", 1)
    made = table(missing=0.2)
    one = fit(made, method=method, threads=1)
    other = fit(made.sample(fraction=1.0, shuffle=True, seed=1), method=method, threads=2)
    assert one.input_hash == other.input_hash
    assert one.to_frame().equals(other.to_frame())

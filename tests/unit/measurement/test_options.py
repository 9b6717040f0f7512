"""Anchors, floating facets, bias terms, files, and what a fit says of itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.unit.measurement.made import grid, joint, table

from leadline.errors import MeasurementError, UsageError
from leadline.evidence.frames import rows, write_csv
from leadline.measurement import FacetFit

ROWS = grid(8, 4, 5, seed=11)


@pytest.mark.parametrize("facet", ["ratee", "rater", "item"])
def test_every_facet_but_the_floating_one_is_centred(facet: str) -> None:
    found = joint(table(ROWS), noncentered=facet)
    for name, one in found.facets.items():
        assert (abs(one.measure.mean()) < 1e-9) == (name != facet)


@pytest.mark.parametrize("model", ["rating-scale", "partial-credit"])
@pytest.mark.parametrize("facet", ["ratee", "rater", "item"])
def test_anchoring_a_facet_at_its_estimates_changes_nothing(model: str, facet: str) -> None:
    free = joint(table(ROWS), model=model, noncentered="item" if facet == "rater" else "rater")
    measures = dict(zip(free.facets[facet].elements, free.facets[facet].measure.tolist(), strict=True))
    held = joint(table(ROWS), model=model, noncentered=free.noncentered, anchors={facet: measures})
    for name in free.facets:
        np.testing.assert_allclose(held.facets[name].measure, free.facets[name].measure, atol=1e-7)


def test_anchored_elements_stay_and_carry_the_scale_with_them() -> None:
    free = joint(table(ROWS))
    anchors = {"item": {"i0": free.facets["item"].measure[0] + 2, "i1": free.facets["item"].measure[1] + 2}}
    held = joint(table(ROWS), anchors=anchors)
    assert held.noncentered == "ratee"
    np.testing.assert_allclose(held.facets["item"].measure[:2], list(anchors["item"].values()), atol=1e-12)
    np.testing.assert_allclose(held.facets["item"].measure, free.facets["item"].measure + 2, atol=1e-7)
    assert held.facets["rater"].measure.mean() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("model", ["rating-scale", "partial-credit"])
def test_an_anchor_off_the_estimate_is_kept_all_the_same(model: str) -> None:
    held = joint(table(ROWS), model=model, anchors={"item": {"i0": 1.5, "i1": -1.0}})
    np.testing.assert_allclose(held.facets["item"].measure[:2], [1.5, -1.0], atol=1e-12)
    assert held.converged


def test_anchors_that_match_nothing_teach() -> None:
    with pytest.raises(MeasurementError, match="None of the anchors"):
        joint(table(ROWS), anchors={"item": {"unheard_of": 1.0}})
    with pytest.raises(MeasurementError, match="no finite number"):
        joint(table(ROWS), anchors={"item": {"i0": float("nan")}})


def test_bias_terms_add_up_to_nothing_for_each_element() -> None:
    found = joint(table(ROWS))
    gaps: dict[str, float] = {}
    for row in rows(found.bias("ratee", "rater")):
        gaps[row["ratee"]] = gaps.get(row["ratee"], 0.0) + row["observed"] - row["expected"]
    assert max(map(abs, gaps.values())) < 1e-6


def test_a_planted_bias_is_found() -> None:
    planted = [(p, r, i, min(5, y + 2) if (p, r) == ("p3", "r1") else y) for p, r, i, y in ROWS]
    found = sorted(rows(joint(table(planted)).bias("ratee", "rater")), key=lambda row: -row["t"])
    assert (found[0]["ratee"], found[0]["rater"]) == ("p3", "r1")
    assert found[0]["t"] > 2
    turned = {(row["ratee"], row["rater"]): row for row in rows(joint(table(planted)).bias("rater", "ratee"))}
    assert turned["p3", "r1"]["bias"] == pytest.approx(found[0]["bias"])
    severity = joint(table(planted)).facets["rater"].measure[1]
    assert turned["p3", "r1"]["local_measure"] == pytest.approx(severity - found[0]["bias"])


def test_bias_of_an_unknown_facet_teaches() -> None:
    for pair in (("ratee", "task"), ("ratee", "ratee")):
        with pytest.raises(UsageError, match="Choose one of"):
            joint(table(ROWS)).bias(*pair)


FILES = [
    "categories.csv",
    "links.csv",
    "measures.csv",
    "rater_effects.csv",
    "summary.json",
    "thresholds.csv",
    "variance.csv",
]
MEASURES = "facet,element,measure,se,n,raw_mean,fair_mean,infit_mnsq,infit_z,outfit_mnsq,outfit_z,extreme"


def test_saved_files_are_the_promised_ones(tmp_path: Path) -> None:
    found = joint(table(ROWS), model="partial-credit")
    found.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    heads = {path.name: path.read_text().splitlines()[0] for path in tmp_path.glob("*.csv")}
    assert heads["measures.csv"] == MEASURES
    assert heads["thresholds.csv"] == "item,category,threshold,se,count"
    assert heads["variance.csv"] == "component,variance,sd,se"
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["n"] == {"ratee": 8, "rater": 4, "item": 5}
    assert summary["subsets"] == 1
    assert summary["converged"] is True


def test_a_fit_comes_back_from_its_files(tmp_path: Path) -> None:
    found = joint(table([*ROWS, *grid(3, 2, 5, seed=2, prefix="=x")]))
    loaded = FacetFit.load(found.save(tmp_path))
    assert loaded.to_json() == found.to_json()
    np.testing.assert_allclose(loaded.facets["ratee"].measure, found.facets["ratee"].measure, atol=1e-6)
    assert loaded.facets["ratee"].elements == found.facets["ratee"].elements
    assert loaded.thresholds.item == found.thresholds.item
    with pytest.raises(MeasurementError, match="Bias terms need the ratings"):
        loaded.bias("ratee", "rater")


def test_a_folder_without_a_fit_teaches(tmp_path: Path) -> None:
    with pytest.raises(MeasurementError, match="holds no saved fit"):
        FacetFit.load(tmp_path)


def test_the_same_ratings_write_the_same_bytes(tmp_path: Path) -> None:
    shuffled = table(ROWS).sample(fraction=1, shuffle=True, seed=4)
    joint(table(ROWS)).save(tmp_path / "a")
    joint(shuffled).save(tmp_path / "b")
    for name in set(FILES) - {"summary.json"}:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    summaries = [json.loads((tmp_path / side / "summary.json").read_text()) for side in "ab"]
    assert {**summaries[0], "seconds": 0} == {**summaries[1], "seconds": 0}


def test_a_file_is_read_where_a_table_would_do(tmp_path: Path) -> None:
    write_csv(table(ROWS), tmp_path / "ratings.csv")
    found = joint(tmp_path / "ratings.csv")
    assert found.input_hash == joint(table(ROWS)).input_hash


def test_progress_is_told_step_by_step() -> None:
    seen: list[tuple[int, float]] = []
    joint(table(ROWS), progress=lambda step, change: seen.append((step, change)))
    assert [step for step, _ in seen] == list(range(1, len(seen) + 1))
    assert seen[-1][1] < 1e-9


@pytest.mark.parametrize("model", ["rating-scale", "partial-credit"])
def test_stopping_early_comes_close_to_the_optimum(model: str) -> None:
    early, full = joint(table(ROWS), model=model, stopping="facets"), joint(table(ROWS), model=model)
    assert early.converged
    assert early.log_likelihood < full.log_likelihood
    assert early.log_likelihood == pytest.approx(full.log_likelihood, abs=0.1)
    np.testing.assert_allclose(early.facets["ratee"].measure, full.facets["ratee"].measure, atol=0.1)


def test_stopping_early_keeps_anchors() -> None:
    found = joint(table(ROWS), stopping="facets", anchors={"rater": {"r0": 1.0}})
    assert found.facets["rater"].measure[0] == 1.0
    assert found.facets["item"].measure.mean() == pytest.approx(0, abs=1e-9)


def test_few_ratings_for_a_ratee_are_pointed_out() -> None:
    found = joint(table(grid(30, 2, 2, seed=1)))
    assert any(notice.code.endswith(".thin") for notice in found.warnings)
    for notice in found.warnings:
        assert notice.describe("en") != notice.describe("zh")

"""The assessment as a job: progress, failure half-way, evidence of one kind alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from leadline.errors import ReportError, has_words
from leadline.workflows import assess, assessment
from leadline.workflows.progress import part

GOALS = {
    "outcomes": {
        "ratee": ["ada", "bo", "cy"],
        "item": ["goal_attainment"] * 3,
        "value": [80, 60, 40],
        "target": [100] * 3,
        "baseline": [0] * 3,
    }
}


def test_one_kind_of_evidence_is_enough_and_marks_every_score_partial(tmp_path: Path) -> None:
    result = assess(GOALS, tmp_path / "out")
    assert result.scorecard.rank.tolist() == [1.0, 2.0, 3.0]
    assert result.scorecard.partial.all()
    assert np.isnan(result.scorecard.factor_score).any()


def test_progress_rises_from_nothing_to_all_and_every_stage_has_words(tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []
    assess(GOALS, tmp_path / "out", progress=lambda stage, done: seen.append((stage, done)))
    done = [one for _, one in seen]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0.0, 1.0)
    assert all(has_words(stage, "en") and has_words(stage, "zh") for stage, _ in seen)


def test_a_step_reports_its_part_of_the_whole() -> None:
    seen: list[tuple[str, float]] = []
    step = part(lambda stage, done: seen.append((stage, done)), "workflows.stage.measure", 0.2, 0.6)
    step("anything", 0.0)
    step("anything", 1.0)
    assert seen == [("workflows.stage.measure", 0.2), ("workflows.stage.measure", 0.6)]


def test_a_report_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ReportError("reports.no_browser")

    monkeypatch.setattr(assessment, "report", fail)
    with pytest.raises(ReportError):
        assess(GOALS, tmp_path / "out", rater_key=tmp_path / "key.csv")
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_assessment_outlives_one_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = assess(GOALS, tmp_path / "out")
    manifest = (before.out / "manifest.json").read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise ReportError("reports.no_browser")

    monkeypatch.setattr(assessment, "report", fail)
    with pytest.raises(ReportError):
        assess(GOALS, tmp_path / "out", seed=5)
    assert (before.out / "manifest.json").read_bytes() == manifest


def test_the_summary_is_ready_for_json(tmp_path: Path) -> None:
    result = assess(GOALS, tmp_path / "out")
    for language in ("en", "zh"):
        document = json.loads(json.dumps(result.to_json(language)))  # type: ignore[arg-type]  # one of the two
        assert document["framework"] == "technical-leadership@1.0.0"
        assert document["rejected"] is None


def test_the_weakest_factor_formula_writes_a_manifest_that_is_json(tmp_path: Path) -> None:
    result = assess(GOALS, tmp_path / "out", formula="ces", rho=float("-inf"))
    manifest = json.loads(
        (result.out / "manifest.json").read_text(encoding="utf-8"), parse_constant=pytest.fail
    )
    assert manifest["formula"] == {"name": "ces", "rho": "-inf"}

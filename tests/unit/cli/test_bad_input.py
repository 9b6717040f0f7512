"""Bad evidence: every fault told with its row and column, status 2, and nothing written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.cli.calling import call
from tests.unit.evidence.bad_directories import Case, bad_directories

CASES = bad_directories()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_bad_directory_is_refused_with_all_its_faults_and_leaves_nothing(
    case: Case, tmp_path: Path
) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    case.write(folder)
    ended = call("assess", folder, "--out", tmp_path / "deep" / "out", "--json")
    assert ended.status == 2
    told = json.loads(ended.out)["error"]["faults"]
    found = sorted((f["code"].removeprefix("evidence."), f["row"] or 0, f["column"] or "") for f in told)
    assert found == sorted((code, row or 0, column or "") for code, row, column in case.faults)
    assert [path.name for path in tmp_path.iterdir()] == ["evidence"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_person_reads_each_fault_with_its_row_and_column(tmp_path: Path, language: str) -> None:
    CASES["wrong column"].write(tmp_path)
    ended = call("assess", tmp_path, "--out", tmp_path / "out", "--language", language)
    assert (ended.status, ended.out) == (2, "")
    assert "rater" in ended.err
    assert "ratings.csv" in ended.err
    assert not (tmp_path / "out").exists()

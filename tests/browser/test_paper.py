"""PDF from a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.reports.cast import crowd, make_scorecard

from leadline.reports import report


def test_a_report_is_printed_on_a4_with_text_and_without_paths(
    browser_program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLINE_BROWSER", browser_program)
    paths = report(make_scorecard(crowd(2)), tmp_path, language="zh", pdf=True)
    assert [path.name for path in paths[3:]] == ["report.pdf", "person-000.pdf", "person-001.pdf"]
    for path in paths[3:]:
        content = path.read_bytes()
        assert content.startswith(b"%PDF-")
        sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
        assert {(round(float(width)), round(float(height))) for width, height in sizes} == {(595, 842)}
        assert b"/Font" in content
        assert b"file:" not in content

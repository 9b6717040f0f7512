"""Scorecards and pages made once for all tests of reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.reports.cast import make_scorecard

from leadline.reports import report
from leadline.scoring import Scorecard


@pytest.fixture(scope="session")
def scorecard() -> Scorecard:
    return make_scorecard()


@pytest.fixture(scope="session")
def english(scorecard: Scorecard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("english")
    report(scorecard, folder)
    return folder


@pytest.fixture(scope="session")
def chinese(scorecard: Scorecard, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chinese")
    report(scorecard, folder, language="zh")
    return folder

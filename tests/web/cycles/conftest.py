"""A data folder of its own for tests that make or destroy keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture
def data(settings: Settings, tmp_path: Path) -> Path:
    settings.LEADLINE_DATA = tmp_path
    return tmp_path

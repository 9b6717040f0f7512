"""The key of a cycle: outside the database, its owner's alone, gone when destroyed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from leadline.web.cycles import keys
from leadline.web.cycles.models import Cycle


@pytest.fixture
def cycle(settings: Settings, tmp_path: Path) -> Cycle:
    settings.LEADLINE_DATA = tmp_path
    return Cycle(title="Autumn")


def test_a_key_is_32_bytes_that_only_its_owner_can_read(cycle: Cycle, tmp_path: Path) -> None:
    keys.create(cycle)
    (path,) = (tmp_path / "keys").iterdir()
    assert (path.stat().st_size, stat.S_IMODE(path.stat().st_mode)) == (32, 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_key_that_exists_is_never_replaced(cycle: Cycle, tmp_path: Path) -> None:
    keys.create(cycle)
    (path,) = (tmp_path / "keys").iterdir()
    before = path.read_bytes()
    keys.create(cycle)
    assert path.read_bytes() == before


def test_a_destroyed_key_is_gone_and_destroying_it_again_does_nothing(cycle: Cycle) -> None:
    keys.create(cycle)
    assert keys.exists(cycle)
    keys.destroy(cycle)
    keys.destroy(cycle)
    assert not keys.exists(cycle)

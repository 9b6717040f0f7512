"""The key of a cycle: outside the database, its owner's alone, gone when destroyed."""

from __future__ import annotations

import errno
import secrets
import stat
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from leadline.web.accounts.models import Organisation
from leadline.web.cycles import clock, keys
from leadline.web.cycles.keys import KeyGoneError
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


def test_a_disk_that_was_full_at_launch_leaves_no_key_that_everybody_has(
    cycle: Cycle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(secrets, "token_bytes", full)
        with pytest.raises(OSError, match="No space"):
            keys.create(cycle)
    assert list((tmp_path / "keys").iterdir()) == []
    keys.create(cycle)
    keys.of(cycle.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("n", [0, 31])
def test_a_key_that_is_not_whole_opens_and_closes_nothing(cycle: Cycle, tmp_path: Path, n: int) -> None:
    keys.create(cycle)
    (path,) = (tmp_path / "keys").iterdir()
    path.write_bytes(bytes(n))
    with pytest.raises(KeyGoneError):
        keys.of(cycle.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "lives"), [("sealed", False), ("cancelled", False), ("running", True)])
def test_a_key_that_outlived_its_cycle_is_destroyed_by_the_clock(
    cycle: Cycle, state: str, *, lives: bool
) -> None:
    cycle.organisation, cycle.state = Organisation.objects.create(name="Acme"), state
    cycle.save()
    keys.create(cycle)
    clock.due(timezone.now())
    assert keys.exists(cycle) is lives


def test_a_destroyed_key_is_gone_and_destroying_it_again_does_nothing(cycle: Cycle) -> None:
    keys.create(cycle)
    assert keys.exists(cycle)
    keys.destroy(cycle)
    keys.destroy(cycle)
    assert not keys.exists(cycle)

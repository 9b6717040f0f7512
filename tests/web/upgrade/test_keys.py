"""An upgrade that finds no key of a cycle stops, and loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker
from tests.web.upgrade.conftest import released
from tests.web.upgrade.loading import records

from leadline.web.cycles.keys import KeyGoneError

RUNNING = next(record["id"] for record in records("cycles.Cycle") if record["state"] == "running")


def test_without_the_key_of_a_cycle_the_upgrade_stops_until_it_is_back(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> None:
    with django_db_blocker.unblock(), released(tmp_path, "keyless") as own, own.here():
        path = tmp_path / "keys" / f"{RUNNING}.key"
        key = path.read_bytes()
        path.unlink()
        with pytest.raises(KeyGoneError) as fault:
            call_command("migrate", verbosity=0, interactive=False)
        assert fault.value.code == "web.cycles.key_needed"
        assert str(path) in fault.value.describe("en")
        assert not path.exists()
        assert _answered() == len(records("rating.Submission"))
        path.write_bytes(key)
        path.chmod(0o600)
        call_command("migrate", verbosity=0, interactive=False)


def _answered() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rating_submission WHERE answers IS NOT NULL AND content IS NULL")
        return int(cursor.fetchone()[0])

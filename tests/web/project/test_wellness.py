"""What watches the server learns whether it lives and can work, within a second, and nothing more."""

from __future__ import annotations

import time
from threading import Event

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client, RequestFactory, override_settings
from tests.web.cast import World

from leadline.web.project import wellness
from leadline.web.project.wellness import Probes, Readiness

DATABASE = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "leadline_cache"}
}


def test_alive_needs_no_name_no_session_and_no_database(world: World) -> None:
    with override_settings(ALLOWED_HOSTS=["leadline.example.org"]):
        client = Client(headers={"Host": "10.2.3.4:8000", "Cookie": "leadline=abc"})
        # Without the fixture of a database a query would be refused by pytest itself.
        found = client.get("/health/")
    assert (found.status_code, found.content, found.headers["Cache-Control"]) == (200, b"ok", "no-store")
    assert not found.cookies


def test_ready_while_the_worker_beats_and_not_after(db: None) -> None:
    probes = Probes(lambda _: pytest.fail("nobody else is asked"))
    ask = RequestFactory().get("/ready/")
    probes.readiness = Readiness((wellness.disk, wellness.worker))
    told = probes(ask)
    assert (told.status_code, told.content) == (503, b"not ready")
    wellness.beat()
    probes.readiness = Readiness((wellness.disk, wellness.worker))
    assert (probes(ask).status_code, probes(ask).content) == (200, b"ready")
    cache.delete(wellness.WORKER)
    time.sleep(wellness.FRESH)
    assert probes(ask).status_code == 503


@override_settings(CACHES=DATABASE)
def test_the_database_is_well_where_it_takes_a_row_and_not_where_it_does_not(db: None) -> None:
    call_command("createcachetable", verbosity=0)
    assert wellness.database()
    with connection.execute_wrapper(_read_only):
        assert not wellness.database()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE leadline_cache")


def _read_only(execute: object, sql: str, *rest: object) -> object:
    if sql.startswith(("INSERT", "UPDATE", "DELETE")):
        raise OperationalError("attempt to write a readonly database")
    return execute(sql, *rest)  # type: ignore[operator]


@pytest.mark.parametrize(("free", "is_well"), [(wellness.ROOM, True), (wellness.ROOM - 1, False)])
def test_a_disk_without_room_is_not_well(monkeypatch: pytest.MonkeyPatch, free: int, is_well: bool) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr(wellness.shutil, "disk_usage", lambda _: usage)
    assert wellness.disk() is is_well


def test_what_hangs_is_not_ready_within_a_second_and_holds_up_no_later_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    let_go = Event()
    readiness = Readiness((let_go.wait,))  # type: ignore[arg-type]  # as a database that does not answer
    began = time.monotonic()
    assert readiness.fault() == "slow"
    assert time.monotonic() - began < 1
    let_go.set()
    time.sleep(wellness.FRESH)
    assert readiness.fault() == ""
    assert [one.getMessage() for one in caplog.records] == ["not ready: slow", "ready again"]


def test_only_those_two_addresses_are_answered_and_only_when_read() -> None:
    passed: list[str] = []
    probes = Probes(lambda request: passed.append(request.path))  # type: ignore[arg-type,func-returns-value]
    for request in (RequestFactory().post("/health/"), RequestFactory().get("/health/more")):
        probes(request)
    assert passed == ["/health/", "/health/more"]

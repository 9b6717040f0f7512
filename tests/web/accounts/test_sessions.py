"""Signing in leaves the day, and never the moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from tests.web.cast import World

from leadline.web.accounts import clock, sessions
from leadline.web.accounts.links import link
from leadline.web.accounts.models import Kept, User

PASSWORD = {"login": "ana@acme.example", "password": "a long password"}


def by_password() -> Client:
    client = Client()
    assert client.post("/sign-in/", PASSWORD).status_code == 302
    assert client.get("/").status_code == 200
    return client


def moments(value: Any) -> list[object]:
    """Numbers and texts in a session that could be a time of these years."""
    if isinstance(value, dict):
        return [found for one in value.values() for found in moments(one)]
    if isinstance(value, (list, tuple)):
        return [found for one in value for found in moments(one)]
    return [value] if isinstance(value, (int, float)) and value > 10**9 else []


def test_a_session_tells_no_moment(world: World) -> None:
    client = by_password()
    row = Session.objects.get()
    assert (row.expire_date.hour, row.expire_date.minute, row.expire_date.second) == (0, 0, 0)
    assert timedelta(days=14) < row.expire_date - timezone.now() <= timedelta(days=15)
    assert moments(dict(client.session)) == []
    assert "at" not in str(dict(client.session).get("account_authentication_methods"))


def test_a_session_that_is_over_is_deleted(world: World) -> None:
    by_password()
    clock.due(timezone.now() + timedelta(days=13))
    assert Session.objects.count() == 1
    clock.due(timezone.now() + timedelta(days=16))
    assert Session.objects.count() == 0


def test_of_a_sign_in_the_day_is_kept(world: World) -> None:
    now = datetime.fromisoformat("2026-11-30T10:20:30.405060+00:00")
    drawn = {sessions.some_time_on(now) for _ in range(100)}
    assert {one.date() for one in drawn} == {now.date()}
    assert len(drawn) > 90
    assert {one.microsecond for one in drawn} == {0}
    by_password()
    user = world.users["analytics"]
    user.refresh_from_db()
    assert user.last_login
    assert user.last_login.microsecond == 0
    assert user.last_login.date() == timezone.now().date()


def test_a_link_is_used_up_also_by_a_second_sign_in_of_the_same_day(world: World) -> None:
    user = world.users["analytics"]
    for _ in range(2):
        user.refresh_from_db()
        path = link(user).removeprefix("http://testserver")
        assert Client().post(path).status_code == 302
        assert Client().post(path).status_code == 410


def test_the_upgrade_coarsens_what_is_there(world: World) -> None:
    moment = datetime.fromisoformat("2026-11-30T10:20:30.405060+00:00")
    Kept.objects.update(expires=moment)  # when it was typed, until then
    User.objects.filter(pk=world.users["analytics"].pk).update(last_login=moment)
    Session.objects.create(session_key="one", session_data="", expire_date=moment)
    import_module("leadline.web.accounts.migrations.0003_moments").coarsen(apps, None)
    assert str(Kept.objects.get().expires) == "2026-12-01 11:00:00+00:00"
    assert str(Session.objects.get().expire_date) == "2026-12-01 00:00:00+00:00"
    told = set(User.objects.values_list("last_login", flat=True)) - {None}
    assert [(one.date(), one.microsecond) for one in told if one] == [(moment.date(), 0)]
    assert moment.replace(microsecond=0) not in told

"""No answer but a static file may be kept by a browser or a proxy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.fixtures import Settings
from tests.web.cast import World
from tests.web.table import Address, addresses

Visit = Callable[[str], Client]
NEVER = "no-store, private"


def broken(_request: object) -> None:
    raise ValueError


def visitor(address: Address) -> str:
    """Somebody who gets what the row is about."""
    return next((one for one in address.who if one not in ("everyone", "members", "insiders")), "member")


def test_no_answer_is_kept(world: World, as_visitor: Visit) -> None:
    for address in addresses():
        for name in {"anonymous", visitor(address)}:
            with transaction.atomic():
                answer = as_visitor(name).generic(address.method, address.url(world))
                transaction.set_rollback(True)
            assert answer["Cache-Control"] == NEVER, (address, name)


def test_no_refusal_is_kept(world: World, as_visitor: Visit, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    guarded = Client(enforce_csrf_checks=True)
    answers = [
        guarded.get("/nothing/here/"),
        guarded.post("/sign-in/"),
        guarded.get("/", headers={"host": "evil.example"}),
        guarded.put("/rate/"),
        guarded.get("/static/nothing.css"),
        as_visitor("member").put("/rate/"),
    ]
    assert [one.status_code for one in answers] == [404, 403, 400, 403, 404, 405]
    assert {one["Cache-Control"] for one in answers} == {NEVER}


def test_nor_is_what_broke(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadline.web.accounts.middleware.acting", broken)
    answer = Client(raise_request_exception=False).get("/")
    assert (answer.status_code, answer["Cache-Control"]) == (500, NEVER)


def test_static_files_may_be(world: World) -> None:
    answer = Client().get("/static/look/leadline.css")
    assert answer.status_code == 200
    assert "max-age" in answer["Cache-Control"]
    assert "no-store" not in answer["Cache-Control"]
    answer.close()

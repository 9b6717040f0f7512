"""The switcher between the cast exists in the demonstration alone, and is loudly marked."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from pytest_django.fixtures import Settings
from tests.web.cast import World


def test_in_the_demonstration_anyone_may_act_as_anyone(world: World, settings: Settings) -> None:
    settings.LEADLINE_DEMO = True
    client = Client()
    client.post("/demo/as/", {"email": "ana@acme.example"})
    page = client.get("/").content.decode()
    assert "Ana Abel" in page
    assert "Demonstration" in page


def test_outside_the_demonstration_nobody_may(world: World, as_visitor: Callable[[str], Client]) -> None:
    client = as_visitor("operator")
    assert client.post("/demo/as/", {"email": "ana@acme.example"}).status_code == 404
    assert "demo-bar" not in client.get("/").content.decode()


def test_somebody_who_does_not_exist_cannot_be_acted_as(world: World, settings: Settings) -> None:
    settings.LEADLINE_DEMO = True
    assert Client().post("/demo/as/", {"email": "nobody@acme.example"}).status_code == 404


def test_the_first_page_offers_the_cast_with_what_each_may_do(world: World, settings: Settings) -> None:
    settings.LEADLINE_DEMO = True
    page = Client().get("/demo/").content.decode()
    assert all(user.email in page for name, user in world.users.items() if name != "outsider")
    assert "Reads and verifies the audit" in page

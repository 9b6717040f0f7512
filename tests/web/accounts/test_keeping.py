"""What is typed is not lost when the session has ended: it is kept for whoever typed it, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests.web.cast import World
from tests.web.sheets import drafted

from leadline.web.accounts.models import Kept
from leadline.web.look import keeping
from leadline.web.project import clock
from leadline.web.results.models import Contest

Visit = Callable[[str], Client]
ONE = "architecture_judgement_1"
TYPED = "Draws the whole picture on one page."
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def path(world: World) -> str:
    """A page of the form; nothing is kept yet."""
    Kept.objects.all().delete()
    return f"/rate/{world.things['rate_new'].pk}/form/architecture_judgement/"


def hidden(client: Client, path: str) -> dict[str, str]:
    """The hidden fields of the form that a page holds."""
    return {name: unescape(value) for name, value in FIELD.findall(client.get(path).content.decode())}


def typed(client: Client, path: str) -> dict[str, str]:
    """The form of a page, filled in."""
    return {**hidden(client, path), ONE: "4", "form-comment": TYPED, "form-to": "queue"}


def late(client: Client, path: str, data: dict[str, str]) -> str:
    """Send it when the session is over; where that leads."""
    client.logout()
    return str(client.post(path, data)["Location"])


def login(world: World, client: Client, visitor: str) -> None:
    client.force_login(world.users[visitor], backend="django.contrib.auth.backends.ModelBackend")


@pytest.mark.parametrize(("language", "said"), [("en", "has been kept for you"), ("zh", "已替你保留")])
def test_answers_sent_after_the_session_are_there_to_send_again_after_signing_in(
    world: World, as_visitor: Visit, path: str, language: str, said: str
) -> None:
    world.users["rater"].language = language
    world.users["rater"].save()
    client = as_visitor("rater")
    address = late(client, path, typed(client, path))
    assert client.get(address)["Location"] == f"/sign-in/?next={address}"
    login(world, client, "rater")
    page = client.get(address)
    assert said in page.content.decode()
    assert client.post(path, hidden(client, address))["Location"] == "/rate/"
    draft = drafted(world.things["rate_new"])
    assert (draft.answers, draft.comments) == ({ONE: 4}, {"architecture_judgement": TYPED})
    assert not Kept.objects.exists(), "what was sent again is forgotten"


def test_nobody_else_who_signs_in_there_sees_or_removes_what_was_typed(
    world: World, as_visitor: Visit, path: str
) -> None:
    client = as_visitor("rater")
    address = late(client, path, typed(client, path))
    login(world, client, "manager")
    assert client.get(address)["Location"] == "/"
    assert client.post(address)["Location"] == "/"
    assert TYPED not in client.get("/", follow=True).content.decode()
    assert set(Kept.objects.values_list("user", flat=True)) == {world.users["rater"].pk}


def test_neither_the_address_nor_the_browser_holds_what_was_typed(
    world: World, as_visitor: Visit, path: str
) -> None:
    client = as_visitor("rater")
    address = late(client, path, typed(client, path))
    held = f"{address} {client.cookies.output()}"
    assert not [one for one in (TYPED, ONE, str(world.users["rater"].pk)) if one in held]


def test_what_has_no_mark_or_a_made_up_one_is_not_kept(world: World, as_visitor: Visit, path: str) -> None:
    client = as_visitor("rater")
    data = typed(client, path)
    for mark in ("", f"{world.users['manager'].pk}", data[keeping.MARK] + "x"):
        assert late(client, path, {**data, keeping.MARK: mark}) == f"/sign-in/?next={path}"
    assert not Kept.objects.exists()


def test_a_page_older_than_the_last_sign_in_keeps_what_was_typed_for_its_owner(
    world: World, path: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    login(world, client, "rater")
    data = typed(client, path)
    client.cookies.pop(settings.CSRF_COOKIE_NAME)  # signing in gives another one
    address = client.post(path, data)["Location"]
    assert client.post(path, hidden(client, address))["Location"] == "/rate/"
    assert drafted(world.things["rate_new"]).answers == {ONE: 4}


def test_another_site_cannot_have_anything_kept(world: World, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    login(world, client, "rater")
    assert client.post(path, {ONE: "1"}).status_code == 403
    assert not Kept.objects.exists()


def test_a_personal_link_takes_answers_from_a_browser_that_lost_its_cookies(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    link, key = world.things["rating_link"], world.things["rate_by_link"].pk
    path = f"/rate/link/{link}/{key}/form/architecture_judgement/"
    data = typed(client, path)
    client.cookies.clear()
    assert client.post(path, data)["Location"] == f"/rate/link/{link}/"
    assert drafted(world.things["rate_by_link"]).answers == {ONE: 4}


def test_an_objection_is_not_lost_either(world: World, as_visitor: Visit) -> None:
    client, key = as_visitor("ratee"), world.things["result_ratee"].pk
    Contest.objects.all().delete()
    data = {**hidden(client, f"/results/of/{key}/"), "text": TYPED}
    address = late(client, f"/results/of/{key}/contest/", data)
    login(world, client, "ratee")
    client.post(f"/results/of/{key}/contest/", hidden(client, address))
    assert Contest.objects.get().text == TYPED


def test_handing_in_forgets_what_was_kept_of_the_sheet(world: World, as_visitor: Visit, path: str) -> None:
    client = as_visitor("rater")
    data = typed(client, path)
    client.post(path, data)
    late(client, path, {**data, ONE: "5"})
    login(world, client, "rater")
    client.post(f"/rate/{world.things['rate_new'].pk}/submit/")
    assert not Kept.objects.exists()


def test_of_when_it_was_typed_only_the_day_is_kept(world: World, as_visitor: Visit, path: str) -> None:
    client = as_visitor("rater")
    before = timezone.now()
    late(client, path, typed(client, path))
    kept = Kept.objects.get()
    assert kept.expires.time() == time()
    assert timedelta(days=1) < kept.expires - before <= timedelta(days=2)


def test_what_nobody_comes_back_for_is_forgotten_after_a_day_by_the_clock(
    world: World, as_visitor: Visit, path: str
) -> None:
    client = as_visitor("rater")
    late(client, path, typed(client, path))
    clock.tick(timezone.now() + timedelta(hours=23, minutes=59))
    assert Kept.objects.count() == 1
    clock.tick(timezone.now() + timedelta(days=2, minutes=1))
    assert Kept.objects.count() == 0

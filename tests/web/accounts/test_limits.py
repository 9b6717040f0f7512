"""Limits of signing in: whoever guesses has to wait, whoever works beside or elsewhere has not."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMultiAlternatives
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings
from tests.web.cast import World

from leadline.web.accounts.client import client_ip

Outbox = list[EmailMultiAlternatives]
TOM = "tom@acme.example"


def sign_in(password: str, place: str = "192.0.2.1", email: str = TOM, told: str = "") -> HttpResponse:
    headers = {"X-Forwarded-For": told} if told else {}
    return Client(REMOTE_ADDR=place, headers=headers).post(
        "/sign-in/", {"login": email, "password": password}
    )


def ask(place: str, email: str = TOM, path: str = "/account/link/") -> HttpResponse:
    return Client(REMOTE_ADDR=place).post(path, {"email": email})


def test_after_many_wrong_passwords_even_the_right_one_has_to_wait_and_the_page_says_so(world: World) -> None:
    said = [sign_in("wrong password").content.decode() for _ in range(6)]
    assert ["Too many wrong passwords" in page for page in said] == [False] * 5 + [True]
    refused = sign_in("a long password")
    assert refused.status_code == 200
    assert "have a link sent to you" in refused.content.decode()


def test_a_strangers_wrong_passwords_and_links_lock_nobody_else_out(world: World, mailoutbox: Outbox) -> None:
    for _ in range(12):
        sign_in("wrong password", "198.51.100.9")
        ask("198.51.100.9")
    assert sign_in("a long password").status_code == 302
    before = len(mailoutbox)
    assert ask("192.0.2.1").status_code == 200
    assert len(mailoutbox) == before + 1


def test_wrong_passwords_of_one_do_not_hinder_colleagues_at_the_same_place(world: World) -> None:
    for _ in range(12):
        sign_in("wrong password")
    assert sign_in("a long password", email="petra@acme.example").status_code == 302


def test_a_made_up_header_neither_gets_round_the_limit_nor_uses_up_anothers(world: World) -> None:
    for n in range(12):
        sign_in("wrong password", "198.51.100.9", told=f"192.0.2.{n}")
    assert sign_in("a long password", "198.51.100.9", told="192.0.2.77").status_code == 200
    assert sign_in("a long password", "192.0.2.1").status_code == 302


@pytest.mark.parametrize("email", [TOM, "nobody@acme.example"])
@pytest.mark.parametrize("path", ["/account/link/", "/password/forgotten/"])
def test_a_refused_link_says_so_whether_there_is_an_account_or_not(
    world: World, mailoutbox: Outbox, email: str, path: str
) -> None:
    statuses = [ask("192.0.2.1", email, path).status_code for _ in range(6)]
    last = ask("192.0.2.1", email, path)
    assert statuses == [statuses[0]] * 5 + [429]
    assert "Use the link you already have" in last.content.decode()
    assert last.headers["Retry-After"] == "600"
    assert len(mailoutbox) == (5 if email == TOM else 0)


def test_an_office_of_three_hundred_signs_in_within_a_minute_and_then_is_told_to_wait(
    world: World, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login": "2/m/ip"}
    assert [sign_in("a long password").status_code for _ in range(2)] == [302, 302]
    refused = sign_in("a long password")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert "Too many at once from your network" in refused.content.decode()


@pytest.mark.parametrize(
    ("n", "told", "place", "found"),
    [
        (0, "192.0.2.1", "10.0.0.1", "10.0.0.1"),
        (1, "192.0.2.1", "10.0.0.1", "192.0.2.1"),
        (1, "6.6.6.6, 192.0.2.1", "10.0.0.1", "192.0.2.1"),
        (2, "6.6.6.6, 192.0.2.1, 10.0.0.2", "10.0.0.1", "192.0.2.1"),
        (2, "192.0.2.1", "10.0.0.1", "10.0.0.1"),  # around the outer proxy
        (1, "", "10.0.0.1", "10.0.0.1"),
        (1, "unknown", "10.0.0.1", "10.0.0.1"),
        (1, "192.0.2.1:5123", "10.0.0.1", "192.0.2.1"),
        (1, "[2001:db8::1]:5123", "10.0.0.1", "2001:db8::1"),
        (1, "2001:DB8:0::1", "10.0.0.1", "2001:db8::1"),
        (0, "", "::ffff:192.0.2.1", "192.0.2.1"),
        (0, "", "fe80::1%eth0", "fe80::1"),
        (0, "", "", ""),  # a socket that is a file
    ],
)
def test_who_asks_is_whom_the_outermost_of_the_trusted_proxies_was_asked_by(
    n: int, told: str, place: str, found: str, settings: Settings
) -> None:
    settings.LEADLINE_TRUSTED_PROXIES = n
    headers = {"X-Forwarded-For": told} if told else {}
    assert client_ip(RequestFactory().get("/", headers=headers, REMOTE_ADDR=place)) == found

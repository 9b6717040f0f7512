"""Signing in behind a real proxy as documented, past it, and without one; headers made up all along."""

from __future__ import annotations

import http.client
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.web import proxy
from tests.web.serving import PATIENCE, answer, free_port

ROOT = Path(__file__).parents[3]
N = 40
RIGHT = "a long password"
BUILD = """
import django
django.setup()
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
call_command("migrate", verbosity=0)
from leadline.web.accounts.models import Membership, Organisation, User
own = Organisation.objects.create(name="Acme")
password = make_password("a long password")
users = User.objects.bulk_create(
    User(email=f"u{n}@acme.example", name=f"U {n}", password=password) for n in range(42)
)
Membership.objects.bulk_create(Membership(user=user, organisation=own, roles=["operator"]) for user in users)
"""


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of servers on one folder with 42 accounts."""
    data = tmp_path_factory.mktemp("data")
    own = {k: v for k, v in os.environ.items() if not k.startswith(("LEADLINE_", "DJANGO_"))}
    own |= {"LEADLINE_DATA": str(data)}
    building = own | {"DJANGO_SETTINGS_MODULE": "leadline.web.project.settings"}
    subprocess.run([sys.executable, "-c", BUILD], env=building, check=True)
    return own


@contextmanager
def served(environ: Mapping[str, str], **further: str) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "leadline", "serve", "--port", str(port)]
    with subprocess.Popen(command, env={**environ, **further}, stdout=subprocess.DEVNULL) as process:
        try:
            answer(f"http://127.0.0.1:{port}/health/")
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0


class Browser:
    """Cookies, the token of forms, and an address of its own on this machine's loopback."""

    def __init__(self, port: int, place: str = "127.0.0.1", base: str = "", **headers: str) -> None:
        self.port, self.place = port, place
        self.headers = {"Referer": f"{base or f'http://127.0.0.1:{port}'}/sign-in/", **headers}
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, 60, (self.place, 0))) as asked:
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            form = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
            body = urlencode(fields) if fields else None
            asked.request(method, path, body, {**self.headers, **form, "Cookie": cookies})
            found = asked.getresponse()
            for cookie in found.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return found.status, found.read().decode()

    def sign_in(self, n: int, password: str = RIGHT) -> int:
        page = self.ask("GET", "/sign-in/")[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page
        fields = {"login": f"u{n}@acme.example", "password": password, "csrfmiddlewaretoken": token[1]}
        return self.ask("POST", "/sign-in/", fields)[0]


def places(environ: Mapping[str, str]) -> list[str]:
    with closing(sqlite3.connect(Path(environ["LEADLINE_DATA"]) / "leadline.sqlite3")) as database:
        return [
            row[0] for row in database.execute("SELECT address FROM accounts_auditrecord ORDER BY number")
        ]


def invite(browser: Browser) -> int:
    page = browser.ask("GET", "/account/members/invite/")[1]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token, page
    fields = {"email": "new@acme.example", "name": "N", "csrfmiddlewaretoken": token[1]}
    return browser.ask("POST", "/account/members/invite/", fields)[0]


def test_behind_a_proxy_forty_sign_in_within_a_minute_and_strangers_lock_nobody_out(
    environ: dict[str, str], tmp_path: Path
) -> None:
    base = f"https://{proxy.HOST}"
    with (
        served(environ, LEADLINE_URL=base, LEADLINE_TRUSTED_PROXIES="1") as behind,
        proxy.in_front_of(behind, tmp_path) as port,
    ):
        stranger = [
            Browser(port, "127.0.0.66", base, **{"X-Forwarded-For": f"127.0.0.{n}"}) for n in range(8)
        ]
        assert {one.sign_in(40, "wrong password") for one in stranger} == {200}
        assert stranger[0].sign_in(40) == 200, "a made-up header gets nobody round the limit"
        began = time.monotonic()
        with ThreadPoolExecutor(8) as many:  # of one office: all from one address
            signed_in = list(many.map(lambda n: Browser(port, base=base).sign_in(n), range(N)))
        assert (signed_in, time.monotonic() - began < 60) == ([302] * N, True)
        owner = Browser(port, "127.0.0.7", base, **{"X-Forwarded-For": "6.6.6.6"})
        assert owner.sign_in(40) == 302, "nor does it use up anybody's"
        assert invite(owner) == 302
    assert places(environ)[-1] == "127.0.0.7"


def test_without_a_proxy_headers_made_up_change_nothing(environ: dict[str, str]) -> None:
    made_up = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Real-IP": "6.6.6.6"}
    with served(environ) as port:
        for n in range(5):
            stranger = Browser(port, "127.0.0.66", **made_up, **{"X-Forwarded-For": f"127.0.0.{n}"})
            assert stranger.sign_in(41, "wrong password") == 200
        assert stranger.sign_in(41) == 200
        owner = Browser(port, "127.0.0.7", **made_up, **{"X-Forwarded-For": "6.6.6.6"})
        assert owner.sign_in(41) == 302
        assert "evil.example" not in owner.ask("GET", "/")[1]
        assert invite(owner) == 302
    assert places(environ)[-1] == "127.0.0.7"

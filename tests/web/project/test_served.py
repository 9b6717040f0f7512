"""What a running server leaves in its log and in its folder, with everything going wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.web.serving import PATIENCE, answer, free_port

ROOT = Path(__file__).parents[3]
BUILD = """
import json
import django
django.setup()
from uuid import uuid4
from django.core.management import call_command
from django.test import override_settings
call_command("migrate", verbosity=0)
from tests.web.cast import build
with override_settings(TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}):
    things = build().things
from leadline.web.results.mails import tell
tell.enqueue(str(uuid4()))
print(json.dumps({name: getattr(thing, "pk", thing) for name, thing in things.items()}, default=str))
"""
UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
BAD_FORM = "Content-Type: multipart/form-data; boundary="
CLOCK = re.compile(r"\d\d:\d\d|,\d{3} ")


@dataclass(frozen=True)
class Served:
    """A server that runs: where, what is in its world, and its log."""

    port: int
    data: Path
    log: Path
    things: dict[str, str]

    def get(self, path: str) -> int:
        return answer(f"http://127.0.0.1:{self.port}{path}")[0]

    def raw(self, lines: str) -> str:
        """What comes back for something that need be no request; nothing from whom it makes hang up."""
        with closing(socket.create_connection(("127.0.0.1", self.port), 10)) as connection:
            connection.sendall(lines.encode())
            return connection.recv(1000).decode()

    def drop(self, table: str) -> None:
        with closing(sqlite3.connect(self.data / "leadline.sqlite3", timeout=20)) as database:
            database.execute(f"DROP TABLE {table}")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    data, log, port = tmp_path / "data", tmp_path / "log", free_port()
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("LEADLINE_", "DJANGO_"))}
    environ |= {"LEADLINE_DATA": str(data), "LEADLINE_WORKERS": "1"}
    building = environ | {
        "DJANGO_SETTINGS_MODULE": "leadline.web.project.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    built = subprocess.run([sys.executable, "-c", BUILD], env=building, check=True, capture_output=True)
    for path in data.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    data.chmod(0o777)
    command = [sys.executable, "-m", "leadline", "serve", "--port", str(port)]
    with (
        log.open("wb") as written,
        subprocess.Popen(command, env=environ, stdout=written, stderr=written) as own,
    ):
        try:
            one = Served(port, data, log, json.loads(built.stdout))
            assert one.get("/health/") == 200
            yield one
        finally:
            own.send_signal(signal.SIGTERM)
            assert own.wait(PATIENCE) == 0


def wait(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.2)


def traces(text: str, things: dict[str, str]) -> list[str]:
    tokens = {things[name] for name in ("rating_link", "rating_link_expired", "sign_in_token")} | {"abcde"}
    return [token for token in tokens if token in text] + UUID.findall(text) + CLOCK.findall(text)


def test_a_server_on_which_everything_breaks_logs_views_and_closes_what_was_open(served: Served) -> None:
    one, link = served.things["rate_by_link"], f"/rate/link/{served.things['rating_link']}/"
    form = f"{link}{one}/form/architecture_judgement/"
    enter = f"/account/enter/{served.things['user_newcomer']}/{served.things['sign_in_token']}/"
    assert [served.get(path) for path in (form, enter, f"{link}{one}/nothing/")] == [200, 200, 404]
    for method in ("POST", "PATCH"):
        served.raw(f"{method} {enter} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
    for strange in (
        f"GET {form} HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        f"GET {form} HTTP/9.9\r\n\r\n",
        f"GET {form}{'abcde' * 2000} HTTP/1.1\r\n\r\n",
        f"{form}\r\n\r\n",
        f"GET {enter} HTTP/1.1\r\nBad Header {one}: abcde\r\n\r\n",
        f"POST {form} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: {one}\r\n\r\n",
        f"POST {form} HTTP/1.1\r\nHost: localhost\r\n{BAD_FORM}\r\nContent-Length: 5\r\n\r\nabcde",
    ):
        assert " 4" in (told := served.raw(strange)) or " 5" in told, (strange, told)
    for table in ("rating_draft", "accounts_invitation", "accounts_user"):
        served.drop(table)
    assert [served.get(path) for path in (form, "/account/join/invitation/", enter)] == [500, 500, 500]
    wait(lambda: "results.mails.tell" in served.log.read_text())
    log = served.log.read_text().partition("\n")[2]  # the first line is the address to open
    named = ("rating:link_form", "accounts:enter", "accounts:accept", "gunicorn.error Invalid request")
    assert [name for name in named if name not in log] == []
    assert "no such table: rating_draft" in log
    assert traces(log, served.things) == []
    kept = [served.data, *(p for p in served.data.rglob("*") if "static" not in p.parts)]
    assert {(p, stat.S_IMODE(p.stat().st_mode)) for p in kept if p.stat().st_mode & 0o077} == set()
    assert {"leadline.sqlite3", "secret.key", "keys", "mail"} <= {path.name for path in kept}

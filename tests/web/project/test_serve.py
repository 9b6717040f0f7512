"""``leadline serve`` as an operator runs it: one command, and everything ends with it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.web.on_postgres import named, server
from tests.web.serving import PATIENCE, answer, free_port

from leadline.errors import UsageError
from leadline.web.project import lock
from leadline.web.project.serve import check_numbers, check_port


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'own.sqlite3'}"
        return
    with server() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS leadline_web_serve")
        connection.execute("CREATE DATABASE leadline_web_serve")
        yield named(url, "leadline_web_serve")
        connection.execute("DROP DATABASE leadline_web_serve WITH (FORCE)")


def test_one_command_serves_until_it_is_stopped_and_leaves_nothing_running(
    database: str, tmp_path: Path
) -> None:
    port, data = free_port(), tmp_path / "data"
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("LEADLINE_", "DJANGO_"))}
    command = [
        sys.executable,
        "-m",
        "leadline",
        "serve",
        "--port",
        str(port),
        "--database",
        database,
        "--data",
        str(data),
    ]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            first = process.stdout.readline()
            found = re.search(r"(http://127\.0\.0\.1:\d+)(/setup/\?code=\w+)", first)
            assert found, first or process.communicate()
            base, setup = found.groups()
            assert answer(f"{base}/health/") == (200, "ok")
            end = time.monotonic() + PATIENCE
            while answer(f"{base}/ready/") != (200, "ready"):
                assert time.monotonic() < end, "the worker takes seconds to begin"
                time.sleep(0.2)
            assert answer(f"{base}/setup/")[0] == 403
            page = answer(f"{base}{setup}")[1]
            sheet = re.search(r'href="(/static/look/leadline\.\w+\.css)"', page)
            assert sheet
            assert answer(f"{base}{sheet[1]}")[0] == 200
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert process.stderr
        assert process.stderr.read() == ""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_a_second_server_on_the_folder_is_refused_until_the_last_process_of_the_first_has_ended(
    tmp_path: Path,
) -> None:
    handle = lock.take(tmp_path)
    os.set_inheritable(handle, True)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[handle])
    os.close(handle)
    command = [sys.executable, "-m", "leadline", "serve", "--port", str(free_port())]
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("LEADLINE_", "DJANGO_"))}
    with child:
        with pytest.raises(UsageError, match=rf"data folder {tmp_path} \(process {os.getpid()}\)"):
            lock.take(tmp_path, patience=0.3)
        refused = subprocess.run(
            [*command, "--data", str(tmp_path)], env=environ, capture_output=True, text=True, check=False
        )
        assert (refused.returncode, "Another Leadline runs" in refused.stderr) == (2, True), refused.stderr
        child.communicate()
    os.close(lock.take(tmp_path, patience=0))
    assert (tmp_path / lock.NAME).stat().st_mode & 0o077 == 0


def test_a_port_in_use_is_refused_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="in use"):
            check_port("127.0.0.1", taken.getsockname()[1])


def test_an_address_of_another_machine_is_refused_as_such() -> None:
    with pytest.raises(UsageError, match=r"cannot listen on 192\.0\.2\.1"):
        check_port("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"LEADLINE_MAIL_URL": "ftp://x", "LEADLINE_URL": "here"}, ("E001", "E006", "E007")),
        (
            {"LEADLINE_DATABASE_URL": f"postgresql://nobody:secret@127.0.0.1:{free_port()}/none"},
            ("database cannot be reached", "LEADLINE_DATABASE_URL"),
        ),
        (
            {"LEADLINE_DATABASE_URL": "postgresql://nobody@/none?host=/no/such/folder"},
            ("database cannot be reached", "/no/such/folder"),
        ),
    ],
)
def test_settings_that_do_not_work_are_told_together_and_nothing_starts(
    variables: dict[str, str], told: tuple[str, ...], tmp_path: Path
) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("LEADLINE_", "DJANGO_"))}
    command = [sys.executable, "-m", "leadline", "serve", "--port", str(free_port()), "--data", str(tmp_path)]
    ended = subprocess.run(command, env=environ | variables, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert all(one in ended.stderr for one in told), ended.stderr
    assert "secret" not in ended.stderr


@pytest.mark.parametrize("value", ["two", "0", "-1", "", "1.5"])
def test_a_number_of_processes_that_is_none_is_refused_by_its_name(value: str) -> None:
    with pytest.raises(UsageError, match=r"LEADLINE_WORKERS: '.*' is not allowed"):
        check_numbers({"LEADLINE_WORKERS": value})
    check_numbers({"LEADLINE_WORKERS": "3"})


def test_numbers_may_stand_in_files_as_every_setting(tmp_path: Path) -> None:
    file = tmp_path / "workers"
    file.write_text("3\n", encoding="utf-8")
    check_numbers({"LEADLINE_WORKERS_FILE": str(file)})
    file.write_text("three", encoding="utf-8")
    with pytest.raises(UsageError, match="LEADLINE_WORKERS: 'three' is not allowed"):
        check_numbers({"LEADLINE_WORKERS_FILE": str(file)})

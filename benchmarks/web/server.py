"""``leadline serve`` on a database of its own, and what all its processes hold in memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from tests.web.on_postgres import named, server

PORT = 8765
NAME = "leadline_load"

Served = tuple[dict[str, Any], subprocess.Popen[bytes], dict[str, str]]
"""The sessions of people, the process, and the environment that other commands join it with."""


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'load.sqlite3'}"
        return
    with server() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {NAME}")
        yield named(url, NAME)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@contextmanager
def served(kind: str, n_persons: int) -> Iterator[Served]:
    """The world of ``build``, served."""
    with tempfile.TemporaryDirectory() as name, database(kind, Path(name)) as url:
        # Installed packages are compiled when installed; a checkout where nothing may be written is not.
        inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environ = {
            **inherited,
            "LEADLINE_DATA": name,
            "LEADLINE_DATABASE_URL": url,
            "LEADLINE_URL": f"http://127.0.0.1:{PORT}",
        }
        build = [sys.executable, "-m", "benchmarks.web.build", str(n_persons)]
        world = json.loads(subprocess.run(build, env=environ, check=True, capture_output=True).stdout)
        process = subprocess.Popen(
            [sys.executable, "-m", "leadline", "serve", "--port", str(PORT)],
            env=environ,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait()
            yield world, process, environ
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(40)


def wait() -> None:
    """Until it answers."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health/", timeout=5).close()
        except (OSError, urllib.error.URLError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("the server did not start")


def family(pid: int) -> list[int]:
    """A process and everything it started."""
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text(encoding="ascii").split()
    ]
    return [pid, *(one for child in children for one in family(child))]


def megabytes(pid: int) -> tuple[float, float]:
    """Resident memory of all processes: summed, and with shared pages counted once."""
    resident = shared_once = 0
    for one in family(pid):
        rollup = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii")
        found = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
        resident, shared_once = resident + found["Rss"], shared_once + found["Pss"]
    return resident / 1024, shared_once / 1024


def processor_seconds(pid: int) -> float:
    """Processor time of all processes so far, which others on the machine do not change."""
    ticks = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def watched(pid: int) -> Iterator[Watch]:
    """Memory while something happens."""
    watch = Watch(pid)
    watch.start()
    yield watch
    watch.stop.set()
    watch.join()


class Watch(threading.Thread):
    """The most memory held while it runs."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.stop, self.most = pid, threading.Event(), (0.0, 0.0)

    def run(self) -> None:
        while not self.stop.wait(0.2):
            try:
                now = megabytes(self.pid)
            except (FileNotFoundError, ProcessLookupError):
                continue  # a process ended between listing and reading
            self.most = (max(self.most[0], now[0]), max(self.most[1], now[1]))

"""Plays a world in a process of its own, on SQLite or on the PostgreSQL server of the tests."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).parents[2]


def build(folder: Path, seed: int, server: str = "") -> None:
    """Play it; what is left lies in ``folder``.

    Parameters
    ----------
    folder : Path
        Empty.
    seed : int
    server : str
        Address of any database on a PostgreSQL server; SQLite without.
    """
    with _database(server) as address:
        own = {
            "LEADLINE_DATA": str(folder / "data"),
            "LEADLINE_DATABASE_URL": address,
            "LEADLINE_URL": "http://testserver",
            "DJANGO_SETTINGS_MODULE": "tests.attack.settings",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
            "PYTHONHASHSEED": "0",
        }
        others = {name: value for name, value in os.environ.items() if not name.startswith("LEADLINE_")}
        (folder / "data").mkdir(mode=0o700)
        done = subprocess.run(
            [sys.executable, "-m", "tests.attack.world", str(folder), str(seed)],
            env=others | own,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])


@contextmanager
def _database(server: str) -> Iterator[str]:
    """A database of its own on the server, gone afterwards."""
    if not server:
        yield ""
        return
    name = f"leadline_attack_{hashlib.sha256(__file__.encode()).hexdigest()[:8]}_{os.getpid()}"
    with psycopg.connect(urlsplit(server)._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

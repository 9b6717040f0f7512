"""``leadline audit verify`` as an operator runs it, on both databases."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.web.on_postgres import named, server

NAME = "leadline_web_verify"
FILL = """
from datetime import date
from leadline.web.project.prepare import prepare
prepare()
from leadline.web.accounts import heads
from leadline.web.accounts.audit import record
from leadline.web.accounts.models import Organisation
for name in ("Acme", "Borealis"):
    own = Organisation.objects.create(name=name)
    for n in range(3):
        record(own, "project.started", own, n=n)
heads.write(date(2026, 11, 30))
"""


@dataclass
class Installation:
    """A data folder and a database with two chains."""

    data: Path
    database: str

    def run(self, *more: str, code: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command, or some code in its stead."""
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("LEADLINE_", "DJANGO_"))}
        if code:
            environ |= {"LEADLINE_DATA": str(self.data), "LEADLINE_DATABASE_URL": self.database}
            environ |= {"DJANGO_SETTINGS_MODULE": "leadline.web.project.settings"}
            command = [sys.executable, "-c", code]
        else:
            own = ["--data", str(self.data), "--database", self.database]
            command = [sys.executable, "-m", "leadline", "audit", "verify", *own, *more]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    def execute(self, sql: str) -> None:
        """What somebody does who holds the database."""
        if self.database.startswith("sqlite"):
            with sqlite3.connect(self.database.removeprefix("sqlite:///")) as connection:
                connection.execute(sql)
            connection.close()
        else:
            with psycopg.connect(self.database, autocommit=True) as own:
                own.execute(sql)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    if request.param == "sqlite":
        own = Installation(folder / "data", f"sqlite:///{folder / 'own.sqlite3'}")
        filled = own.run(code=FILL)
        assert filled.returncode == 0, filled.stderr
        yield own
        return
    with server() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME}")
        own = Installation(folder / "data", named(url, NAME))
        filled = own.run(code=FILL)
        assert filled.returncode == 0, filled.stderr
        yield own
        connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.fixture
def installation(made: Installation, tmp_path: Path) -> Iterator[Installation]:
    """The installation, put back afterwards."""
    shutil.copytree(made.data, tmp_path / "kept")
    made.execute("CREATE TABLE kept AS SELECT * FROM accounts_auditrecord")
    yield made
    made.execute("DELETE FROM accounts_auditrecord")
    made.execute("INSERT INTO accounts_auditrecord SELECT * FROM kept")
    made.execute("DROP TABLE kept")
    shutil.copytree(tmp_path / "kept", made.data, dirs_exist_ok=True)


def test_it_holds_and_says_so_and_nothing_is_written(installation: Installation) -> None:
    before = {path: path.stat().st_mtime_ns for path in installation.data.rglob("*") if path.is_file()}
    found = installation.run("--language", "en")
    assert (found.returncode, found.stderr) == (0, "")
    acme, heads, *_ = found.stdout.splitlines()
    assert acme.startswith("Acme: the audit holds. 3 records, sealed with the key from record 1 on")
    assert heads == "  Compared with 1 daily head, of 2026-11-30."
    after = {path: path.stat().st_mtime_ns for path in installation.data.rglob("*") if path.is_file()}
    assert after == before


def chains(found: subprocess.CompletedProcess[str]) -> list[tuple[str, list[tuple[str, int]]]]:
    document: dict[str, Any] = json.loads(found.stdout)
    assert document["holds"] == (found.returncode == 0)
    return [
        (one["name"], [(it["code"], it["number"]) for it in one["findings"]]) for one in document["chains"]
    ]


OF_ACME = "organisation_id = (SELECT id FROM accounts_organisation WHERE name = 'Acme')"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (f"UPDATE accounts_auditrecord SET actor = 'x' WHERE number = 2 AND {OF_ACME}", [("changed", 2)]),
        (f"DELETE FROM accounts_auditrecord WHERE number = 1 AND {OF_ACME}", [("missing", 1)]),
        (f"DELETE FROM accounts_auditrecord WHERE number = 3 AND {OF_ACME}", [("tail", 3)]),
        (f"DELETE FROM accounts_auditrecord WHERE {OF_ACME}", [("tail", 1)]),
    ],
)
def test_what_was_done_to_one_chain_is_found_and_ends_with_1(
    installation: Installation, sql: str, expected: list[tuple[str, int]]
) -> None:
    installation.execute(sql)
    found = installation.run("--json", "--language", "zh")
    assert found.returncode == 1
    assert chains(found) == [("Acme", expected), ("Borealis", [])]
    assert "审计" in found.stdout or "记录" in found.stdout


def test_heads_are_taken_from_the_folder_named(installation: Installation, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.move(installation.data / "audit", elsewhere)
    installation.execute(f"DELETE FROM accounts_auditrecord WHERE number = 3 AND {OF_ACME}")
    without = installation.run("--language", "en")
    assert without.returncode == 0
    assert "would go unnoticed" in without.stdout
    assert installation.run("--heads", str(elsewhere)).returncode == 1


def test_a_chain_of_which_there_are_heads_alone_is_told_of(installation: Installation) -> None:
    with (installation.data / "audit" / "heads.jsonl").open("a") as file:
        file.write('{"organisation": "gone", "number": 7, "hash": "0", "day": "2026-11-30"}\n')
    found = installation.run("--json")
    assert chains(found)[-1] == ("", [("tail", 1)])


def test_what_cannot_be_checked_ends_with_2(installation: Installation, tmp_path: Path) -> None:
    nowhere = Installation(tmp_path / "nowhere", installation.database)
    assert "no data folder" in nowhere.run("--language", "en").stderr
    assert not (tmp_path / "nowhere").exists()
    found = installation.run("--heads", str(tmp_path / "nowhere"), "--language", "en")
    assert (found.returncode, "heads.jsonl" in found.stderr) == (2, True)
    (installation.data / "audit.key").unlink()
    (installation.data / "audit.key").mkdir()
    found = installation.run("--language", "en")
    assert (found.returncode, "audit.key cannot be read" in found.stderr) == (2, True)
    (installation.data / "audit.key").rmdir()
    found = installation.run("--language", "en")
    assert (found.returncode, "key of the audit is missing" in found.stderr) == (2, True)
    assert not (installation.data / "audit.key").exists()


def test_a_database_that_is_none_of_ours_ends_with_2_and_is_not_made(
    made: Installation, tmp_path: Path
) -> None:
    missing = Installation(made.data, f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert missing.run().returncode == 2
    assert not (tmp_path / "none.sqlite3").exists()
    (tmp_path / "none.sqlite3").touch()
    assert missing.run().returncode == 2

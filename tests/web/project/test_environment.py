"""Settings come from the environment or from files, typed, and are refused by name."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from leadline.errors import UsageError
from leadline.web.project.environment import Environment, database, secret


def test_a_value_may_be_kept_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hidden\n")
    assert Environment({"LEADLINE_SECRET_KEY_FILE": str(tmp_path / "key")}).text("SECRET_KEY") == "hidden"


def test_a_value_set_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="LEADLINE_URL and LEADLINE_URL_FILE"):
        Environment({"LEADLINE_URL": "a", "LEADLINE_URL_FILE": "b"}).text("URL")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="LEADLINE_URL_FILE"):
        Environment({"LEADLINE_URL_FILE": str(tmp_path / "nowhere")}).text("URL")


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("No", False), ("1", True)])
def test_a_switch_is_yes_or_no(text: str, value: bool) -> None:
    assert Environment({"LEADLINE_DEMO": text}).switch("DEMO") is value


def test_a_switch_that_is_neither_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="LEADLINE_DEMO: 'maybe'"):
        Environment({"LEADLINE_DEMO": "maybe"}).switch("DEMO")


@pytest.mark.parametrize("text", ["-1", "many"])
def test_a_number_below_the_least_or_in_words_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="LEADLINE_THREADS"):
        Environment({"LEADLINE_THREADS": text}).number("THREADS", 8)


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = secret(Environment({}), tmp_path)
    assert secret(Environment({}), tmp_path) == first
    assert len(first) > 50
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_a_given_secret_is_used_and_not_written(tmp_path: Path) -> None:
    assert secret(Environment({"LEADLINE_SECRET_KEY": "given"}), tmp_path) == "given"
    assert list(tmp_path.iterdir()) == []


def test_without_an_address_the_database_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    chosen = database("", tmp_path)
    assert chosen["NAME"] == str(tmp_path / "leadline.sqlite3")
    assert "journal_mode=WAL" in str(chosen["OPTIONS"])


def test_a_postgresql_address_is_taken_apart(tmp_path: Path) -> None:
    chosen = database("postgresql://lead:p%40ss@db.example:5433/line?sslmode=require", tmp_path)
    assert (chosen["USER"], chosen["PASSWORD"], chosen["HOST"], chosen["PORT"], chosen["NAME"]) == (
        "lead",
        "p@ss",
        "db.example",
        5433,
        "line",
    )
    assert chosen["OPTIONS"]["sslmode"] == "require"  # type: ignore[index]


def test_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="mysql"):
        database("mysql://x/y", tmp_path)

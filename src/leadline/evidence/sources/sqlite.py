"""SQLite databases, opened for reading only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from leadline.errors import SourceError
from leadline.evidence.sources.kind import check_is_there
from leadline.evidence.sources.raw import Book, RawTable, single
from leadline.evidence.sources.records import frame_of_rows

_TABLES = """
    select name from sqlite_master
    where type in ('table', 'view') and name not like 'sqlite_%' order by name
"""


def open_sqlite(path: Path, place: str, *, query: str | None = None) -> Book:
    """Open a SQLite file: the result of a query, or its tables and views.

    Parameters
    ----------
    path : Path
    place : str
    query : str, optional
        One SQL statement that reads.

    Returns
    -------
    Book

    Raises
    ------
    SourceError
        The file is not there or no database, or the query fails; the database's own words are told.
    """
    check_is_there(path, place)
    if query is not None:
        return single(_run(path, place, query))
    names = _run(path, place, _TABLES).frame.get_column("name").to_list()
    return Book(place, tuple(names), lambda name: _run(path, place, _all_of(name)))


def _all_of(name: str) -> str:
    # The name comes from the database itself and is quoted; SQLite takes no parameter there.
    quoted = name.replace('"', '""')
    return f'select * from "{quoted}"'  # noqa: S608  quoted above


def _run(path: Path, place: str, query: str) -> RawTable:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            connection.execute("pragma query_only = on")
            cursor = connection.execute(query)
            if cursor.description is None:
                raise SourceError("evidence.sql_no_rows", place=place)
            return RawTable(
                frame_of_rows([name for name, *_ in cursor.description], cursor.fetchall()), place
            )
    except sqlite3.Error as error:
        raise SourceError("evidence.sql_failed", place=place, reason=str(error)) from error

"""PostgreSQL databases, read in a transaction that cannot write; no message ever holds a password."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from leadline.errors import SourceError
from leadline.evidence.sources.raw import Book, RawTable, single
from leadline.evidence.sources.records import frame_of_rows

_CONNECT_SECONDS = 10
_TABLES = """
    select table_name as name from information_schema.tables
    where table_schema = any (current_schemas(false)) order by table_name
"""


def open_postgres(url: str, *, query: str | None = None) -> Book:
    """Open a PostgreSQL database: the result of a query, or the tables on the search path.

    Parameters
    ----------
    url : str
        ``postgresql://user:password@host:port/database``.
    query : str, optional
        One SQL statement that reads.

    Returns
    -------
    Book

    Raises
    ------
    SourceError
        No connection, or the query fails; the server's own words are told, without the password.
    """
    place = place_of(url)
    if query is not None:
        return single(_run(url, place, sql.SQL(query)))
    names = _run(url, place, sql.SQL(_TABLES)).frame.get_column("name").to_list()
    return Book(
        place,
        tuple(names),
        lambda name: _run(url, place, sql.SQL("select * from {}").format(sql.Identifier(name))),
    )


def place_of(url: str) -> str:
    """Server and database of a URL, without user, password and parameters.

    Examples
    --------
    >>> place_of("postgresql://ada:secret@db.example:5433/hr?sslmode=require")
    'postgresql://db.example:5433/hr'
    """
    return f"postgresql://{url.partition('://')[2].rpartition('@')[2].partition('?')[0]}"


def without_password(message: str, url: str) -> str:
    """A message without the password of a URL, in whatever spelling.

    Raises
    ------
    SourceError
        The password cannot be told from the rest of the URL, so that no message is safe.

    Examples
    --------
    >>> without_password("bad token s%20t", "postgresql://ada:s%20t@db/hr")
    'bad token ***'
    """
    written = url.partition("://")[2].rpartition("@")[0].partition(":")[2]
    try:
        is_clear = (urlsplit(url).password or "") == written
    except ValueError:
        is_clear = False
    if not is_clear:
        raise SourceError("evidence.bad_address") from None
    for secret in (written, unquote(written)):
        message = message.replace(secret, "***") if secret else message
    return " ".join(message.split())


def _run(url: str, place: str, query: sql.SQL | sql.Composed) -> RawTable:
    try:
        connection = psycopg.connect(url, connect_timeout=_CONNECT_SECONDS)
    except psycopg.Error as error:
        # The cause is left out: its own text may hold the password.
        raise SourceError(
            "evidence.sql_connect", place=place, reason=without_password(str(error), url)
        ) from None
    with connection:
        connection.read_only = True
        try:
            cursor = connection.execute(query)
        except psycopg.Error as error:
            reason = without_password(str(error), url)
            raise SourceError("evidence.sql_failed", place=place, reason=reason) from None
        if cursor.description is None:
            raise SourceError("evidence.sql_no_rows", place=place)
        names = [column.name for column in cursor.description]
        return RawTable(frame_of_rows(names, cursor.fetchall()), place)

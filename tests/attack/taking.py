"""Taking copies: rows with the database's own columns, files as bytes, mails, logs, pages of every role."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.attack.holdings import Page, Snapshot, Table, Tables

OWN = {
    "sqlite": 'rowid AS "@place", NULL AS "@version"',
    "postgresql": 'ctid::text AS "@place", xmin::text AS "@version"',
}
LOGS = 6
"""Files of the write-ahead log, of 16 MB each, that are read at most."""
DULL = re.compile(r"^(django_migrations|django_content_type|auth_|pg_|sqlite_)")


def rows() -> Tables:
    """Every row of every table, by the database itself: models may hide something."""
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            if DULL.match(name):
                continue
            cursor.execute(f'SELECT {OWN[connection.vendor]}, t.* FROM "{name}" t')
            columns = tuple(column[0] for column in cursor.description)
            found[name] = Table(name, columns, tuple(_shared(row) for row in cursor.fetchall()))
    return found


_SEEN: dict[tuple[Any, ...], tuple[Any, ...]] = {}


def _shared(row: Iterable[Any]) -> tuple[Any, ...]:
    """The same row of many backups is kept once."""
    plain = tuple(_plain(value) for value in row)
    return _SEEN.setdefault(plain, plain)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, memoryview | bytearray):
        return bytes(value)
    return value if value is None or isinstance(value, str | int | float | bytes) else str(value)


def files(folder: Path) -> dict[str, Path]:
    """Copies of the database's files: SQLite's with its log, PostgreSQL's heaps and indexes."""
    folder.mkdir(parents=True)
    return _sqlite(folder) if connection.vendor == "sqlite" else _postgresql(folder)


def _sqlite(folder: Path) -> dict[str, Path]:
    base = Path(str(connection.settings_dict["NAME"]))
    found = {}
    for ending in ("", "-wal", "-journal"):
        path = base.with_name(base.name + ending)
        if path.exists():
            found[f"database{ending}"] = folder / f"database{ending}"
            shutil.copyfile(path, found[f"database{ending}"])
    return found


def _postgresql(folder: Path) -> dict[str, Path]:
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT c.relname, pg_relation_filepath(c.oid) FROM pg_class c JOIN pg_namespace n"
            " ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'i', 't') AND pg_relation_size(c.oid) > 0"
            " AND n.nspname IN ('public', 'pg_toast')"
        )
        found = {}
        for name, path in cursor.fetchall():
            cursor.execute("SELECT pg_read_binary_file(%s)", [path])
            (content,) = cursor.fetchone()
            found[name] = folder / name
            found[name].write_bytes(bytes(content))
        return found


def position() -> str:
    """Where PostgreSQL's write-ahead log stands."""
    if connection.vendor == "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_walfile_name(pg_current_wal_lsn())")
        return str(cursor.fetchone()[0])


def log_since(start: str, folder: Path) -> dict[str, Path]:
    """The newest files of that log since then; SQLite's is copied with its database."""
    if connection.vendor == "sqlite":
        return {}
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_ls_waldir() WHERE name >= %s AND length(name) = 24", [start])
        now = position()
        for name in sorted(name for (name,) in cursor.fetchall() if name <= now)[-LOGS:]:
            cursor.execute("SELECT pg_read_binary_file(%s, 0, 16777216, true)", [f"pg_wal/{name}"])
            (content,) = cursor.fetchone()
            if content is not None:
                found[name] = folder / name
                found[name].write_bytes(bytes(content))
    return found


def snapshot(stage: str, folder: Path) -> Snapshot:
    """Everything at a stage."""
    data = Path(settings.LEADLINE_DATA)
    mails = tuple(path.read_text(encoding="utf-8") for path in sorted((data / "mail").glob("*")))
    log = data / "log.txt"
    return Snapshot(
        stage,
        rows(),
        files(folder / stage),
        mails,
        log.read_text(encoding="utf-8") if log.exists() else "",
    )


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names of all addresses with their parameters."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif isinstance(pattern, URLPattern) and pattern.name:
            parameters = tuple(pattern.pattern.regex.groupindex)
            yield prefix + pattern.name, parameters


def crawl(stage: str, clients: Mapping[str, Client], things: Mapping[str, list[str]]) -> Iterator[Page]:
    """Every page a role gets, lists also as the files they are exported to.

    Signing out and the setup are left alone.
    """
    for name, parameters in addresses():
        if name in ("account_logout", "setup") or any(one not in things for one in parameters):
            continue
        for values in product(*(things[one] for one in parameters)):
            url = reverse(name, kwargs=dict(zip(parameters, values, strict=True)))
            for role, client in clients.items():
                yield from _looked(stage, role, client, url)


def _looked(stage: str, role: str, client: Client, url: str) -> Iterator[Page]:
    response = client.get(url)
    if response.status_code != 200:
        return
    yield Page(stage, role, url, _text(response))
    if "export=csv" in _text(response):
        yield Page(stage, role, f"{url}?export=csv", _text(client.get(url, {"export": "csv"})))


def _text(response: Any) -> str:
    content = response.getvalue() if response.streaming else response.content
    return str(content.decode("utf-8", "replace"))

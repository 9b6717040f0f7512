"""A database of release 0.1.0 brought to today's, once; each test finds it as it was then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from tests.web.upgrade.loading import lay

from leadline.web.cycles import progress


@dataclass(frozen=True)
class Upgraded:
    """The upgraded installation: its data folder, and the database as the connection names it.

    ``kept`` holds the bytes of the database's files ``before`` and ``after`` the upgrade.
    """

    data: Path
    database: str
    kept: dict[str, bytes] = field(default_factory=dict, repr=False)

    @contextmanager
    def here(self) -> Iterator[None]:
        """Within, the application works on this database and this folder."""
        usual, folder, key = (
            connection.settings_dict["NAME"],
            settings.LEADLINE_DATA,
            settings.LEADLINE_AUDIT_KEY,
        )
        connection.close()
        connection.settings_dict["NAME"], settings.LEADLINE_DATA = self.database, self.data
        settings.LEADLINE_AUDIT_KEY = self.data / "audit.key"
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"], settings.LEADLINE_DATA = usual, folder
            settings.LEADLINE_AUDIT_KEY = key


@contextmanager
def released(data: Path, name: str) -> Iterator[Upgraded]:
    """An installation of the release, not upgraded yet."""
    is_file = connection.vendor == "sqlite"
    database = str(data / "leadline.sqlite3") if is_file else f"{connection.settings_dict['NAME']}_{name}"
    own = Upgraded(data, database)
    _server("DROP DATABASE IF EXISTS {}", database)
    _server("CREATE DATABASE {}", database)
    with own.here():
        lay(data)
        own.kept["before"] = _files()
    yield own
    _server("DROP DATABASE {}", database)


@pytest.fixture(scope="session")
def upgraded(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgraded]:
    with django_db_blocker.unblock(), released(tmp_path_factory.mktemp("upgraded"), "upgraded") as own:
        with own.here():
            with _somebody_writing():
                call_command("migrate", verbosity=0, interactive=False)
            own.kept["after"] = _files()
            for cycle in progress.due(timezone.now()):  # as the clock does within a minute
                progress.note(cycle)
        yield own


@contextmanager
def _somebody_writing() -> Iterator[None]:
    """Within, a transaction is open in another database of the server: PostgreSQL keeps rows for it."""
    if connection.vendor == "sqlite":
        yield
        return
    with connection._nodb_cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_current_xact_id()")
        yield
        cursor.execute("ROLLBACK")


def _server(statement: str, name: str) -> None:
    if connection.vendor == "postgresql":
        with connection._nodb_cursor() as cursor:
            cursor.execute(statement.format(connection.ops.quote_name(name)))


def _files() -> bytes:
    """Everything in the files of the database: a file with its log, or those of every table of a server."""
    connection.close()
    if connection.vendor == "sqlite":
        base = Path(connection.settings_dict["NAME"])
        return b"".join(path.read_bytes() for path in sorted(base.parent.glob(f"{base.name}*")))
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class"
            " WHERE relkind IN ('r', 't', 'i') AND pg_relation_filepath(oid) IS NOT NULL"
            " AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'pg_toast'))"
        )
        return b"".join(bytes(content) for (content,) in cursor.fetchall())


@pytest.fixture
def _there(upgraded: Upgraded, django_db_blocker: DjangoDbBlocker) -> Iterator[Upgraded]:
    ledgers = {path: path.read_bytes() for path in upgraded.data.glob("keys/*.ledger")}
    with django_db_blocker.unblock(), upgraded.here():
        yield upgraded
    for path, content in ledgers.items():  # figures that a test saw are unseen again with its transaction
        path.write_bytes(content)


@pytest.fixture
def moved(_there: Upgraded, db: None) -> Upgraded:
    """The upgraded database in a transaction that is undone; key files that a test destroys are not."""
    return _there

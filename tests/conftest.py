"""The test database of the web tests; made when the first test asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import setup_databases, teardown_databases
from hypothesis import settings
from pytest_django.plugin import DjangoDbBlocker

# A busy machine takes longer than any deadline, which says nothing about what is tested.
settings.register_profile("leadline", deadline=None)
settings.load_profile("leadline")


def shut_out(connection: BaseDatabaseWrapper) -> None:
    """End every session on a PostgreSQL database and let none begin: it is about to be removed.

    Ending them alone is not enough, for whoever lost theirs may open another.
    """
    name = connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {connection.ops.quote_name(name)} ALLOW_CONNECTIONS false")
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name]
        )


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """As pytest-django's own, but also for fixtures that live longer than a test."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            shut_out(connection)
        teardown_databases(made, verbosity=0)

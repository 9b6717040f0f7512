"""How many queries each page makes, fixed in ``queries/<app>.toml``: more is a decision, not an accident.

``LEADLINE_RECORD_QUERIES=yes`` writes the files anew.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.web.cast import World
from tests.web.table import Address, pages

FOLDER = Path(__file__).parent / "queries"


def _file(address: Address) -> Path:
    return FOLDER / f"{address.name.split(':')[0] if ':' in address.name else 'project'}.toml"


def _known(path: Path) -> dict[str, int]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _keep(path: Path, key: str, count: int) -> None:
    known = {**_known(path), key: count}
    path.write_text("".join(f'"{name}" = {n}\n' for name, n in sorted(known.items())), encoding="utf-8")


@pytest.mark.parametrize("address", pages(), ids=str)
def test_a_page_makes_as_many_queries_as_written_down(
    address: Address, world: World, as_visitor: Callable[[str], Client]
) -> None:
    client = as_visitor(address.page)
    client.get(address.url(world))
    with CaptureQueriesContext(connection) as captured:
        client.get(address.url(world))
    key = str(address).removesuffix("-GET")
    if os.environ.get("LEADLINE_RECORD_QUERIES"):
        _keep(_file(address), key, len(captured))
    assert _known(_file(address)).get(key) == len(captured)

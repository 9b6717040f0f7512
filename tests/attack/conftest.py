"""One world for all attacks: whichever process of the tests comes first plays it, the others wait."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from tests.attack.building import build
from tests.attack.facts import facts
from tests.attack.holdings import Facts, Holdings, Truth, load

SEED = 1


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Holdings, Truth, Facts]:
    """The loot, the truth, and what attacks are asked."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "attacked"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "world" / "world.pickle").exists():
            (folder / "world").mkdir()
            build(folder / "world", SEED, os.environ.get("LEADLINE_TEST_DATABASE_URL", ""))
    return read(folder / "world")


def read(folder: Path) -> tuple[Holdings, Truth, Facts]:
    """A world that was played."""
    holdings, truth = load(folder)
    return holdings, truth, facts(holdings, truth)

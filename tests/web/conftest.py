"""A world with the whole cast, and visitors signed in to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings
from tests.web.again import world_again
from tests.web.cast import World


@pytest.fixture
def world(db: None) -> World:
    return world_again()


@pytest.fixture
def as_visitor(world: World) -> Callable[[str], Client]:
    """``as_visitor("analytics")`` is a client signed in as that member of the cast."""

    def visit(visitor: str) -> Client:
        client = Client()
        if visitor != "anonymous":
            client.force_login(world.users[visitor], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return visit


@pytest.fixture(autouse=True)
def _own_heads(settings: Settings, tmp_path: Path) -> None:
    """Heads that one test wrote are not those of the next one's chain."""
    settings.LEADLINE_AUDIT_HEADS = tmp_path / "heads"


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    """What one test used up of a rate limit is not missing in the next."""
    cache.clear()

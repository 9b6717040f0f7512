"""A real server with the whole cast behind it, and a real browser in front."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, BrowserContext
from pytest_django.plugin import DjangoDbBlocker
from tests.web.again import world_again
from tests.web.cast import World
from tests.web.serving import served

# The browser's driver runs an event loop in this thread, in which Django would refuse its database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@dataclass
class Stage:
    """A served world."""

    world: World
    url: str

    def context(self, browser: Browser, visitor: str, **options: object) -> BrowserContext:
        """A browser window of a visitor."""
        context = browser.new_context(**options)
        if visitor != "anonymous":
            client = Client()
            client.force_login(self.world.users[visitor], backend="django.contrib.auth.backends.ModelBackend")
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.url}])
        return context


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """The world of the web tests, served; emptied afterwards."""
    with django_db_blocker.unblock():
        world = world_again()
        with served() as url:
            yield Stage(world, url)
        call_command("flush", interactive=False, verbosity=0)

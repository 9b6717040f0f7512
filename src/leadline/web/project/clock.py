"""What is due by the clock, every minute: once, however many workers there are."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from importlib import import_module

from django.core.cache import cache
from django.db import close_old_connections
from django.utils import timezone

from leadline.web.project.home import modules

EVERY = 60
_LOG = logging.getLogger(__name__)


def tick(now: datetime) -> None:
    """Let every app do what is due."""
    if not cache.add(f"clock-{now:%Y%m%d%H%M}", 1, timeout=10 * EVERY):
        return
    for name in modules("clock"):
        import_module(name).due(now)


def run(stop: threading.Event) -> None:
    """Tick until told to stop; a fault of one minute is logged and does not end the next."""
    while True:
        close_old_connections()
        try:
            tick(timezone.now())
        except Exception:  # noqa: BLE001  whatever a mail server or a database does, the clock goes on
            _LOG.exception("clock")
        finally:
            close_old_connections()
        if stop.wait(EVERY):
            return

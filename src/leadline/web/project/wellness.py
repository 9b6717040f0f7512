"""Whether the server is alive, and whether it can do its work: for whoever watches it, and nothing more."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, close_old_connections
from django.http import HttpRequest, HttpResponse

BEAT, DEAD = 10, 60
"""Seconds between two beats of the worker, and without one."""
PATIENCE = 0.8
"""Seconds the checks may take together; what hangs is not ready."""
FRESH = 1.0
"""Seconds a finding is good for, so that asking often costs nothing."""
ROOM = 50 << 20
"""Bytes that must be free in the data folder: keys and mails are written there."""
WORKER = "worker-alive"
_LOG = logging.getLogger(__name__)


def beat() -> None:
    """Say that the worker is alive."""
    cache.set(WORKER, 1, timeout=DEAD)


def database() -> bool:
    """Whether the database takes a row and gives it back."""
    name, written = f"ready-{os.getpid()}", secrets.token_hex(8)
    cache.set(name, written, timeout=DEAD)
    return bool(cache.get(name) == written)


def disk() -> bool:
    """Whether the data folder can be written and has room."""
    data = Path(settings.LEADLINE_DATA)
    return os.access(data, os.W_OK) and shutil.disk_usage(data).free >= ROOM


def worker() -> bool:
    """Whether the worker was alive a minute ago."""
    return cache.get(WORKER) is not None


CHECKS = (disk, database, worker)


class Readiness:
    """The last finding, and a thread that makes the next; it alone may hang."""

    def __init__(self, checks: tuple[Callable[[], bool], ...] = CHECKS) -> None:
        self.checks = checks
        self._pool = ThreadPoolExecutor(1, "ready")
        self._asked: Future[str] | None = None
        self._found, self._until = "", 0.0

    def fault(self) -> str:
        """Name of the first check that fails, or ``slow``; empty where all hold."""
        if time.monotonic() >= self._until:
            if self._asked is None or self._asked.done():
                self._asked = self._pool.submit(self._first_fault)
            try:
                found = self._asked.result(PATIENCE)
            except TimeoutError:
                found = "slow"
            if found != self._found:
                _LOG.warning("ready again" if not found else "not ready: %s", *filter(None, [found]))
            self._found, self._until = found, time.monotonic() + FRESH
        return self._found

    def _first_fault(self) -> str:
        close_old_connections()
        try:
            return next((check.__name__ for check in self.checks if not check()), "")
        except (DatabaseError, OSError):
            return "database"
        finally:
            close_old_connections()


class Probes:
    """Answers ``/health/`` and ``/ready/`` before anything else is asked who it is, or by what name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.readiness = Readiness()
        self.answers: Mapping[str, Callable[[], HttpResponse]] = {
            "/health/": lambda: _plain("ok"),
            "/ready/": self._ready,
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        answer = self.answers.get(request.path_info)
        return answer() if answer and request.method in ("GET", "HEAD") else self.get_response(request)

    def _ready(self) -> HttpResponse:
        return _plain("not ready", 503) if self.readiness.fault() else _plain("ready")


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain", status=status, headers={"Cache-Control": "no-store"})

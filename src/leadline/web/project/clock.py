"""What is due by the clock, every minute: once, however many workers there are.

Due here: what has served, and would tell who was at work when.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import close_old_connections, connection
from django.db.models import Q
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from leadline.web.project.modules import modules

EVERY = 60
LOST = timedelta(days=1)
"""A task that has run for so long has lost its worker."""
_LOG = logging.getLogger(__name__)


def tick(now: datetime) -> None:
    """Let every app do what is due."""
    if not cache.add(f"clock-{now:%Y%m%d%H%M}", 1, timeout=10 * EVERY):
        return
    for module in modules("clock"):
        with _going_on(module.__name__):
            module.due(now)


def due(now: datetime) -> None:
    """Delete the rows of tasks that are over and of what the cache held."""
    over = Q(status__in=(TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED))
    DBTaskResult.objects.filter(over | Q(started_at__lt=now - LOST)).delete()
    if table := settings.CACHES["default"].get("LOCATION"):
        # Django deletes what has expired only once there is too much; limits of signing in name who and when.
        with connection.cursor() as cursor:
            name, moment = connection.ops.quote_name(table), connection.ops.adapt_datetimefield_value(now)
            cursor.execute(f"DELETE FROM {name} WHERE expires < %s", [moment])  # noqa: S608  name is ours


@contextmanager
def _going_on(name: str) -> Iterator[None]:
    """A fault is logged; what else is due, now and in a minute, is done."""
    try:
        yield
    except Exception:  # noqa: BLE001  whatever a mail server or a database does, the clock goes on
        _LOG.exception("%s", name)


def run(stop: threading.Event) -> None:
    """Tick until told to stop."""
    while True:
        close_old_connections()
        with _going_on(__name__):
            tick(timezone.now())
        close_old_connections()
        if stop.wait(EVERY):
            return

"""What is due by the clock, every minute: once, however many workers there are.

Due here: what has served, and would tell who was at work when.
"""

from __future__ import annotations

import threading
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import close_old_connections, connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from leadline.web.look.queue import have_failed
from leadline.web.project import retention
from leadline.web.project.modules import modules
from leadline.web.project.promises import REWRITING
from leadline.web.project.reconciling import going_on, reconcile

EVERY = 60


def tick(now: datetime) -> None:
    """Keep what was promised, then let every app do what is due."""
    if not cache.add(f"clock-{now:%Y%m%d%H%M}", 1, timeout=10 * EVERY):
        return
    reconcile(now)
    for module in modules("clock"):
        with going_on(module.__name__):
            module.due(now)


def due(now: datetime) -> None:
    """Delete the rows of tasks that are over and of what the cache held."""
    retention.keep(now)
    over = DBTaskResult.objects.filter(status__in=(TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED))
    over.exclude(pk__in=have_failed(*REWRITING).values("pk")).delete()  # these are tried again
    if table := settings.CACHES["default"].get("LOCATION"):
        # Django deletes what has expired only once there is too much; limits of signing in name who and when.
        with connection.cursor() as cursor:
            name = connection.ops.quote_name(str(table))
            moment = connection.ops.adapt_datetimefield_value(now)
            cursor.execute(f"DELETE FROM {name} WHERE expires < %s", [moment])  # noqa: S608  name is ours


def run(stop: threading.Event) -> None:
    """Tick until told to stop."""
    while True:
        close_old_connections()
        with going_on(__name__):
            tick(timezone.now())
        close_old_connections()
        if stop.wait(EVERY):
            return

"""The worker: runs tasks and the clock, started by ``leadline serve``.

It ends in good order once a task has loaded the engines of the measurement, and is started again without
them: 290 MB that only scoring needs are then not held until the next.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadline.web.project.settings")
django.setup()

from django.db import InterfaceError, OperationalError, close_old_connections  # noqa: E402  once Django is set up
from django.utils import timezone  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402
from django_tasks import TaskResult, TaskResultStatus  # noqa: E402
from django_tasks.signals import task_finished  # noqa: E402
from django_tasks_db.management.commands.db_worker import Worker as Library  # noqa: E402

from leadline.web.look import stopping  # noqa: E402
from leadline.web.project import clock, wellness  # noqa: E402
from leadline.web.project.keeper import end_with_keeper  # noqa: E402
from leadline.web.project.logs import take_everything  # noqa: E402
from leadline.web.project.reconciling import reconcile  # noqa: E402

ENGINES = "leadline.measurement"
_LOG = logging.getLogger("leadline.web.project.worker")  # which is __main__ here


class Worker(Library):
    """The library's, whose long tasks learn that they are to leave off."""

    def __init__(self) -> None:
        super().__init__(
            queue_names=["*"],
            interval=0.5,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """End after this task, which leaves off at its next safe point."""
        stopping.asked.set()
        super().shutdown(signum, frame)


def tell_failure(task_result: TaskResult[Any], **_: object) -> None:
    """Log what a task failed of: its row with all that the exception said is gone in a minute."""
    if task_result.status == TaskResultStatus.FAILED and not stopping.asked.is_set():
        _LOG.exception("task %s", task_result.task.module_path)


def end_if_loaded(**_: object) -> None:
    """Ask the worker to end after this task, as whoever stops it does."""
    if ENGINES in sys.modules:
        signal.raise_signal(signal.SIGTERM)


def work() -> None:
    """Do tasks until stopped; where the database is gone, wait until it is back."""
    while not stopping.asked.is_set():
        worker = Worker()
        worker.configure_signals()
        try:
            reconcile(timezone.now(), at_rest=True)
            worker.run()
        except (OperationalError, InterfaceError) as fault:
            _LOG.warning("the database does not answer: %s", type(fault).__name__)
            close_old_connections()
            time.sleep(1)


def beat(stop: threading.Event) -> None:
    """Say that the worker is alive, and keep what was promised, until it is stopped.

    That the database is gone is said elsewhere. The clock's minute alone would be too long to wait.
    """
    while True:
        close_old_connections()
        with suppress(OperationalError, InterfaceError):
            wellness.beat()
            reconcile(timezone.now())
        close_old_connections()
        if stop.wait(wellness.BEAT):
            return


def main() -> None:
    """Run until stopped; what the clock has begun is ended first."""
    take_everything()
    end_with_keeper()
    logging.getLogger("django_tasks").setLevel(logging.CRITICAL)  # tell_failure says what concerns us
    logging.getLogger("django_tasks_db").setLevel(logging.CRITICAL)
    stop = threading.Event()
    threads = [threading.Thread(target=run, args=(stop,), daemon=True) for run in (clock.run, beat)]
    for thread in threads:
        thread.start()
    for receiver in (tell_failure, end_if_loaded):
        task_finished.connect(receiver)
    try:
        work()
    finally:
        stop.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()

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
from typing import Any

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadline.web.project.settings")
django.setup()

from django_tasks import TaskResult, TaskResultStatus  # noqa: E402  models load only once Django is set up
from django_tasks.signals import task_finished  # noqa: E402

from leadline.web.project import clock  # noqa: E402
from leadline.web.project.keeper import end_with_keeper  # noqa: E402
from leadline.web.project.logs import take_everything  # noqa: E402

ENGINES = "leadline.measurement"
_LOG = logging.getLogger("leadline.web.project.worker")  # which is __main__ here


def tell_failure(task_result: TaskResult[Any], **_: object) -> None:
    """Log what a task failed of: its row with all that the exception said is gone in a minute."""
    if task_result.status == TaskResultStatus.FAILED:
        _LOG.exception("task %s", task_result.task.module_path)


def end_if_loaded(**_: object) -> None:
    """Ask the worker to end after this task, as whoever stops it does."""
    if ENGINES in sys.modules:
        signal.raise_signal(signal.SIGTERM)


def main() -> None:
    """Run until stopped; what the clock has begun is ended first."""
    take_everything()
    end_with_keeper()
    stop = threading.Event()
    ticking = threading.Thread(target=clock.run, args=(stop,), daemon=True)
    ticking.start()
    for receiver in (tell_failure, end_if_loaded):
        task_finished.connect(receiver)
    try:
        call_command("db_worker", queue_name="*", interval=0.5, startup_delay=False, verbosity=0)
    finally:
        stop.set()
        ticking.join()


if __name__ == "__main__":
    main()

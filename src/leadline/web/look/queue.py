"""Tasks for the worker: put into the queue in the transaction that promises them, and done at least once.

The queue is a table (:mod:`django_tasks_db`): a row written with the change it follows is there if and only
if the change is. The library (0.13) has no way back for tasks of a worker that was killed; this is it. Every
task of ours can be done twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult

TRIES = 3
"""Workers that may die of a task before it is given up: it may be the task that kills them."""
PAUSE = timedelta(minutes=1)


def put(task: Task[..., Any], *args: str) -> None:
    """Leave a task to the worker if the transaction under way is committed.

    Backends that do a task at once, as those of tests, are asked after the commit.
    """
    if isinstance(task.get_backend(), DatabaseBackend):
        task.enqueue(*args)
    else:
        transaction.on_commit(partial(task.enqueue, *args))


def later(task: Task[..., Any], pause: timedelta, *args: str) -> None:
    """Leave a task to the worker for later; backends that do tasks at once have no later."""
    if task.get_backend().supports_defer:
        task.using(run_after=timezone.now() + pause).enqueue(*args)


def is_left(task: Task[..., Any], *args: str) -> bool:
    """Whether the worker still has a task to do, or is doing it."""
    return _found(task, args, TaskResultStatus.READY, TaskResultStatus.RUNNING)


def is_given_up(task: Task[..., Any], *args: str) -> bool:
    """Whether worker after worker died of a task."""
    return _found(task, args, TaskResultStatus.FAILED, tries=TRIES)


def _found(task: Task[..., Any], args: tuple[str, ...], *statuses: str, tries: int = 0) -> bool:
    rows = DBTaskResult.objects.filter(task_path=task.module_path, status__in=statuses)
    known = rows.values_list("args_kwargs", "worker_ids")
    return any(given["args"] == list(args) and len(workers) >= tries for given, workers in known)


def take_back() -> int:
    """Put back what a worker left undone that is no more; only while no task runs. Gives how many."""
    lost = list(DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING))
    for row in lost:
        row.status = TaskResultStatus.FAILED if len(row.worker_ids) >= TRIES else TaskResultStatus.READY
        row.started_at = None
        row.save(update_fields=["status", "started_at"])
    return len(lost)


def have_failed(*tasks: Task[..., Any]) -> QuerySet[Any]:
    """Rows of tasks that failed or were given up."""
    paths = [task.module_path for task in tasks]
    return DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, task_path__in=paths)


def try_again(now: datetime, *tasks: Task[..., Any]) -> int:
    """Put back tasks that failed and have to be done all the same, for a minute from now; gives how many."""
    return have_failed(*tasks).update(
        status=TaskResultStatus.READY,
        run_after=now + PAUSE,
        worker_ids=[],
        started_at=None,
        finished_at=None,
        exception_class_path="",
        traceback="",
    )


def failure(code: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Why work failed, as its row keeps it: a code with plain fields, and never an answer."""
    plain = {name: value if isinstance(value, (int, float)) else str(value) for name, value in fields.items()}
    return {"code": code, "fields": plain}

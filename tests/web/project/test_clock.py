"""What the clock finds and forgets: every app's part, and every row that would tell who was at work when."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult
from tests.web.cast import World

import leadline.web
from leadline.web.cycles import posting
from leadline.web.project import clock
from leadline.web.project.modules import modules
from leadline.web.results import sealing

WEB = Path(leadline.web.__file__).parent
DATABASE = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "leadline_cache"}
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
ARGUMENTS = {"run_id", "cycle_id", "contest_id", "participant_id", "what", "job_id", "retry"}
"""Of what tasks are about: a ratee whose result changed is one, an assignment or a rater is not."""
NOW = timezone.now()


@pytest.mark.parametrize(
    ("name", "offers"),
    [("clock", "due"), ("waiting", "waiting"), ("urls", "NAVIGATION"), ("promises", "PROMISES")],
)
def test_no_app_is_forgotten(name: str, offers: str) -> None:
    there = {f"leadline.web.{path.parent.name}.{name}" for path in WEB.glob(f"*/{name}.py")}
    found = {module.__name__ for module in modules(name)}
    assert found == there - {f"leadline.web.look.{name}"}
    assert all(hasattr(module, offers) for module in modules(name))


def test_one_fault_does_not_keep_the_rest_from_being_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def fail(_: object) -> None:
        raise OSError

    monkeypatch.setattr("leadline.web.accounts.clock.due", fail)
    monkeypatch.setattr("leadline.web.results.clock.due", lambda _: done.append("results"))
    clock.tick(NOW)
    assert done == ["results"]


def test_a_minute_is_done_once_however_many_workers_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    monkeypatch.setattr(
        clock, "modules", lambda _: (type("app", (), {"__name__": "app", "due": done.append}),)
    )
    clock.tick(NOW)
    clock.tick(NOW)
    clock.tick(NOW + timedelta(minutes=1))
    assert len(done) == 2


def row(status: TaskResultStatus, hours: int) -> DBTaskResult:
    return DBTaskResult.objects.create(
        status=status,
        started_at=NOW - timedelta(hours=hours),
        finished_at=NOW,
        args_kwargs={"args": [], "kwargs": {}},
        task_path="leadline.web.results.runs.score",
        backend_name="default",
        run_after=NOW,
        exception_class_path="builtins.KeyError",
        traceback="KeyError: petra",
    )


def test_rows_of_tasks_that_are_over_are_deleted(world: World) -> None:
    row(TaskResultStatus.SUCCESSFUL, 0)
    row(TaskResultStatus.FAILED, 0)
    left = {row(TaskResultStatus.RUNNING, 25).pk}  # a worker takes it back
    with override_settings(TASKS=TASKS):
        left.add(sealing.compact.enqueue().id)
        clock.due(NOW)
        assert {str(one) for one in DBTaskResult.objects.values_list("pk", flat=True)} == set(map(str, left))


def tasks() -> Iterator[Task[Any]]:
    """All tasks there are."""
    for path in WEB.rglob("*.py"):
        if "@task(" in path.read_text(encoding="utf-8"):
            module = import_module(".".join(("leadline.web", *path.relative_to(WEB).with_suffix("").parts)))
            yield from (one for one in vars(module).values() if isinstance(one, Task))


def test_no_task_is_given_an_assignment() -> None:
    known = {one.module_path: set(inspect.signature(one.func).parameters) for one in tasks()}
    assert posting.post.module_path in known
    assert {path: names - ARGUMENTS for path, names in known.items() if names - ARGUMENTS} == {}


@override_settings(CACHES=DATABASE)
def test_what_the_cache_held_is_deleted(world: World) -> None:
    call_command("createcachetable", verbosity=0)
    cache.set("limit", "petra", timeout=60)
    cache.set("other", "petra", timeout=600)
    clock.due(timezone.now() + timedelta(seconds=90))
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM leadline_cache")
        held = {key.split(":")[-1] for (key,) in cursor.fetchall()}
        assert {key for key in held if not key.startswith("retention")} == {"other"}
        cursor.execute("DROP TABLE leadline_cache")

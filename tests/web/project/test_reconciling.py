"""Every promise that a killed program left open is kept by the next walk through the table, and once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from tests.web.cast import World

from leadline.web.cycles import closing, inviting, jobs, keys, posting
from leadline.web.cycles.models import Cycle, Job, Mailed
from leadline.web.look import stopping
from leadline.web.look.queue import TRIES, is_left
from leadline.web.people import notices
from leadline.web.people.models import Notice
from leadline.web.project.reconciling import promises, reconcile
from leadline.web.results import mails, runs, sealing
from leadline.web.results.models import Contest, Correction, Release, Run

NOW = timezone.now()
QUEUED = override_settings(TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}})
Kept = Callable[[], bool]


def row(task: Any, *args: str, status: str = TaskResultStatus.RUNNING, workers: int = 1) -> DBTaskResult:
    """A row of the queue."""
    return DBTaskResult.objects.create(
        status=status,
        args_kwargs={"args": list(args), "kwargs": {}},
        task_path=task.module_path,
        backend_name="default",
        run_after=NOW,
        worker_ids=[str(n) for n in range(workers)],
    )


def cycle(world: World, name: str) -> Cycle:
    return Cycle.objects.get(pk=world.things[name].pk)


def key_left(world: World) -> Kept:
    own = cycle(world, "cycle_running")
    keys.create(own)
    Cycle.objects.filter(pk=own.pk).update(state="cancelled")
    return lambda: not keys.exists(own)


def never_scored(world: World) -> Kept:
    own = cycle(world, "cycle_running")
    Cycle.objects.filter(pk=own.pk).update(state="scoring")
    return lambda: any(is_left(runs.score, str(one.pk)) for one in own.runs.all())


def run_left(world: World) -> Kept:
    own = Run.objects.create(cycle=cycle(world, "cycle_running"), number=1, state="running", started=NOW)

    def is_kept() -> bool:
        own.refresh_from_db()
        return own.state == "waiting" and is_left(runs.score, str(own.pk))

    return is_kept


def run_that_kills(world: World) -> Kept:
    own = Run.objects.create(cycle=cycle(world, "cycle_running"), number=1, state="running", started=NOW)
    row(runs.score, str(own.pk), workers=TRIES)

    def is_kept() -> bool:
        own.refresh_from_db()
        return own.state == "failed" and own.failure == {"code": "web.results.lost", "fields": {}}

    return is_kept


def job_left(world: World) -> Kept:
    by = world.users["analytics"]
    own = Job.objects.create(cycle=cycle(world, "cycle_draft"), kind="fill", by=by, state="running")
    return lambda: is_left(jobs.work, str(own.pk))


def job_that_kills(world: World) -> Kept:
    by = world.users["analytics"]
    own = Job.objects.create(cycle=cycle(world, "cycle_draft"), kind="fill", by=by, state="running")
    row(jobs.work, str(own.pk), workers=TRIES)
    return lambda: Job.objects.get(pk=own.pk).failure == {"code": "web.cycles.lost", "fields": {}}


def mail_left(world: World) -> Kept:
    inviting.tell(cycle(world, "cycle_running"), "reminder", [world.people["bo"]])
    Mailed.objects.update(state="sending", tries=1)
    DBTaskResult.objects.all().delete()
    return lambda: (
        set(Mailed.objects.values_list("state", "tries")) == {("waiting", 0)} and is_left(posting.post)
    )


def notice_left(world: World) -> Kept:
    Notice.objects.create(person=world.people["member"], kind="ask", language="en")
    return lambda: is_left(notices.post)


def notice_interrupted(world: World) -> Kept:
    Notice.objects.create(person=world.people["member"], kind="ask", language="en", tries=1)
    return lambda: is_left(notices.post)


def release_untold(world: World) -> Kept:
    own = cycle(world, "cycle_released")
    Release.objects.filter(participant__cycle=own).update(told=False)
    DBTaskResult.objects.all().delete()
    return lambda: is_left(mails.tell, str(own.pk))


def answer_untold(world: World) -> Kept:
    own = Contest.objects.create(participant=world.things["result_ratee"], answer="Yes.", told=False)
    return lambda: is_left(mails.tell_answer, str(own.pk))


def correction_untold(world: World) -> Kept:
    own, _ = Correction.objects.update_or_create(
        participant=world.things["result_ratee"], defaults={"tell": "restored"}
    )
    return lambda: is_left(mails.tell_corrected, str(own.pk))


def rewriting_failed(_: World) -> Kept:
    row(sealing.compact, status=TaskResultStatus.FAILED)
    return lambda: is_left(sealing.compact)


def task_left(_: World) -> Kept:
    own = row(sealing.compact)
    return lambda: DBTaskResult.objects.get(pk=own.pk).status == TaskResultStatus.READY


@pytest.mark.parametrize(
    "broken",
    [
        key_left,
        never_scored,
        run_left,
        run_that_kills,
        job_left,
        job_that_kills,
        mail_left,
        notice_left,
        notice_interrupted,
        release_untold,
        answer_untold,
        correction_untold,
        rewriting_failed,
        task_left,
    ],
)
@QUEUED
def test_what_is_broken_is_kept_and_walking_again_does_nothing(
    broken: Callable[[World], Kept], world: World
) -> None:
    reconcile(NOW, at_rest=True)
    Notice.objects.all().delete()
    DBTaskResult.objects.filter(task_path=notices.post.module_path).delete()
    assert reconcile(NOW) == {}
    is_kept = broken(world)
    assert not is_kept()
    assert sum(reconcile(NOW, at_rest=True).values()) >= 1
    assert is_kept()
    before = DBTaskResult.objects.count()
    assert reconcile(NOW) == {}
    assert DBTaskResult.objects.count() == before


def test_every_promise_says_its_state_and_what_must_be_in_it() -> None:
    said = [(promise.state, promise.must) for promise in promises()]
    assert len({state for state, _ in said}) == len(said) == 12
    assert all(state and must for state, must in said)


@QUEUED
def test_what_follows_a_change_is_queued_with_it_or_not_at_all(world: World) -> None:
    own = cycle(world, "cycle_running")
    DBTaskResult.objects.all().delete()
    with suppress(ZeroDivisionError), transaction.atomic():
        closing.close(own, own.organisation)
        assert is_left(runs.score, str(own.runs.get().pk))
        raise ZeroDivisionError
    assert (own.runs.count(), DBTaskResult.objects.count()) == (0, 0)
    closing.close(cycle(world, "cycle_running"), own.organisation)
    assert is_left(runs.score, str(own.runs.get().pk))
    assert is_left(sealing.settle)
    assert is_left(posting.post)


def test_a_mail_whose_sending_was_not_noted_comes_again_under_the_same_name(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    own = cycle(world, "cycle_released")
    inviting.tell(cycle(world, "cycle_running"), "reminder", [world.people["bo"], world.people["chidi"]])
    names = []
    for _ in range(2):  # the second time after a crash between the server's OK and the commit
        Release.objects.filter(participant__cycle=own).update(told=False)
        Mailed.objects.update(state="sending")
        with django_capture_on_commit_callbacks(execute=True):
            reconcile(NOW, at_rest=True)
        names.append([(one.to[0], one.message()["Message-ID"]) for one in mail.outbox])
        mail.outbox.clear()
    assert sorted(names[0]) == sorted(names[1])
    assert len({name for _, name in names[0]}) == len(names[0]) > 2
    assert not Release.objects.filter(participant__cycle=own, told=False, audience="ratee").exists()


def test_a_scoring_that_is_to_leave_off_does_so_and_waits_for_the_next_worker(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    own = cycle(world, "cycle_review")
    before = Run.objects.filter(cycle=own).count()
    Cycle.objects.filter(pk=own.pk).update(state="scoring")
    run = Run.objects.create(cycle=own, number=99)
    monkeypatch.setattr(stopping.asked, "is_set", lambda: True)
    runs.score.call(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.started, run.failure) == ("waiting", None, None)
    monkeypatch.undo()
    with django_capture_on_commit_callbacks(execute=True):
        reconcile(NOW)
    run.refresh_from_db()
    own.refresh_from_db()
    assert (run.state, own.state) == ("done", "review")
    assert Run.objects.filter(cycle=own).count() <= before + 1

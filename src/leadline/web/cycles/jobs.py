"""Work on a cycle of thousands takes longer than a page may: the worker does it, a page says how it goes.

A job is done in one transaction together with the note that it is done. So it can be tried again whatever
became of its worker, and what it does is checked against the cycle as it is then, like any other change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django_tasks import task

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import Membership
from leadline.web.cycles import closing, launching, nominating, panels, planning
from leadline.web.cycles.choosing import chosen
from leadline.web.cycles.models import Cycle, Job
from leadline.web.look.queue import failure, put

AT_ONCE = 500
"""Ratees up to whom everything is done within the request."""
STUCK = timedelta(minutes=15)
"""A job that has taken so long has lost its worker."""
OPEN = ("waiting", "running")


class JobError(LeadlineError):
    """Something that the state of a job does not allow, or that kept it from ending."""


def _assess(actor: Actor, cycle: Cycle, given: Mapping[str, str]) -> int:
    return planning.assess(actor, cycle, chosen(actor, given))


def _leave_out(actor: Actor, cycle: Cycle, _: Mapping[str, str]) -> int:
    return planning.leave_out(actor, cycle, cycle.participants.all())


def _fill(_: Actor, cycle: Cycle, __: Mapping[str, str]) -> int:
    panels.fill(planning.in_preparation(cycle))
    return cycle.participants.count()


def _nominate(actor: Actor, cycle: Cycle, _: Mapping[str, str]) -> int:
    return nominating.open_nominations(cycle, actor).participants.count()


def _launch(actor: Actor, cycle: Cycle, _: Mapping[str, str]) -> int:
    return launching.launch(cycle, actor).participants.count()


def _cancel(actor: Actor, cycle: Cycle, _: Mapping[str, str]) -> int:
    n = cycle.participants.count()
    closing.cancel(cycle, actor)
    return n


DEEDS: dict[str, Callable[[Actor, Cycle, Mapping[str, str]], int]] = {
    "assess": _assess,
    "leave_out": _leave_out,
    "fill": _fill,
    "nominate": _nominate,
    "launch": _launch,
    "cancel": _cancel,
}
"""Each gives how many ratees it was about; what comes after a cycle adds its own."""


def ask(actor: Actor, cycle: Cycle, kind: str, given: Mapping[str, str] | None = None) -> Job:
    """Leave something to the worker; who asks for the same again while it is under way gets the same job.

    Parameters
    ----------
    actor : Actor
    cycle : Cycle
    kind : str
        A name of :data:`DEEDS`.
    given : mapping, optional
        For ``assess``, who is meant (:func:`.choosing.chosen`).

    Raises
    ------
    JobError
        ``web.cycles.busy``: something else is under way.
    """
    with transaction.atomic():
        Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        arguments = dict(given or {})
        under_way = open_job(cycle)
        if under_way and (under_way.kind, under_way.arguments) == (kind, arguments):
            return under_way
        if under_way:
            raise JobError("web.cycles.busy")
        job = Job.objects.create(
            cycle=cycle, kind=kind, arguments=arguments, by=actor.user, address=actor.address
        )
        put(work, str(job.pk))
    return job


def open_job(cycle: Cycle) -> Job | None:
    """What the worker has still to do."""
    return cycle.jobs.filter(state__in=OPEN).first()


def is_stuck(job: Job) -> bool:
    """Whether its worker must be gone."""
    return job.state in OPEN and (job.started or job.asked) < timezone.now() - STUCK


def retry(actor: Actor, job: Job) -> None:
    """Try a failed or stuck job once more.

    Raises
    ------
    JobError
        ``web.cycles.not_failed``; ``web.cycles.busy``.
    """
    with transaction.atomic():
        Cycle.objects.select_for_update(no_key=True).get(pk=job.cycle_id)
        own = Job.objects.get(pk=job.pk)
        if own.state != "failed" and not is_stuck(own):
            raise JobError("web.cycles.not_failed")
        if own.cycle.jobs.filter(state__in=OPEN).exclude(pk=own.pk).exists():
            raise JobError("web.cycles.busy")
        own.state, own.failure, own.asked, own.started = "waiting", None, timezone.now(), None
        own.by, own.address = actor.user, actor.address
        own.save()
        put(work, str(own.pk))


@task()
def work(job_id: str) -> None:
    """Do a job that waits, or whose worker was killed, in the worker."""
    key = UUID(job_id)
    if not Job.objects.filter(pk=key, state__in=OPEN).update(state="running", started=timezone.now()):
        return
    job = Job.objects.select_related("cycle__organisation", "by").get(pk=key)
    try:
        with transaction.atomic():
            n = DEEDS[job.kind](_actor(job), job.cycle, job.arguments)
            Job.objects.filter(pk=key).update(state="done", n=n)
    except (OperationalError, InterfaceError):
        raise  # it is tried again (promises): what the database does is no fault of the job
    except LeadlineError as fault:
        _fail(job, fault.code, fault.fields)
    except Exception:
        _fail(job, "web.cycles.broken", {})
        raise


def give_up(job: Job) -> None:
    """Note that worker after worker was killed over a job."""
    _fail(job, "web.cycles.lost", {})


def _actor(job: Job) -> Actor:
    """Who asked, with what they are granted now."""
    own = Membership.objects.select_related("user").get(user=job.by, organisation=job.cycle.organisation)
    return Actor(own.user, job.cycle.organisation, frozenset(own.roles), job.address)


def _fail(job: Job, code: str, fields: Mapping[str, Any]) -> None:
    Job.objects.filter(pk=job.pk, state__in=OPEN).update(state="failed", failure=failure(code, fields))

"""Starting, watching and trying again: what a run is before and while it is scored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max
from django.dispatch import receiver
from django.utils import timezone
from django_tasks import task

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.accounts.models import Organisation
from leadline.web.cycles.ledger import ChangedError, record_refusal
from leadline.web.cycles.models import Cycle
from leadline.web.cycles.moves import moved
from leadline.web.look.queue import failure, put
from leadline.web.look.stopping import Stopped
from leadline.web.results.memory import give_back, without_collector
from leadline.web.results.models import Run

SCORING = ("close", "rescore")
"""Moves that leave a cycle to be scored."""
OPEN = ("waiting", "running")
STUCK = timedelta(minutes=15)
"""A run that says nothing for so long has lost its worker."""


class RunError(LeadlineError):
    """Something that the state of a run does not allow, or that kept it from ending."""


@receiver(moved, dispatch_uid="results.score")
def on_move(cycle: Cycle, name: str, actor: Actor | Organisation, **_: object) -> None:
    """Score a cycle that was closed, or is to be scored again."""
    if name in SCORING:
        start(cycle, actor)


def start(cycle: Cycle, actor: Actor | Organisation) -> Run:
    """Begin a run, or give the one that waits or runs; the worker takes it up once this is committed."""
    with transaction.atomic():
        Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        if under_way := cycle.runs.filter(state__in=OPEN).first():
            return under_way
        last: int | None = cycle.runs.aggregate(last=Max("number"))["last"]
        by = actor.user if isinstance(actor, Actor) else None
        run = Run.objects.create(cycle=cycle, number=(last or 0) + 1, by=by)
        put(score, str(run.pk))
    return run


def is_stuck(run: Run) -> bool:
    """Whether a run has waited or run for so long that its worker must be gone."""
    since = run.started or run.asked
    return run.state in ("waiting", "running") and since < timezone.now() - STUCK


def retry(run: Run, actor: Actor) -> None:
    """Try a failed or stuck run once more.

    Raises
    ------
    RunError
        ``web.results.not_failed``.
    """
    with transaction.atomic():
        own = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
        if own.state != "failed" and not is_stuck(own):
            raise RunError("web.results.not_failed", state=own.state)
        own.state, own.failure, own.share, own.step = "waiting", None, 0, ""
        own.asked, own.started, own.by = timezone.now(), None, actor.user
        own.save()
        record(actor, "results.retried", own, number=own.number)
        put(score, str(own.pk))


@task()
def score(run_id: str) -> None:
    """Score, in the worker: only there are the engines of the measurement loaded."""
    run = Run.objects.select_related("cycle__organisation").get(pk=UUID(run_id))
    if run.state not in OPEN:
        return
    try:
        with without_collector():
            import_module("leadline.web.results.scoring").run(run)
    except Stopped:
        again(run)
    except (OperationalError, InterfaceError):
        raise  # it is tried again (promises): what the database does is no fault of the run
    except LeadlineError as fault:
        if isinstance(fault, ChangedError):
            record_refusal(fault)
        fail(run, fault.code, fault.fields)
    except Exception:
        fail(run, "web.results.broken", {})
        raise
    finally:
        give_back()


def again(run: Run) -> None:
    """Leave a run that was left off to the next worker, which looks for such runs when it begins."""
    run.state, run.share, run.step, run.started = "waiting", 0, "", None
    run.save(update_fields=["state", "share", "step", "started"])


def fail(run: Run, code: str, fields: Mapping[str, Any]) -> None:
    """Keep why a run failed: a code with plain fields, and never an answer."""
    run.state, run.failure, run.finished = "failed", failure(code, fields), timezone.now()
    run.save(update_fields=["state", "failure", "finished"])

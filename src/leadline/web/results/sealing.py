"""Sealing: what could still lead from a figure to a rater is destroyed, also in the files of the database."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction
from django_tasks import task

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import Organisation
from leadline.web.cycles import closing, jobs
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Cycle
from leadline.web.cycles.moves import move
from leadline.web.rating import submitting
from leadline.web.results.models import Comment, Result, Run

REWRITTEN = (
    "rating_submission",
    "rating_draft",
    "cycles_assignment",
    "results_comment",
    "results_result",
    "accounts_kept",
)


class SealError(LeadlineError):
    """A cycle that cannot be sealed yet."""


def seal(cycle: Cycle, actor: Actor | Organisation) -> None:
    """Seal a released cycle whose appeal window is over; the key is destroyed once that is committed.

    Comments nobody released and every original wording are deleted, with what the disclosure engine knew of
    who stands behind which figure: nothing will be scored again.

    Raises
    ------
    SealError
        ``web.results.appeal_open``.
    MoveError
        It is not released.
    """
    if cycle.appeal_until is None or today(cycle) <= cycle.appeal_until:
        raise SealError("web.results.appeal_open")
    with transaction.atomic():
        now = move(cycle, "seal", actor)
        submitting.seal(now)
        closing.forget(now)
        Comment.objects.filter(participant__cycle=now).exclude(state__in=("public", "coach")).delete()
        Comment.objects.filter(participant__cycle=now).update(original="")
        Result.objects.filter(run__cycle=now).update(sets={})
        Run.objects.filter(cycle=now).update(sets={})
        transaction.on_commit(compact.enqueue)


def _seal(actor: Actor, cycle: Cycle, _: Mapping[str, str]) -> int:
    seal(cycle, actor)
    return cycle.participants.count()


jobs.DEEDS["seal"] = _seal


@task()
def compact() -> None:
    """Rewrite the database so that deleted rows are in no file of it; outside any transaction.

    SQLite: the database is rewritten and its write-ahead log emptied into it. PostgreSQL: the tables are
    rewritten; its own write-ahead log and backups made before follow the retention they were given.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for table in REWRITTEN:
                cursor.execute(f"VACUUM FULL {connection.ops.quote_name(table)}")

"""Closing, opening again, cancelling, and what is forgotten then."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import Organisation
from leadline.web.cycles import inviting, keys, progress
from leadline.web.cycles.deadlines import end_of, last_day, today
from leadline.web.cycles.models import Cycle, Participant, PersonalLink
from leadline.web.cycles.moves import move
from leadline.web.look import remains

APPEAL = timedelta(days=28)
"""How long results can be contested before sealing, where nothing else was chosen."""


class ClosingError(LeadlineError):
    """A cycle that cannot be opened again, or not to that day."""


def close(cycle: Cycle, actor: Actor | Organisation) -> Cycle:
    """Close a cycle; scoring starts by the signal ``moved``. Ratees are told.

    Closed before its last day, it has closed today: that is what results say.

    Raises
    ------
    MoveError
        It is not running.
    """
    with transaction.atomic():
        now = move(cycle, "close", actor)
        if now.closes and today(now) < now.closes:
            now.closes = today(now)
            now.save(update_fields=["closes"])
        level(now)
        people = [row.person for row in _ratees(now) if row.person]
        inviting.tell(now, "closed", people)
    return now


def reopen(cycle: Cycle, actor: Actor, closes: date) -> Cycle:
    """Open a closed cycle again until a new day, while its key lives.

    Raises
    ------
    ClosingError
        ``web.cycles.reopen_past``: the day is over; ``web.cycles.key_gone``.
    MoveError
        It is not in review.
    """
    with transaction.atomic():
        if not keys.exists(cycle):
            raise ClosingError("web.cycles.key_gone")
        if closes < today(cycle):
            raise ClosingError("web.cycles.reopen_past")
        now = move(cycle, "reopen", actor, day=closes.isoformat())
        now.closes, now.late = closes, False
        if now.appeal_until and now.appeal_until <= closes:
            now.appeal_until = closes + APPEAL
        now.save(update_fields=["closes", "late", "appeal_until"])
        progress.begin_again(now)
    cycle.refresh_from_db()
    return now


def cancel(cycle: Cycle, actor: Actor) -> Cycle:
    """Cancel a cycle: nobody is asked any more; panels, answers, links and the key are destroyed."""
    with transaction.atomic():
        now = move(cycle, "cancel", actor, n=cycle.participants.count())
        remains.enforce("cancel", now)
        transaction.on_commit(lambda: keys.destroy(now))
    return now


def level(cycle: Cycle) -> None:
    """Keep nothing that tells who was asked late, reminded or given longer; part of closing."""
    remains.enforce("close", cycle)
    if cycle.closes:
        expires = end_of(cycle.closes, cycle.time_zone)
        PersonalLink.objects.filter(stakeholder__cycle=cycle).update(expires=expires)


def due_to_close(now: datetime) -> list[Cycle]:
    """Running cycles whose last day is over, personal extensions included."""
    return [c for c in Cycle.objects.filter(state="running") if _over(c, last_day(c), now)]


def due_to_seal(now: datetime) -> list[Cycle]:
    """Released cycles whose appeal window is over."""
    return [c for c in Cycle.objects.filter(state="released") if _over(c, c.appeal_until, now)]


def _over(cycle: Cycle, day: date | None, now: datetime) -> bool:
    return day is not None and end_of(day, cycle.time_zone) <= now


def _ratees(cycle: Cycle) -> QuerySet[Participant]:
    return cycle.participants.filter(withdrawn=False).select_related("person")

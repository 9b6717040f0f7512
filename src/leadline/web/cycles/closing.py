"""Closing, opening again, cancelling, and what is forgotten then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import Organisation
from leadline.web.cycles import following, inviting, keys, progress
from leadline.web.cycles.deadlines import end_of, last_day, today
from leadline.web.cycles.models import Assignment, Cycle, Participant, PersonalLink
from leadline.web.cycles.moves import move
from leadline.web.look import remains

APPEAL = timedelta(days=28)
"""How long results can be contested before sealing, where nothing else was chosen."""


HOLDING: list[Callable[[Cycle], bool]] = []
"""What apps above know that keeps a cycle from being cancelled: that results of it were given to people."""


class ClosingError(LeadlineError):
    """A cycle that cannot be opened again, or not to that day, or not cancelled."""


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
        ``web.cycles.reopen_past``: the day is over.
    KeyGoneError
        The cycle's key is missing.
    MoveError
        It is not in review.
    """
    with transaction.atomic():
        now = _opened(cycle, actor, "reopen", closes)
        now.closes, now.late = closes, False
        now.save(update_fields=["closes", "late"])
    cycle.refresh_from_db()
    return now


def reopen_for(actor: Actor, participant: Participant, until: date) -> Cycle:
    """Open a closed cycle again for the raters of one ratee alone, who are asked by mail to look again.

    The cycle's closing day stays: nothing about the other ratees changes.

    Raises
    ------
    ClosingError
        ``web.cycles.reopen_past``: the day is over.
    KeyGoneError
        The cycle's key is missing.
    MoveError
        It is neither in review nor released.
    """
    with transaction.atomic():
        now = _opened(participant.cycle, actor, "collect", until)
        now.late = True
        now.save(update_fields=["late"])
        following.follow(now)
        # All of them, whether they have answered or not: the new day must not tell which.
        asked = Assignment.objects.filter(participant=participant, state="approved")
        asked.update(due=until, invited=True)
        raters = (row.rater or row.stakeholder for row in asked.select_related("rater__user", "stakeholder"))
        inviting.tell(now, "again", filter(None, raters))
    participant.cycle.refresh_from_db()
    return now


def _opened(cycle: Cycle, actor: Actor, name: str, until: date) -> Cycle:
    if not keys.exists(cycle):
        raise keys.gone(cycle.pk)
    if until < today(cycle):
        raise ClosingError("web.cycles.reopen_past")
    now = move(cycle, name, actor, day=until.isoformat())
    if now.appeal_until and now.appeal_until <= until:
        now.appeal_until = until + APPEAL
        now.save(update_fields=["appeal_until"])
    progress.begin_again(now)
    return now


def cancel(cycle: Cycle, actor: Actor) -> Cycle:
    """Cancel a cycle: nobody is asked any more; panels, answers, links and the key are destroyed.

    Raises
    ------
    ClosingError
        ``web.cycles.was_released``.
    """
    with transaction.atomic():
        now = move(cycle, "cancel", actor, n=cycle.participants.count())
        if is_held(now):
            raise ClosingError("web.cycles.was_released")
        remains.enforce("cancel", now)
        transaction.on_commit(lambda: keys.destroy(now))
    return now


def is_held(cycle: Cycle) -> bool:
    """Whether a cycle that runs was released before, and is open again for the raters of one ratee."""
    return cycle.late and any(holds(cycle) for holds in HOLDING)


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

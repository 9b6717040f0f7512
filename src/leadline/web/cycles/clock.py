"""What is due in cycles: launch, progress, invitations, reminders, closing. Sealing is the rating app's."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from leadline.web.cycles import closing, following, inviting, keys, launching, posting, progress
from leadline.web.cycles.deadlines import is_past, start_of
from leadline.web.cycles.models import Cycle, Mailed

QUARTER = 15
"""Minutes; every time zone on Earth is a multiple of a quarter of an hour from the others."""


def due(now: datetime) -> None:
    """Do it."""
    keys.destroy_left()
    for cycle in _cycles("draft", "nominating").filter(scheduled=True):
        if cycle.opens and start_of(cycle.opens, cycle.time_zone) <= now:
            _launch(cycle)
    for cycle in progress.due(now):  # before closing, whose night this may be
        progress.note(cycle, now)
    for cycle in closing.due_to_close(now):
        closing.close(cycle, cycle.organisation)
    for cycle in _cycles("running").filter(late=False, closes__isnull=False):
        if is_past(cycle, now):
            Cycle.objects.filter(pk=cycle.pk).update(late=True)
    if now.minute % QUARTER == 0:
        for cycle in _cycles("nominating"):
            inviting.nudge(cycle, now)
        for cycle in _cycles("running"):
            following.follow(cycle, now)
            inviting.invite(cycle, now)
            inviting.remind(cycle, now, by_clock=True)
            inviting.remind(cycle, now, by_clock=True, kind="last")
    waiting = Mailed.objects.filter(state="waiting")
    if waiting.filter(tries=0).exists():
        posting.post.enqueue()
    if now.minute % QUARTER == 0 and waiting.filter(tries__gt=0).exists():
        posting.post.enqueue(retry=True)


def _launch(cycle: Cycle) -> None:
    """Launch, or give up the appointment when something is missing; the cycle's page says what."""
    try:
        launching.launch(cycle, cycle.organisation, invite=False)
    except launching.LaunchError:
        launching.unschedule(cycle, cycle.organisation)


def _cycles(*states: str) -> QuerySet[Cycle]:
    return Cycle.objects.filter(state__in=states).select_related("organisation")

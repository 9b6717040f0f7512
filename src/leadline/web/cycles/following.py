"""Leavers, joiners and new managers while a cycle runs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from leadline.web.accounts.audit import record
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.people.models import Person


def follow(cycle: Cycle, now: datetime | None = None) -> int:
    """Ask nobody who has left: they are taken off every panel, and what they submitted stays.

    All of them, done or not: who is left on a panel must not tell which.

    Returns
    -------
    int
        How many assignments were taken off.
    """
    day = today(cycle, now)
    gone = Assignment.objects.filter(participant__cycle=cycle, state="approved", rater__left__lt=day)
    with transaction.atomic():
        n = Assignment.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).update(state="removed")
        if n:
            record(cycle.organisation, "cycles.leavers_removed", cycle, n=n)
    return n


def left(cycle: Cycle) -> QuerySet[Participant]:
    """Ratees who have left since launch: withdraw them, or let the cycle end."""
    return cycle.participants.filter(withdrawn=False, person__left__lt=today(cycle)).order_by("name")


def with_another_manager(cycle: Cycle) -> QuerySet[Participant]:
    """Ratees who report to somebody else than at launch."""
    changed = Q(manager__isnull=True, person__manager__isnull=False) | ~Q(manager=F("person__manager"))
    rows = cycle.participants.filter(changed, withdrawn=False, person__manager__isnull=False)
    return rows.select_related("manager", "person__manager").order_by("name")


def joined(cycle: Cycle) -> QuerySet[Person]:
    """People who began since the cycle opened, in a team of ratees, and do not take part yet."""
    if cycle.opens is None:
        return Person.objects.none()
    teams = cycle.participants.exclude(team="").values("team")
    rows = Person.objects.filter(organisation=cycle.organisation_id, started__gte=cycle.opens)
    rows = rows.filter(Q(left__isnull=True) | Q(left__gte=today(cycle)), team__name__in=teams)
    return rows.exclude(participations__cycle=cycle).order_by("name")

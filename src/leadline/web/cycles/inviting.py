"""Who gets which mail of a cycle: put into the outbox here, sent by the worker (:mod:`.posting`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from leadline.web.cycles import access, posting
from leadline.web.cycles.models import Assignment, Cycle, Mailed, Stakeholder
from leadline.web.cycles.progress import EVERYTHING
from leadline.web.look.queue import put
from leadline.web.people.models import Person

Someone = Person | Stakeholder
BATCH = 1000
MORNING, EVENING = time(9), time(20)
"""Mails the clock sends arrive in the daytime of whoever gets them."""


def tell(cycle: Cycle, kind: str, to: Iterable[Someone], now: datetime | None = None) -> int:
    """Put a mail to each into the outbox; who has the same one from today gets no second.

    Returns
    -------
    int
        How many have an address.
    """
    moment, mails = now or timezone.now(), {}
    for one in to:
        address = _address(one)
        if address:
            mails[address] = Mailed(
                cycle=cycle,
                kind="invite_stakeholder" if kind == "invite" and isinstance(one, Stakeholder) else kind,
                to=address,
                day=local(one, cycle, moment).date(),
                person=one if isinstance(one, Person) else None,
                stakeholder=one if isinstance(one, Stakeholder) else None,
            )
    Mailed.objects.bulk_create(mails.values(), batch_size=BATCH, ignore_conflicts=True)
    if mails:
        put(posting.post)
    return len(mails)


def invite(cycle: Cycle, now: datetime | None = None) -> int:
    """Invite every rater of a running cycle who was not invited yet, once for their whole queue.

    Parameters
    ----------
    cycle : Cycle
    now : datetime, optional
        When given, only those in whose place it is daytime.
    """
    with transaction.atomic():
        if now is None:
            # Nobody may join between those who are told and the statement that marks everyone.
            Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        waiting = access.asked_in(cycle).filter(invited=False)
        everyone = _people(_days(cycle, waiting))
        chosen = [one for one in everyone if now is None or is_daytime(local(one, cycle, now))]
        told = tell(cycle, "invite", chosen, now)
        if now is None:
            waiting.update(invited=True)
        else:
            _mark(waiting, chosen)
    return told


def _mark(waiting: QuerySet[Assignment], told: Iterable[Someone]) -> None:
    """Note who was told, by rater: there are many times as many assignments."""
    raters = list(told)
    for start in range(0, len(raters), BATCH):
        part = [one.pk for one in raters[start : start + BATCH]]
        waiting.filter(Q(rater__in=part) | Q(stakeholder__in=part)).update(invited=True)


def remind(
    cycle: Cycle,
    now: datetime | None = None,
    *,
    by_clock: bool = False,
    only: UUID | None = None,
    kind: str = "reminder",
) -> int:
    """Remind who had not finished by last night, once a day whatever cycles they are asked in.

    Parameters
    ----------
    cycle : Cycle
    now : datetime, optional
    by_clock : bool
        Only those for whom today, in their own time zone, is a day of reminding and it is daytime.
    only : UUID, optional
        Key of the one rater to remind.
    kind : {"reminder", "last"}
        ``last`` is the notice on the last day, which comes whatever days of reminding there are.
    """
    is_day = is_last if kind == "last" else is_due
    moment = now or timezone.now()
    slow = access.raters(cycle).exclude(step=EVERYTHING).values_list("rater", "stakeholder")
    keys = {rater or stakeholder for rater, stakeholder in slow}
    days = _days(cycle, access.asked_in(cycle).filter(invited=True))
    wanted = [key for key in days if key in keys and only in (None, key)]
    due = [one for one in _people(wanted) if not by_clock or is_day(cycle, one, days[one.pk], moment)]
    reminded = set(
        Mailed.objects.filter(cycle__organisation=cycle.organisation_id, kind=kind)
        .filter(day__gte=(moment - timedelta(days=1)).date())
        .values_list("to", "day")
    )
    chosen = [one for one in due if (_address(one), local(one, cycle, moment).date()) not in reminded]
    return tell(cycle, kind, chosen, moment)


def nudge(cycle: Cycle, now: datetime) -> int:
    """Ask again, on days of reminding, those on whom a nomination waits: ratees, then their managers."""
    rows = cycle.participants.filter(withdrawn=False).select_related("person__user", "manager__user")
    late = [row.person for row in rows.filter(state="open") if row.person]
    deciding = {row.manager for row in rows.filter(state="proposed") if row.manager}
    told = 0
    for kind, people, day in (("nominate", late, cycle.nominate_until), ("approve", deciding, cycle.opens)):
        told += tell(cycle, kind, [one for one in people if is_due(cycle, one, day, now)], now)
    return told


def is_due(cycle: Cycle, one: Someone, day: date | None, now: datetime) -> bool:
    """Whether the clock reminds somebody now: in their own place it is daytime of a day of reminding."""
    here = local(one, cycle, now)
    return day is not None and is_daytime(here) and (day - here.date()).days in cycle.reminders


def is_last(cycle: Cycle, one: Someone, day: date | None, now: datetime) -> bool:
    """Whether it is daytime of somebody's last day; they get one mail then, a reminder or this notice."""
    here = local(one, cycle, now)
    return day == here.date() and is_daytime(here) and 0 not in cycle.reminders


def is_daytime(moment: datetime) -> bool:
    """Whether it is daytime at a local moment."""
    return MORNING <= moment.time() < EVENING


def local(one: Someone, cycle: Cycle, now: datetime) -> datetime:
    """A moment where somebody is: by their own time zone, their account's, or the cycle's."""
    zone = ""
    if isinstance(one, Person):
        zone = one.time_zone or (one.user.time_zone if one.user else "")
    return now.astimezone(ZoneInfo(zone or cycle.time_zone))


def _days(cycle: Cycle, asked: QuerySet[Assignment]) -> dict[UUID, date | None]:
    """Keys of those who are asked, each with the earliest last day."""
    days: dict[UUID, date | None] = {}
    for rater, stakeholder, due in asked.values_list("rater", "stakeholder", "due").distinct():
        key, day = rater or stakeholder, due or cycle.closes
        known = days.get(key, day)
        days[key] = min(day, known) if day and known else day
    return days


def _people(keys: Iterable[UUID]) -> list[Someone]:
    """People and stakeholders by key."""
    wanted = list(keys)
    found: list[Someone] = []
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        found += Person.objects.filter(pk__in=part).select_related("user")
        found += Stakeholder.objects.filter(pk__in=part)
    return found


def _address(one: Someone) -> str:
    return one.address if isinstance(one, Person) else one.email.lower()

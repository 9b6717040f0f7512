"""When days of a cycle begin and end: at midnight in its time zone, whatever the clocks do that night."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.utils import timezone

from leadline.web.cycles.models import Assignment, Cycle


def start_of(day: date, zone: str) -> datetime:
    """The moment a day begins in a time zone.

    Examples
    --------
    >>> (end_of(date(2026, 3, 29), "Europe/Berlin") - start_of(date(2026, 3, 29), "Europe/Berlin"))
    datetime.timedelta(seconds=82800)
    """
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def end_of(day: date, zone: str) -> datetime:
    """The moment a day has ended in a time zone."""
    return start_of(day + timedelta(days=1), zone)


def today(cycle: Cycle, now: datetime | None = None) -> date:
    """The day it is where the cycle runs."""
    return (now or timezone.now()).astimezone(ZoneInfo(cycle.time_zone)).date()


def closing_day(cycle: Cycle) -> date | None:
    """The last day on which everybody's answers are taken: the one announced and the days of grace."""
    return cycle.closes + timedelta(days=cycle.grace) if cycle.closes else None


def last_day(cycle: Cycle) -> date | None:
    """The closing day with its grace, or the latest personal extension beyond it.

    Who has answered plays no part: closing early would tell that the last one had.
    """
    extended = Assignment.objects.filter(participant__cycle=cycle, state="approved").aggregate(
        last=Max("due")
    )["last"]
    return max((day for day in (closing_day(cycle), extended) if day), default=None)


def is_past(cycle: Cycle, now: datetime | None = None) -> bool:
    """Whether the closing day and its grace are over, and only personal extensions are still open."""
    day = closing_day(cycle)
    return cycle.late or (day is not None and today(cycle, now) > day)


def due_day(assignment: Assignment, now: datetime | None = None) -> date | None:
    """The last day on which an assignment can be answered, as it is told: of grace, once it has begun."""
    cycle = assignment.participant.cycle
    day = assignment.due or cycle.closes
    return _end(assignment) if day and today(cycle, now) > day else day


def _end(assignment: Assignment) -> date | None:
    """The last day, grace included: nobody who was given longer has less than the others."""
    cycle = assignment.participant.cycle
    days = (assignment.due, None if cycle.late else closing_day(cycle))
    return max((day for day in days if day), default=cycle.closes)


def is_open(assignment: Assignment, now: datetime | None = None) -> bool:
    """Whether an assignment can be answered now: in a cycle that is late, only by who was given longer."""
    cycle, day = assignment.participant.cycle, _end(assignment)
    if cycle.state != "running" or (cycle.late and assignment.due is None):
        return False
    return day is None or today(cycle, now) <= day

"""What of forms is kept for a time: those that were begun and not submitted, once their cycle has ended."""

from __future__ import annotations

from datetime import datetime

from leadline.web.accounts.models import Organisation
from leadline.web.cycles.deadlines import closing_day, end_of
from leadline.web.cycles.models import Cycle
from leadline.web.look.forgetting import Period
from leadline.web.rating.models import Draft

ENDED = ("scoring", "review", "released")
"""Running again, as when ratings are collected anew, a cycle has not ended; sealed, it has no drafts."""


def _drafts(organisation: Organisation, before: datetime) -> int:
    """Delete all of a cycle at once: which form had been begun is told by nothing."""
    cycles = Cycle.objects.filter(organisation=organisation, state__in=ENDED, closes__isnull=False)
    own = [cycle.pk for cycle in cycles if _has_ended(cycle, before)]
    return Draft.objects.filter(assignment__participant__cycle__in=own).delete()[0]


def _has_ended(cycle: Cycle, before: datetime) -> bool:
    day = closing_day(cycle)
    return day is not None and end_of(day, cycle.time_zone) <= before


PERIODS = (Period("drafts", 30, 1, 180, _drafts),)

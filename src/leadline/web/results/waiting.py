"""What waits for a reader, a manager and people analytics, for the home page."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from leadline.web.accounts.access import Actor
from leadline.web.cycles.access import RUNNERS
from leadline.web.look.waiting import Waiting
from leadline.web.results import access
from leadline.web.results.models import Contest, Release, Run


def waiting(actor: Actor) -> list[Waiting]:
    """Results not read; and for those who run cycles: reviews, failed runs and contests."""
    mine = Q(audience="ratee", participant__person__user=actor.user)
    mine |= Q(audience="manager", participant__manager__user=actor.user)
    unread = Release.objects.filter(mine, read=False, participant__withdrawn=False)
    unread = unread.filter(participant__cycle__organisation=actor.organisation)
    counts = [("results.waiting.unread", unread.count(), "results:mine", "chart-dots", False)]
    if actor.has(*RUNNERS):
        cycles = access.cycles(actor)
        failed = Run.objects.filter(cycle__in=cycles.filter(state="scoring"), state="failed")
        contests = Contest.objects.filter(participant__cycle__in=cycles, state="open")
        counts += [
            ("results.waiting.failed", failed.count(), "results:cycles", "alert-triangle", True),
            ("results.waiting.review", cycles.filter(state="review").count(), "results:cycles", "eye", False),
            ("results.waiting.contests", contests.count(), "results:cycles", "message", True),
        ]
    return [Waiting(words, n, reverse(url), icon, urgent) for words, n, url, icon, urgent in counts if n]

"""Which assignments a rater may open, by either door: signed in, or by personal link.

A submission is reached only through ``submitting``, which holds the key; no view gets one from here.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from leadline.web.accounts.access import Actor
from leadline.web.cycles import access as cycles
from leadline.web.cycles.models import Assignment, Stakeholder


def queue(rater: Actor | Stakeholder) -> QuerySet[Assignment]:
    """Whom a rater has to rate in running cycles, done and not done, each with its draft."""
    rows = (
        cycles.owed_by_stakeholder(rater) if isinstance(rater, Stakeholder) else cycles.owed_by(rater)
    ).select_related("participant__cycle__organisation", "draft", "rater")
    return rows.order_by("participant__cycle__closes", "participant__cycle__title", "participant__name", "pk")


def assignment(rater: Actor | Stakeholder, assignment_id: UUID) -> Assignment:
    """One of them, or 404."""
    try:
        return queue(rater).get(pk=assignment_id)
    except Assignment.DoesNotExist as cause:
        raise Http404 from cause

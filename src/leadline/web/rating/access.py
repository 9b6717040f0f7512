"""Which assignments a rater may open.

A submission is reached only through ``submitting``, which holds the pseudonym; no view gets one from here.
"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from leadline.web.accounts.access import Actor
from leadline.web.cycles import access as cycles
from leadline.web.cycles.models import Assignment


def assignment(actor: Actor, assignment_id: UUID) -> Assignment:
    """One assignment of the actor in a running cycle, or 404."""
    try:
        return cycles.owed_by(actor).get(pk=assignment_id)
    except Assignment.DoesNotExist as cause:
        raise Http404 from cause


def assignment_by_link(token: str, assignment_id: UUID) -> Assignment:
    """One assignment of the holder of a personal link, or 404."""
    try:
        return cycles.owed_by_stakeholder(cycles.stakeholder(token)).get(pk=assignment_id)
    except Assignment.DoesNotExist as cause:
        raise Http404 from cause

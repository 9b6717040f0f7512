"""Which results an actor may ask the disclosure engine for."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from leadline.web.accounts.access import Actor
from leadline.web.cycles.access import RUNNERS
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.results.models import Comment, Run

SCORED = ("review", "released", "sealed")


def runs(actor: Actor, cycle: Cycle) -> QuerySet[Run]:
    """Runs of a cycle, newest first, for those who run cycles."""
    if not actor.has(*RUNNERS):
        return Run.objects.none()
    return Run.objects.filter(cycle=cycle, cycle__organisation=actor.organisation).order_by("-number")


def run(actor: Actor, run_id: UUID) -> Run:
    """One run, or 404."""
    rows = Run.objects.filter(cycle__organisation=actor.organisation).select_related("cycle")
    found = rows.filter(pk=run_id).first() if actor.has(*RUNNERS) else None
    if found is None:
        raise Http404
    return found


def released_to(actor: Actor) -> QuerySet[Participant]:
    """Participants whose results were released to the actor: as ratee, as manager, as their coach."""
    audience = Q(person__user=actor.user, releases__audience="ratee")
    audience |= Q(manager__user=actor.user, releases__audience="manager")
    if actor.has("coach"):
        audience |= Q(person__coach=actor.user, releases__audience="ratee")
    rows = Participant.objects.filter(cycle__organisation=actor.organisation)
    return rows.filter(audience).select_related("cycle", "person").distinct()


def comments(actor: Actor, cycle: Cycle) -> QuerySet[Comment]:
    """Comments to review, for people analytics."""
    if not actor.has("analytics"):
        return Comment.objects.none()
    return Comment.objects.filter(
        participant__cycle=cycle, participant__cycle__organisation=actor.organisation
    )

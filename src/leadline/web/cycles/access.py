"""Which cycles, participants and assignments an actor may see."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from leadline.web.accounts.access import Actor
from leadline.web.cycles.models import (
    Assignment,
    Cycle,
    Job,
    Participant,
    PersonalLink,
    RaterProgress,
    Stakeholder,
)
from leadline.web.cycles.progress import EVERYTHING
from leadline.workflows import ATTRIBUTED

RUNNERS = ("analytics",)
"""Roles that run cycles; an operator keeps the machine, not the answers."""

UNDERWAY = ("nominating", "running")


def cycles(actor: Actor) -> QuerySet[Cycle]:
    """Cycles the actor runs: all of the organisation, for those who run cycles."""
    if not actor.has(*RUNNERS):
        return Cycle.objects.none()
    return Cycle.objects.filter(organisation=actor.organisation).order_by("-created")


def cycle(actor: Actor, cycle_id: UUID) -> Cycle:
    """One of them, or 404."""
    try:
        return cycles(actor).get(pk=cycle_id)
    except Cycle.DoesNotExist as cause:
        raise Http404 from cause


def job(actor: Actor, job_id: UUID) -> Job:
    """Work on one of them, or 404."""
    try:
        return Job.objects.select_related("cycle").get(pk=job_id, cycle__in=cycles(actor))
    except Job.DoesNotExist as cause:
        raise Http404 from cause


def participations(actor: Actor) -> QuerySet[Participant]:
    """Where the actor is the ratee, in cycles that have begun."""
    return _participants(actor).filter(person__user=actor.user)


def led_participants(actor: Actor) -> QuerySet[Participant]:
    """Ratees whose manager, in the cycle, is the actor."""
    return _participants(actor).filter(manager__user=actor.user)


def participant(actor: Actor, participant_id: UUID) -> Participant:
    """One ratee, or 404: anyone for those who run cycles, else oneself and those one manages in the cycle."""
    rows = Participant.objects.filter(cycle__organisation=actor.organisation).select_related(
        "cycle", "person"
    )
    if not actor.has(*RUNNERS):
        rows = rows.exclude(cycle__state__in=("draft", "cancelled"))
        rows = rows.filter(Q(person__user=actor.user) | Q(manager__user=actor.user))
    try:
        return rows.get(pk=participant_id)
    except Participant.DoesNotExist as cause:
        raise Http404 from cause


def participation(actor: Actor, participant_id: UUID) -> Participant:
    """One's own participation, or that of somebody one manages in the cycle; else 404."""
    mine = Q(person__user=actor.user) | Q(manager__user=actor.user)
    try:
        return _participants(actor).filter(mine).select_related("manager").get(pk=participant_id)
    except Participant.DoesNotExist as cause:
        raise Http404 from cause


def owed_by(actor: Actor) -> QuerySet[Assignment]:
    """What the actor has to rate, done and not done, in running cycles: the queue."""
    return owing().filter(rater__user=actor.user, participant__cycle__organisation=actor.organisation)


def owed_by_stakeholder(stakeholder: Stakeholder) -> QuerySet[Assignment]:
    """The same for somebody from outside."""
    return owing().filter(stakeholder=stakeholder)


def account_of(assignment: Assignment) -> str:
    """Key of the account that acts for a rater now: the person's user, or the stakeholder, who is their own.

    Empty where there is none yet. Drafts and sheets keep whose they are; where that is another account, as
    after a fresh one was opened for a new address, they stay closed.
    """
    rater = assignment.rater
    return str((rater.user_id or "") if rater else assignment.stakeholder_id)


def asked_in(cycle: Cycle) -> QuerySet[Assignment]:
    """Everything that can be answered in a cycle, done and not done: whom invitations go to."""
    return owing().filter(participant__cycle=cycle)


def raters(cycle: Cycle) -> QuerySet[RaterProgress]:
    """Raters who are asked something in a cycle, with how far they were last night.

    ``may_remind`` says whether one may be reminded alone: who is known not to have finished, or, where that
    is not told, who rates under their name, as oneself or as a manager.
    """
    asked = asked_in(cycle)
    within, outside = asked.filter(rater=OuterRef("rater")), asked.filter(stakeholder=OuterRef("stakeholder"))
    alone = Q(step__lt=EVERYTHING) | Q(Exists(within.filter(relationship__in=ATTRIBUTED)), step=None)
    # Two questions, each with an index; as one it would be answered by reading every assignment once a rater.
    return cycle.raters.filter(Exists(within) | Exists(outside)).annotate(
        may_remind=ExpressionWrapper(alone, output_field=BooleanField())
    )


def stakeholder(token: str) -> Stakeholder:
    """Whom a personal link belongs to, or 404 when it is wrong or has expired."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    link = PersonalLink.objects.select_related("stakeholder__cycle").filter(digest=digest).first()
    if link is None or link.expires < timezone.now():
        raise Http404
    return link.stakeholder


def _participants(actor: Actor) -> QuerySet[Participant]:
    rows = Participant.objects.filter(cycle__organisation=actor.organisation, withdrawn=False)
    return rows.exclude(cycle__state__in=("draft", "cancelled")).select_related("cycle", "person")


def owing() -> QuerySet[Assignment]:
    """Everything that can be answered now, done or not, in any organisation: for the worker and the clock."""
    rows = Assignment.objects.filter(state="approved", participant__withdrawn=False)
    rows = rows.filter(participant__cycle__state="running").select_related("participant__cycle")
    return rows.filter(Q(due__isnull=False) | Q(participant__cycle__late=False))


def number(rows: QuerySet[Any], by: str) -> Coalesce:
    """How many rows there are of each: counted for the rows of a page alone, which a join would not."""
    counts = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts), 0)

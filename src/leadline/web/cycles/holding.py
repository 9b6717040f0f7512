"""What cycles keep of somebody: where they are rated, whom they were asked to rate, their mails.

Not who rates them, nor how far those are: both are about others, who were promised that nobody learns it.
"""

from __future__ import annotations

from collections.abc import Mapping

from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles.models import (
    Assignment,
    Cycle,
    Job,
    Mailed,
    Participant,
    RaterProgress,
    Stakeholder,
)
from leadline.web.look.holding import Part, Rows

BEFORE = ("draft", "nominating")
"""States in which a list of raters belongs to its ratee: nobody on it was asked anything yet."""
READS = ("results.read", "results.released", "results.taken_back")
"""Of records about a ratee those that tell nothing of raters or of what they wrote."""


def _organised(actor: Actor) -> Rows:
    for one in Cycle.objects.filter(by=actor.user).order_by("created").iterator():
        yield {"cycle": one.title, "state": one.state, "created": one.created}


def _participations(actor: Actor) -> Rows:
    rows = Participant.objects.filter(person__user=actor.user, cycle__organisation=actor.organisation)
    for one in rows.select_related("cycle", "manager").order_by("cycle__created", "pk").iterator():
        yield {
            "id": one.pk,
            "cycle": one.cycle.title,
            "purpose": one.cycle.purpose,
            "cycle_state": one.cycle.state,
            "opens": one.cycle.opens,
            "closes": one.cycle.closes,
            "name": one.name,
            "team": one.team,
            "manager": one.manager.name if one.manager else "",
            "list_of_raters": one.state,
            "withdrawn": one.withdrawn,
        }


def _asked(actor: Actor) -> Rows:
    rows = Assignment.objects.filter(
        rater__user=actor.user,
        participant__cycle__organisation=actor.organisation,
        state__in=("approved", "removed"),
    ).exclude(participant__cycle__state__in=BEFORE)
    rows = rows.select_related("participant__cycle").order_by("participant__cycle__created", "pk")
    for one in rows.iterator():
        yield {
            "id": one.pk,
            "cycle": one.participant.cycle.title,
            "ratee": one.participant.name,
            "relationship": one.relationship,
            "state": one.state,
            "origin": one.origin,
            "due": one.due,
            "invited": one.invited,
            "opened": one.opened,
            "submitted": one.submitted,
        }


def _outside(actor: Actor) -> Rows:
    """What was asked of their confirmed address as that of somebody from outside."""
    mine = Stakeholder.objects.filter(
        email__iexact=actor.user.email, cycle__organisation=actor.organisation
    ).exclude(cycle__state__in=BEFORE)
    for one in mine.select_related("cycle").prefetch_related("assignments__participant"):
        ratees = [asked.participant.name for asked in one.assignments.all()]
        yield {
            "cycle": one.cycle.title,
            "name": one.name,
            "email": one.email,
            "language": one.language,
            "ratees": ratees,
        }


def _progress(actor: Actor) -> Rows:
    rows = RaterProgress.objects.filter(rater__user=actor.user, cycle__organisation=actor.organisation)
    for one in rows.select_related("cycle"):
        yield {"cycle": one.cycle.title, "last_night": one.word, "asked_at_first": one.first}


def _jobs(actor: Actor) -> Rows:
    for one in Job.objects.filter(by=actor.user).select_related("cycle").defer("arguments").iterator():
        yield {
            "cycle": one.cycle.title,
            "kind": one.kind,
            "state": one.state,
            "asked": one.asked,
            "from": one.address,
        }


def _mails(actor: Actor) -> Rows:
    rows = Mailed.objects.filter(person__user=actor.user, cycle__organisation=actor.organisation)
    for one in rows.select_related("cycle").order_by("day", "pk").iterator():
        yield {"cycle": one.cycle.title, "kind": one.kind, "to": one.to, "day": one.day, "state": one.state}


def _records(actor: Actor) -> Rows:
    """Who was given or read their results when, by role."""
    own = Participant.objects.filter(person__user=actor.user, cycle__organisation=actor.organisation)
    rows = AuditRecord.objects.filter(
        ratees__participant__in=own.values("pk"), action__in=READS, organisation=actor.organisation
    )
    for one in rows.order_by("time", "pk").iterator():
        said = {name: one.detail.get(name, "") for name in ("audience", "how")}
        yield {"time": one.time, "action": one.action, "cycle": one.cycle, **said}


PARTS = (
    Part("cycles_organised", _organised, ("Cycle.by",)),
    Part("participations", _participations, ("Participant.person",)),
    Part("asked_to_rate", _asked, ("Assignment.rater",)),
    Part("asked_from_outside", _outside),
    Part("progress", _progress, ("RaterProgress.rater",)),
    Part("jobs", _jobs, ("Job.by",)),
    Part("mails", _mails, ("Mailed.person",)),
    Part("reads", _records),
)
LEFT_OUT: Mapping[str, str] = {
    "Participant.manager": "whom somebody manages in a cycle is told to those people",
    "Assignment.participant": "who rates somebody",
    "Assignment.stakeholder": "the same of raters from outside",
    "GroupProgress.participant": "how far somebody's raters are",
    "RaterProgress.stakeholder": "raters from outside have no account",
    "Mailed.stakeholder": "the same",
    "PersonalLink.stakeholder": "a fingerprint of a link that is in a mail",
    "PersonalLink.digest": "the same",
    "Job.arguments": "whom somebody's work on a cycle was about",
    "Job.failure": "why the program could not do it",
}

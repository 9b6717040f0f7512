"""Nomination: a ratee proposes raters, their manager approves, declines or adds."""

from __future__ import annotations

from django.db import transaction

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.cycles import feasibility, inviting, panels
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.deleting import delete
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.cycles.moves import move
from leadline.web.people.models import Person

NOMINATED = ("nomination", "stakeholders")


class NominationError(LeadlineError):
    """A step of a nomination that is not possible now."""


def asked(cycle: Cycle) -> tuple[str, ...]:
    """Relationships for which ratees propose raters."""
    return tuple(name for name, rule in cycle.rules.items() if rule["source"] in NOMINATED)


def open_nominations(cycle: Cycle, actor: Actor) -> Cycle:
    """Ask every ratee to propose raters.

    Raises
    ------
    NominationError
        ``web.cycles.nothing_to_nominate``; ``web.cycles.blocked``.
    MoveError
        The cycle is not a draft.
    """
    with transaction.atomic():
        now = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        if not asked(now):
            raise NominationError("web.cycles.nothing_to_nominate")
        blockers = feasibility.blockers(now, nominating=True)
        if blockers:
            raise NominationError("web.cycles.blocked", n=len(blockers))
        now = move(now, "nominate", actor)
        panels.refresh(now)
        panels.fill(now)
        ratees = now.participants.filter(withdrawn=False, person__isnull=False).select_related("person")
        inviting.tell(now, "nominate", [row.person for row in ratees if row.person])
    cycle.refresh_from_db()
    return now


def may_propose(participant: Participant) -> bool:
    """Whether the ratee may still change their proposal."""
    cycle = participant.cycle
    on_time = cycle.nominate_until is None or today(cycle) <= cycle.nominate_until
    return cycle.state == "nominating" and participant.state == "open" and on_time


def propose(actor: Actor, participant: Participant, rater: Person, relationship: str) -> Assignment:
    """Propose a colleague.

    Raises
    ------
    NominationError
        ``web.cycles.nomination_over``; ``web.cycles.too_many``.
    PanelError
        As :func:`leadline.web.cycles.panels.add`.
    """
    with transaction.atomic():
        _room(participant, relationship)
        return panels.add(actor, participant, rater, relationship, state="proposed")


def propose_stakeholder(
    actor: Actor, participant: Participant, email: str, *, name: str = "", language: str = ""
) -> Assignment:
    """Propose somebody from outside, by address."""
    with transaction.atomic():
        _room(participant, "stakeholder")
        return panels.add_stakeholder(
            actor, participant, email, name=name, language=language, state="proposed"
        )


def take_away(participant: Participant, assignment: Assignment) -> None:
    """Take a proposal back, before it is handed in."""
    if not may_propose(participant):
        raise NominationError("web.cycles.nomination_over")
    participant.assignments.filter(pk=assignment.pk, state="proposed").delete()


def missing(participant: Participant) -> dict[str, int]:
    """How many more raters each relationship asks for."""
    counts: dict[str, int] = {}
    for name in participant.assignments.filter(state__in=panels.ON).values_list("relationship", flat=True):
        counts[name] = counts.get(name, 0) + 1
    rules = participant.cycle.rules
    short = {name: int(rules[name]["least"]) - counts.get(name, 0) for name in asked(participant.cycle)}
    return {name: n for name, n in short.items() if n > 0}


def hand_in(actor: Actor, participant: Participant) -> None:
    """Hand the proposal to the manager.

    Raises
    ------
    NominationError
        ``web.cycles.nomination_over``.
    """
    with transaction.atomic():
        if not may_propose(participant):
            raise NominationError("web.cycles.nomination_over")
        _set(participant, "proposed")
        record(actor, "cycles.proposed", participant)
        if participant.manager:
            inviting.tell(participant.cycle, "approve", [participant.manager])


def give_back(actor: Actor, participant: Participant) -> None:
    """Let the ratee change a proposal again."""
    with transaction.atomic():
        _undecided(participant)
        _set(participant, "open")
        record(actor, "cycles.given_back", participant)


def decide(actor: Actor, assignment: Assignment, *, approve: bool) -> None:
    """Approve or decline one proposed rater."""
    participant = assignment.participant
    with transaction.atomic():
        _undecided(participant)
        state = "approved" if approve else "declined"
        participant.assignments.filter(
            pk=assignment.pk, state__in=("proposed", "approved", "declined")
        ).update(state=state)
        record(actor, "cycles.decided", participant, state=state)


def add(actor: Actor, participant: Participant, rater: Person, relationship: str) -> Assignment:
    """Add a rater the ratee did not propose."""
    with transaction.atomic():
        _undecided(participant)
        _asked_for(participant, relationship)
        return panels.add(actor, participant, rater, relationship)


def add_stakeholder(
    actor: Actor, participant: Participant, email: str, *, name: str = "", language: str = ""
) -> Assignment:
    """Add somebody from outside whom the ratee did not propose."""
    with transaction.atomic():
        _undecided(participant)
        _asked_for(participant, "stakeholder")
        return panels.add_stakeholder(actor, participant, email, name=name, language=language)


def approve(actor: Actor, participant: Participant) -> None:
    """Approve a panel: whoever is still proposed is on it."""
    with transaction.atomic():
        _undecided(participant)
        participant.assignments.filter(state="proposed").update(state="approved")
        _set(participant, "approved")
        record(actor, "cycles.approved", participant)


def settle(cycle: Cycle) -> None:
    """At launch, who was proposed and not approved, or taken off, is not asked.

    From now on ``removed`` is who was asked.
    """
    delete(Assignment.objects.filter(participant__cycle=cycle, state__in=("proposed", "removed")))
    cycle.participants.update(state="approved")


def _room(participant: Participant, relationship: str) -> None:
    if not may_propose(participant):
        raise NominationError("web.cycles.nomination_over")
    _asked_for(participant, relationship)
    rule = participant.cycle.rules[relationship]
    here = participant.assignments.filter(relationship=relationship, state__in=panels.ON).count()
    if here >= int(rule["most"]):
        raise NominationError("web.cycles.too_many", most=rule["most"])


def _asked_for(participant: Participant, relationship: str) -> None:
    if relationship not in asked(participant.cycle):
        raise NominationError("web.cycles.not_nominated", relationship=relationship)


def _undecided(participant: Participant) -> None:
    if participant.cycle.state != "nominating":
        raise NominationError("web.cycles.nomination_over")


def _set(participant: Participant, state: str) -> None:
    participant.state = state
    participant.save(update_fields=["state"])

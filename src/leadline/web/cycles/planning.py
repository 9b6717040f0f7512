"""Preparing a cycle: every change is checked, saved and audited; what launch froze stays frozen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from leadline.errors import Fault, LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.cycles import keys, ledger, panels
from leadline.web.cycles.checking import LEAST, faults_of
from leadline.web.cycles.deleting import delete
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.people.models import Person

BATCH = 1000
RULES: dict[str, dict[str, Any]] = {
    "self": {"source": "line", "least": 1, "most": 1},
    "manager": {"source": "line", "least": 1, "most": 1},
    "peer": {"source": "line", "least": 3, "most": 6},
    "report": {"source": "line", "least": 3, "most": 8},
}
FURTHER = {"least": 3, "most": 6}
"""To begin with for any other relationship."""
REMINDERS = (7, 3, 1)

BEFORE_LAUNCH = ("draft", "nominating")
FROZEN = ("purpose", "framework", "profiles", "rules", "time_zone", "opens", "nominate_until")
"""What cannot change once the first invitation went out."""
ENDED = ("sealed", "cancelled")


class PlanError(LeadlineError):
    """A change that the state of the cycle does not allow."""


def create(actor: Actor, title: str, purpose: str = "development") -> Cycle:
    """Begin a cycle, with the organisation's language and time zone and the usual rules."""
    own = actor.organisation
    with transaction.atomic():
        cycle = Cycle.objects.create(
            organisation=own,
            title=title,
            purpose=purpose,
            languages=[own.language],
            time_zone=own.time_zone,
            rules={name: dict(rule) for name, rule in RULES.items()},
            thresholds=dict(LEAST),
            reminders=list(REMINDERS),
            by=actor.user,
        )
        record(actor, "cycles.created", cycle)
    return cycle


def change(actor: Actor, cycle: Cycle, *, fill: bool = True, **fields: Any) -> tuple[Fault, ...]:
    """Change fields of a cycle, all or none.

    Parameters
    ----------
    actor : Actor
    cycle : Cycle
        Changed in place.
    fill : bool
        Whether raters follow new rules at once; else the caller sees to it.
    **fields
        New values by name of the field.

    Returns
    -------
    tuple of Fault
        With the field as ``column``; empty when the change was saved.

    Raises
    ------
    PlanError
        ``web.cycles.frozen``: launch froze one of the fields, or the cycle has ended.
    """
    with transaction.atomic():
        now = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        changed = {name: value for name, value in fields.items() if getattr(now, name) != value}
        launched = now.state not in BEFORE_LAUNCH
        if changed and (now.state in ENDED or (launched and any(name in FROZEN for name in changed))):
            raise PlanError("web.cycles.frozen")
        faults = tuple(faults_of(now, changed, launched=launched))
        if faults or not changed:
            return faults
        for name, value in changed.items():
            setattr(now, name, value)
            setattr(cycle, name, value)
        if "closes" in changed or "grace" in changed:
            now.late = False
        now.save(update_fields=[*changed, "late"])
        record(actor, "cycles.changed", now, fields=sorted(changed))
        if "rules" in changed and fill:
            panels.fill(now)
        if "thresholds" in changed and launched and keys.exists(now):
            transaction.on_commit(partial(ledger.note_rules, now))
    return ()


def assess(actor: Actor, cycle: Cycle, people: Iterable[Person]) -> int:
    """Add ratees before launch, with the raters the rules give them.

    Returns
    -------
    int
        How many are new.
    """
    with transaction.atomic():
        in_preparation(cycle)
        here = set(cycle.participants.values_list("person_id", flat=True))
        new = [panels.participant_of(cycle, person) for person in people if person.pk not in here]
        Participant.objects.bulk_create(new, batch_size=BATCH)
        if new:
            record(actor, "cycles.assessed", cycle, n=len(new))
            panels.fill(cycle, new=[participant.pk for participant in new])
    return len(new)


def leave_out(actor: Actor, cycle: Cycle, participants: QuerySet[Participant]) -> int:
    """Take ratees of a cycle out before launch."""
    with transaction.atomic():
        in_preparation(cycle)
        n = participants.count()
        delete(participants)
        record(actor, "cycles.left_out", cycle, n=n)
    return n


def discard(actor: Actor, cycle: Cycle) -> None:
    """Delete a draft nobody outside has heard of."""
    with transaction.atomic():
        now = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        if now.state != "draft":
            raise PlanError("web.cycles.frozen")
        record(actor, "cycles.discarded", now, title=now.title)
        delete(Cycle.objects.filter(pk=now.pk))


def in_preparation(cycle: Cycle) -> Cycle:
    """The cycle as it is now, locked, if it is not launched yet.

    Raises
    ------
    PlanError
        ``web.cycles.frozen``.
    """
    now = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if now.state not in BEFORE_LAUNCH:
        raise PlanError("web.cycles.frozen")
    return now


def usual_dates(today: date) -> dict[str, date]:
    """Dates to begin with: a week to nominate, three to answer, two to appeal."""
    day = date.fromordinal
    start = today.toordinal()
    return {
        "nominate_until": day(start + 7),
        "opens": day(start + 14),
        "closes": day(start + 35),
        "appeal_until": day(start + 63),
    }

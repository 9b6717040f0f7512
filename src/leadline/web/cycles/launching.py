"""Launch: everything that must not change is frozen, the key is made, invitations go out."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.db import transaction

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.accounts.models import Organisation
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles import feasibility, inviting, keys, ledger, nominating, panels, progress
from leadline.web.cycles.checking import threshold
from leadline.web.cycles.closing import APPEAL
from leadline.web.cycles.deadlines import is_past, today
from leadline.web.cycles.models import Assignment, Cycle, Participant, Stakeholder
from leadline.web.cycles.moves import MoveError, allowed, move
from leadline.web.people.models import Person


class LaunchError(LeadlineError):
    """A cycle that cannot be launched as it is, or a late change it does not allow."""


def launch(cycle: Cycle, actor: Actor | Organisation, *, invite: bool = True) -> Cycle:
    """Launch a cycle.

    Parameters
    ----------
    cycle : Cycle
    actor : Actor or Organisation
        An organisation stands for the clock.
    invite : bool
        Whether invitations go out at once; by the clock they wait for the raters' daytime.

    Raises
    ------
    LaunchError
        ``web.cycles.blocked``: something is missing; ``feasibility.blockers`` says what.
    MoveError
        The state does not allow it.
    """
    with transaction.atomic():
        now = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        if "launch" in allowed(now):
            panels.refresh(now)
            panels.fill(now)
            nominating.settle(now)
            _unblocked(now)
        now = move(now, "launch", actor, scheduled=now.scheduled)
        found = load(now.organisation, now.framework, now.profiles)
        now.framework_hash = found.hash
        now.thresholds = {
            **now.thresholds,
            **{r.id: max(threshold(now, r.id), r.least) for r in found.relationships},
        }
        now.opens = min(now.opens or today(now), today(now))
        if now.closes and now.appeal_until is None:
            now.appeal_until = now.closes + APPEAL
        now.scheduled = False
        now.save(update_fields=["framework_hash", "thresholds", "opens", "appeal_until", "scheduled"])
        keys.create(now)
        transaction.on_commit(partial(ledger.note_rules, now))
        progress.note(now)
        if invite:
            inviting.invite(now)
    cycle.refresh_from_db()
    return now


def schedule(cycle: Cycle, actor: Actor) -> None:
    """Let the clock launch a cycle at the start of its opening day."""
    with transaction.atomic():
        now = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        if "launch" not in allowed(now):
            raise MoveError("web.cycles.wrong_state", state=now.state, move="launch")
        _unblocked(now)
        now.scheduled = True
        now.save(update_fields=["scheduled"])
        record(actor, "cycles.scheduled", now, day=str(now.opens))
    cycle.scheduled = True


def unschedule(cycle: Cycle, actor: Actor | Organisation) -> None:
    """Take the launch by the clock back."""
    with transaction.atomic():
        Cycle.objects.filter(pk=cycle.pk).update(scheduled=False)
        record(actor, "cycles.unscheduled", cycle)
    cycle.scheduled = False


def add_ratee(actor: Actor, cycle: Cycle, person: Person) -> Participant:
    """Let somebody take part who joined late; their raters follow from the rules and are invited.

    Raises
    ------
    LaunchError
        ``web.cycles.not_running``; ``web.cycles.takes_part``; ``web.cycles.day_over``: nobody could rate
        them.
    """
    with transaction.atomic():
        now = _running(cycle)
        if is_past(now):
            raise LaunchError("web.cycles.day_over", name=person.name)
        if now.participants.filter(person=person).exists():
            raise LaunchError("web.cycles.takes_part", name=person.name)
        participant = panels.participant_of(now, person)
        participant.state = "approved"
        participant.save()
        panels.fill(now, new=[participant.pk])
        record(actor, "cycles.ratee_added", participant)
        inviting.invite(now)
    return participant


def withdraw_ratee(actor: Actor, participant: Participant) -> None:
    """Take a ratee out: nobody is asked about them any more, and no result is made."""
    with transaction.atomic():
        _running(participant.cycle)
        Participant.objects.filter(pk=participant.pk).update(withdrawn=True)
        record(actor, "cycles.ratee_withdrawn", participant)
    participant.withdrawn = True


def bring_back(actor: Actor, participant: Participant) -> None:
    """Undo a withdrawal while the cycle runs."""
    with transaction.atomic():
        _running(participant.cycle)
        Participant.objects.filter(pk=participant.pk).update(withdrawn=False)
        record(actor, "cycles.ratee_back", participant)
    participant.withdrawn = False


def extend(actor: Actor, cycle: Cycle, rater: Person | Stakeholder, until: date) -> int:
    """Give one rater longer for everything they owe in a cycle, and tell them.

    Returns
    -------
    int
        How many assignments have a new last day.

    Raises
    ------
    LaunchError
        ``web.cycles.not_running``; ``web.cycles.extend_past``; ``web.cycles.owes_nothing``.
    """
    with transaction.atomic():
        now = _running(cycle)
        if until < max(today(now), now.closes or until):
            raise LaunchError("web.cycles.extend_past", day=now.closes)
        who = {"rater" if isinstance(rater, Person) else "stakeholder": rater}
        rows = Assignment.objects.filter(participant__cycle=now, state="approved", **who)
        # All of them, done or not: the new day must not tell which.
        changed = rows.update(due=until)
        if not changed:
            raise LaunchError("web.cycles.owes_nothing", name=str(rater))
        record(actor, "cycles.extended", now, day=until.isoformat())
        inviting.tell(now, "extended", [rater])
    return changed


def change_manager(actor: Actor, participant: Participant, manager: Person | None) -> None:
    """Follow a change of manager while the cycle runs.

    The new one sees progress and results. They rate as manager unless the one before has done so already, as
    a ratee has one manager's rating, or they were asked as something else: whether they have answered as that
    must not be seen here. After the closing day they do while somebody was given longer for the ratee.
    """
    with transaction.atomic():
        participant.cycle = _running(participant.cycle)
        own, day = participant.assignments, panels.late_day(participant)
        rated = own.filter(relationship="manager", submitted=True).exists()
        others = own.filter(rater__isnull=False).exclude(relationship="manager").exclude(state="declined")
        in_vain = day is None and is_past(participant.cycle)
        if not rated and not in_vain and not others.filter(rater=manager).exists():
            own.filter(relationship="manager", state="approved").update(state="removed")
            if manager and "manager" in participant.cycle.rules:
                _as_manager(participant, manager, day)
        Participant.objects.filter(pk=participant.pk).update(manager=manager)
        participant.manager = manager
        record(actor, "cycles.manager_changed", participant)
        inviting.invite(participant.cycle)


def _unblocked(cycle: Cycle) -> None:
    blockers = feasibility.blockers(cycle)
    if blockers:
        raise LaunchError("web.cycles.blocked", n=len(blockers))


def _as_manager(participant: Participant, manager: Person, day: date | None) -> None:
    """The new manager is asked as such, perhaps again, until a day of their own if there is one."""
    asked = {"relationship": "manager", "state": "approved", "origin": "late", "due": day}
    Assignment.objects.update_or_create(participant=participant, rater=manager, defaults=asked)


def _running(cycle: Cycle) -> Cycle:
    now = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if now.state != "running":
        raise LaunchError("web.cycles.not_running")
    return now

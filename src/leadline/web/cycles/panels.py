"""Panels: who rates whom, by the rules, by nomination, by hand.

Until launch a rule's raters are found again when people or rules change; what was decided by hand stays.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import islice
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles.checking import LEAST
from leadline.web.cycles.deadlines import is_past, today
from leadline.web.cycles.models import Assignment, Cycle, Participant, Stakeholder
from leadline.web.people.models import Person

BATCH = 1000
ON = ("proposed", "approved")
FLAGS = ("invited", "opened", "submitted")
Pair = tuple[UUID, UUID]


class PanelError(LeadlineError):
    """A rater who cannot be on a panel, or a panel that cannot change any more."""


def participant_of(cycle: Cycle, person: Person) -> Participant:
    """A ratee as the person is today, not saved."""
    team = person.team.name if person.team else ""
    return Participant(cycle=cycle, person=person, name=person.name, team=team, manager_id=person.manager_id)


def refresh(cycle: Cycle) -> None:
    """Take names, teams and managers of ratees as they are today; launch does it for the last time."""
    kept = ("name", "team", "manager_id")
    now = ("person__name", "person__team__name", "person__manager_id")
    changed = []
    rows = cycle.participants.filter(person__isnull=False).values_list("pk", *kept, *now)
    for pk, name, team, manager, name_now, team_now, manager_now in rows:
        if (name, team, manager) != (name_now, team_now or "", manager_now):
            changed.append(Participant(pk=pk, name=name_now, team=team_now or "", manager_id=manager_now))
    Participant.objects.bulk_update(changed, ["name", "team", "manager"], batch_size=BATCH)


def fill(cycle: Cycle, new: Sequence[UUID] | None = None) -> None:
    """Give ratees the raters that follow from the reporting lines.

    Parameters
    ----------
    cycle : Cycle
    new : sequence of UUID, optional
        Keys of participants nobody rates yet, to look at these alone.
    """
    ratees = dict(cycle.participants.filter(person__isnull=False).values_list("pk", "person_id"))
    known = Assignment.objects.filter(participant__cycle=cycle, rater__isnull=False)
    if new is not None:
        ratees, known = {pk: ratees[pk] for pk in new}, known.none()
    wanted = dict(_by_line(cycle, ratees))
    stale = []
    for pk, ratee, rater, relationship, origin, state in known.values_list(
        "pk", "participant_id", "rater_id", "relationship", "origin", "state"
    ):
        if origin == "rule" and state == "approved" and wanted.get((ratee, rater)) != relationship:
            stale.append(pk)
        else:
            wanted.pop((ratee, rater), None)
    with transaction.atomic():
        for start in range(0, len(stale), BATCH):
            Assignment.objects.filter(pk__in=stale[start : start + BATCH]).delete()
        _insert(wanted)


def _insert(wanted: Mapping[Pair, str]) -> None:
    """Write new assignments row by row in one statement: ``bulk_create`` takes ten times as long."""
    key = partial(Assignment._meta.pk.get_db_prep_value, connection=connection)
    columns = ("id", "participant_id", "rater_id", "relationship", "state", "origin", *FLAGS)
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {Assignment._meta.db_table} ({names}) VALUES ({places})"  # noqa: S608  names are ours
    rows = [
        (key(uuid4()), key(ratee), key(rater), relationship, "approved", "rule", *[False] * len(FLAGS))
        for (ratee, rater), relationship in wanted.items()
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
        if len(rows) > BATCH and connection.vendor == "postgresql":
            # A plan made for the small tables of before reads every assignment once a ratee: minutes.
            cursor.execute("ANALYZE cycles_cycle, cycles_participant, cycles_assignment")


def _by_line(cycle: Cycle, ratees: Mapping[UUID, UUID]) -> Iterator[tuple[Pair, str]]:
    """Ratee, rater and relationship of every rule that follows the reporting lines."""
    day = max(cycle.opens or today(cycle), today(cycle))
    rows = Person.objects.filter(organisation=cycle.organisation_id).values_list("pk", "manager_id", "left")
    lines = {pk: (manager, left is None or left >= day) for pk, manager, left in rows.iterator()}
    present = {pk for pk, (_, is_present) in lines.items() if is_present}
    teams: dict[UUID | None, list[UUID]] = defaultdict(list)
    for person in sorted(present, key=lambda pk: _shuffled(cycle, pk)):
        teams[lines[person][0]].append(person)
    teams.pop(None, None)  # people without a manager are nobody's peers
    most = {name: int(rule["most"]) for name, rule in cycle.rules.items() if rule["source"] == "line"}
    for participant, person in ratees.items():
        manager = lines[person][0]
        if "self" in most and person in present:
            yield (participant, person), "self"
        if "manager" in most and manager in present:
            yield (participant, manager), "manager"
        for rater in islice(teams.get(person, ()), most.get("report", 0)):
            yield (participant, rater), "report"
        for rater in _next_to(person, teams.get(manager, ()), most.get("peer", 0)):
            yield (participant, rater), "peer"


def _shuffled(cycle: Cycle, person: UUID) -> bytes:
    """A place in a random order that stays the same within a cycle."""
    return hashlib.sha256(cycle.pk.bytes + person.bytes).digest()


def _next_to(person: UUID, team: Sequence[UUID], most: int) -> Iterable[UUID]:
    """The next members in a ring, so that each of a team is asked equally often."""
    if person not in team:
        return team[:most]
    at = team.index(person)
    return [*team[at + 1 :], *team[:at]][:most]


def add(
    actor: Actor, participant: Participant, rater: Person, relationship: str, *, state: str = "approved"
) -> Assignment:
    """Put a person on a panel, before launch or late.

    Parameters
    ----------
    actor : Actor
    participant : Participant
    rater : Person
    relationship : str
    state : {"approved", "proposed"}

    Raises
    ------
    PanelError
        ``web.cycles.panel_closed``, ``web.cycles.own_self``, ``web.cycles.not_here``,
        ``web.cycles.already_rates``, ``web.cycles.was_asked``, ``web.cycles.one_manager``,
        ``web.cycles.no_such_relationship``, ``web.cycles.day_over``: nobody could answer any more.
    """
    with transaction.atomic():
        cycle = _open(participant)
        if (rater.pk == participant.person_id) != (relationship == "self"):
            raise PanelError("web.cycles.own_self")
        if rater.organisation_id != cycle.organisation_id or (rater.left and rater.left < today(cycle)):
            raise PanelError("web.cycles.not_here", name=rater.name)
        return _placed(actor, participant, relationship, state, rater=rater)


def add_stakeholder(
    actor: Actor,
    participant: Participant,
    email: str,
    *,
    name: str = "",
    language: str = "",
    state: str = "approved",
) -> Assignment:
    """Put somebody from outside on a panel, by address.

    Raises
    ------
    PanelError
        As :func:`add`; ``web.cycles.is_inside``: the address is that of one of the people.
    """
    address = email.strip().lower()
    with transaction.atomic():
        cycle = _open(participant)
        known = Q(email__iexact=address) | Q(user__email=address)
        if Person.objects.filter(known, organisation=cycle.organisation_id).exists():
            raise PanelError("web.cycles.is_inside", email=address)
        given = {"name": " ".join(name.split()), "language": language}
        stakeholder, _ = Stakeholder.objects.get_or_create(cycle=cycle, email=address, defaults=given)
        return _placed(actor, participant, "stakeholder", state, stakeholder=stakeholder)


def _placed(
    actor: Actor, participant: Participant, relationship: str, state: str, **who: Person | Stakeholder
) -> Assignment:
    cycle = participant.cycle
    if relationship not in relationships(cycle):
        raise PanelError("web.cycles.no_such_relationship", relationship=relationship)
    managers = participant.assignments.filter(relationship="manager").exclude(**who)
    # That a manager has answered may be seen: one who has keeps the place, on the panel or off it.
    if relationship == "manager" and managers.filter(Q(state__in=ON) | Q(submitted=True)).exists():
        raise PanelError("web.cycles.one_manager")
    own = participant.assignments.filter(**who).first() or Assignment(participant=participant, **who)
    name = str(next(iter(who.values())))
    if own.state in ON and not own._state.adding:
        raise PanelError("web.cycles.already_rates", name=name)
    if own.state == "removed" and cycle.state == "running" and own.relationship != relationship:
        # Perhaps they have answered in it; whether they have must not be seen here.
        raise PanelError("web.cycles.was_asked", name=name)
    origin = "late" if cycle.state == "running" else "nomination"
    own.relationship, own.state, own.origin = relationship, state, origin
    if is_past(cycle):
        own.due = late_day(participant)
        if own.due is None:
            raise PanelError("web.cycles.day_over", name=participant.name)
    own.save()
    # Who rates whom is nobody's business but the panel's: the record says which group grew, not by whom.
    record(actor, "cycles.rater_added", participant, relationship=relationship)
    return own


def late_day(participant: Participant) -> date | None:
    """The last day of whoever is asked about a ratee after the closing day: the longest anybody was given.

    None before the closing day is over, and where nobody was given longer: asking would be in vain.
    """
    if not is_past(participant.cycle):
        return None
    given = participant.assignments.filter(state="approved", due__gte=today(participant.cycle))
    last: date | None = given.aggregate(last=Max("due"))["last"]
    return last


def remove(actor: Actor, assignment: Assignment) -> None:
    """Take a rater off a panel, done or not: the answer is the same, and what was submitted stays and counts.

    Raises
    ------
    PanelError
        ``web.cycles.panel_closed``.
    """
    with transaction.atomic():
        _open(assignment.participant)
        Assignment.objects.filter(pk=assignment.pk).update(state="removed")
        record(actor, "cycles.rater_removed", assignment.participant, relationship=assignment.relationship)


def by_name(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Raters by name: a database's own order would tell which row changed last."""
    return rows.select_related("rater", "stakeholder").order_by("rater__name", "stakeholder__email", "pk")


def relationships(cycle: Cycle) -> tuple[str, ...]:
    """Relationships of a cycle's framework, in its order."""
    if not cycle.framework:
        return tuple(LEAST)[:5]
    return tuple(r.id for r in load(cycle.organisation, cycle.framework, cycle.profiles).relationships)


def _open(participant: Participant) -> Cycle:
    """The cycle, locked, if its panels may still change."""
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=participant.cycle_id)
    if cycle.state not in ("draft", "nominating", "running") or participant.withdrawn:
        raise PanelError("web.cycles.panel_closed")
    participant.cycle = cycle
    return cycle

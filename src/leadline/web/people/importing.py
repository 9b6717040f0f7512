"""Imports: a trial that changes nothing, the difference it would make, applying it, undoing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from leadline.errors import Fault, LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.people.addresses import ask, refuse_shared
from leadline.web.people.checking import Known, check
from leadline.web.people.models import Import, Person, PersonChange, Team

FIELDS = (
    "name",
    "email",
    "team",
    "manager",
    "role",
    "stage",
    "industry",
    "level",
    "started",
    "left",
    "language",
    "time_zone",
)


def values_of(person: Person) -> dict[str, str]:
    """A person's fields as text, as an import compares them."""
    plain = {name: getattr(person, name) for name in FIELDS if name not in ("team", "manager")}
    text = {
        name: value.isoformat() if isinstance(value, date) else value or "" for name, value in plain.items()
    }
    return text | {
        "team": person.team.name if person.team else "",
        "manager": person.manager.key if person.manager else "",
    }


def known_of(person: Person) -> Known:
    """A person as rows of a file are checked against them."""
    manager = person.manager.key if person.manager else ""
    return Known(person.key, person.name, person.email, manager, person.user.email if person.user else "")


def try_out(actor: Actor, path: Path, file_name: str, *, others_left: bool) -> Import:
    """Read a file, check it, and keep what it would change. Nothing is changed.

    Parameters
    ----------
    actor : Actor
    path : Path
        The file as uploaded.
    file_name : str
        What it was called.
    others_left : bool
        Whether people who are not in the file have left.

    Raises
    ------
    SourceError
        The file cannot be read at all.
    """
    # By name: what reads workbooks and tables takes 40 MB, which a server that reads none need not hold.
    rows = import_module("leadline.web.people.reading").read_people(path)
    people = Person.objects.filter(organisation=actor.organisation).select_related("team", "manager", "user")
    now = {person.key: values_of(person) for person in people}
    checked = check(rows, [known_of(person) for person in people])
    changes = _changes(now, checked.rows)
    if others_left:
        # A row with a fault names somebody, too: they are in the file, so they did not leave.
        named = set(checked.rows) | {row.cells.get("person", "") for row in rows}
        changes += _leavers(now, named)
    return Import.objects.create(
        organisation=actor.organisation,
        by=actor.user,
        file_name=file_name[-255:],
        rows=[],
        faults=[_kept(fault) for fault in checked.faults],
        changes=changes,
    )


def _kept(fault: Fault) -> dict[str, Any]:
    return {
        "code": fault.code,
        "row": fault.row,
        "column": fault.column,
        "value": fault.value,
        "fields": dict(fault.fields),
    }


def _changes(
    now: Mapping[str, Mapping[str, str]], rows: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    changes = []
    for key, values in rows.items():
        before = now.get(key)
        different = {name: v for name, v in values.items() if before is None or before[name] != v}
        if before is None:
            changes.append(
                {"key": key, "kind": "new", "name": values["name"], "after": different, "before": {}}
            )
        elif different:
            old = {name: before[name] for name in different}
            changes.append(
                {"key": key, "kind": "changed", "name": before["name"], "after": different, "before": old}
            )
    return changes


def _leavers(now: Mapping[str, Mapping[str, str]], named: set[str]) -> list[dict[str, Any]]:
    today = timezone.localdate().isoformat()
    return [
        {"key": key, "kind": "left", "name": v["name"], "after": {"left": today}, "before": {"left": ""}}
        for key, v in now.items()
        if key not in named and not v["left"]
    ]


def apply(actor: Actor, trial: Import) -> None:
    """Make the changes of a trial, all or none.

    Raises
    ------
    LeadlineError
        ``web.people.not_a_trial``; or ``web.people.moved_on``: somebody named has changed since the trial;
        or ``web.people.address_gone``: an address has become somebody else's since.
    """
    with transaction.atomic():
        own = Import.objects.select_for_update().get(pk=trial.pk)
        if own.state != "trial":
            raise LeadlineError("web.people.not_a_trial")
        _write(own, {c["key"]: (c["before"], c["after"]) for c in own.changes}, actor)
        refuse_shared(own.organisation_id, [c["key"] for c in own.changes if "email" in c["after"]])
        own.state = "applied"
        own.save(update_fields=["state"])
        record(actor, "people.imported", own, n=len(own.changes))
    trial.state = own.state


def undo(actor: Actor, applied: Import) -> None:
    """Take an applied import back: what it changed is as before, whom it brought is gone.

    Raises
    ------
    LeadlineError
        ``web.people.not_applied``; or ``web.people.moved_on``: what it changed was changed again; or
        ``web.people.address_gone``, as in :func:`apply`.
    """
    with transaction.atomic():
        own = Import.objects.select_for_update().get(pk=applied.pk)
        if own.state != "applied":
            raise LeadlineError("web.people.not_applied")
        back = {c["key"]: (c["after"], c["before"]) for c in own.changes if c["kind"] != "new"}
        _write(own, back, actor)
        brought = {c["key"]: c["after"] for c in own.changes if c["kind"] == "new"}
        people = Person.objects.filter(organisation=own.organisation_id, key__in=brought)
        for person in people.select_related("team", "manager"):
            _expect(person, brought[person.key])
        people.delete()
        refuse_shared(own.organisation_id, [c["key"] for c in own.changes if "email" in c["before"]])
        own.state = "undone"
        own.save(update_fields=["state"])
        record(actor, "people.undone", own, n=len(own.changes))
    applied.state = own.state


def _expect(person: Person, values: Mapping[str, str]) -> None:
    now = values_of(person)
    if any(now[name] != value for name, value in values.items()):
        raise LeadlineError("web.people.moved_on", name=person.name)


def _write(
    source: Import, changes: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]], actor: Actor
) -> None:
    """Write values to people by key; managers once all are known, those who are new among them."""
    found = Person.objects.filter(organisation=source.organisation_id)
    found = found.select_related("team", "manager", "user", "organisation")
    people = {person.key: person for person in found}
    teams = {team.name: team for team in Team.objects.filter(organisation=source.organisation_id)}
    brought, history = [], []
    for key, (before, after) in changes.items():
        person = people.get(key)
        if person is None:
            person = people[key] = Person(organisation_id=source.organisation_id, key=key)
            brought.append(person)
        else:
            _expect(person, before)
            history += [
                PersonChange(
                    person=person, by=actor.user, source=source, field=n, before=before.get(n, ""), after=v
                )
                for n, v in after.items()
            ]
        set_values(person, after, teams, source.organisation_id)
    for key, (_, after) in changes.items():
        if "manager" in after:
            people[key].manager = people.get(after["manager"])
    # A manager may be written after those who report to them: the databases check when the transaction ends.
    Person.objects.bulk_create(brought, batch_size=500)
    new = set(brought)
    known = [people[key] for key in changes if people[key] not in new]
    Person.objects.bulk_update(known, [*FIELDS], batch_size=200)
    PersonChange.objects.bulk_create(history, batch_size=500)
    ask([people[change.person.key] for change in history if change.field == "email"])


def set_values(
    person: Person, values: Mapping[str, str], teams: dict[str, Team], organisation_id: UUID
) -> None:
    """Put values, as text, into a person, but for the manager; a team not yet there is made."""
    for name, value in values.items():
        if name == "team":
            if value and value not in teams:
                teams[value] = Team.objects.create(organisation_id=organisation_id, name=value)
            person.team = teams.get(value)
        elif name in ("started", "left"):
            setattr(person, name, date.fromisoformat(value) if value else None)
        elif name != "manager":
            setattr(person, name, value)

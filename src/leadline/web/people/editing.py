"""Hand edits, by the same rules as an import, with history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from leadline.errors import Fault
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.people.addresses import ask
from leadline.web.people.checking import check
from leadline.web.people.columns import Row
from leadline.web.people.models import Person, PersonChange, Team
from leadline.web.people.values import known_of, set_values, values_of


def save(
    actor: Actor, person: Person | None, cells: Mapping[str, str]
) -> tuple[Person | None, tuple[Fault, ...]]:
    """Change a person, or add one.

    Parameters
    ----------
    actor : Actor
    person : Person or None
        None adds somebody.
    cells : mapping
        Values by the column names of a file; an empty one empties the field.

    Returns
    -------
    person : Person or None
        None when there are faults.
    faults : tuple of Fault
    """
    people = Person.objects.filter(organisation=actor.organisation)
    known = [known_of(p) for p in people.select_related("manager", "user")]
    row = Row(1, {name: " ".join(text.split()) for name, text in cells.items()})
    if person is not None:
        row.cells["person"] = person.key
    elif any(one.key == row.cells.get("person") for one in known):
        return None, (Fault("web.people.key_taken", "-", 1, "person", row.cells["person"]),)
    checked = check([row], known)
    if checked.faults:
        return None, tuple(checked.faults)
    key, values = next(iter(checked.rows.items()))
    with transaction.atomic():
        return _write(actor, person, key, values), ()


def _write(actor: Actor, person: Person | None, key: str, values: Mapping[str, str]) -> Person:
    own = person or Person(organisation=actor.organisation, key=key)
    before = values_of(own) if person else {}
    teams = {team.name: team for team in Team.objects.filter(organisation=actor.organisation)}
    set_values(own, values, teams, actor.organisation.pk)
    if "manager" in values:
        own.manager = Person.objects.filter(organisation=actor.organisation, key=values["manager"]).first()
    own.save()
    changed = {n: v for n, v in values.items() if person and before[n] != v}
    PersonChange.objects.bulk_create(
        PersonChange(person=own, by=actor.user, field=n, before=before[n], after=v)
        for n, v in changed.items()
    )
    if "email" in changed:
        ask([own])
    if changed or not person:
        record(actor, "people.edited" if person else "people.added", own, fields=sorted(changed))
    return own


def leave(actor: Actor, person: Person, day: date) -> None:
    """Note a person's last day."""
    with transaction.atomic():
        before = person.left.isoformat() if person.left else ""
        person.left = day
        person.save(update_fields=["left"])
        PersonChange.objects.create(
            person=person, by=actor.user, field="left", before=before, after=day.isoformat()
        )
        record(actor, "people.left", person)

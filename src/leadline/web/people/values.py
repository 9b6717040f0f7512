"""A person's fields as text, as an import compares them, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from leadline.web.people.columns import FIELDS as COLUMNS
from leadline.web.people.leading import Known
from leadline.web.people.models import Person, Team

FIELDS = tuple(COLUMNS.values())


def values_of(person: Person, manager: str | None = None) -> dict[str, str]:
    """A person's fields as text.

    Parameters
    ----------
    person : Person
    manager : str, optional
        Key of the manager, where it is known already.
    """
    plain = {name: getattr(person, name) for name in FIELDS if name not in ("team", "manager")}
    text = {
        name: value.isoformat() if isinstance(value, date) else value or "" for name, value in plain.items()
    }
    if manager is None:
        manager = person.manager.key if person.manager else ""
    return text | {"team": person.team.name if person.team else "", "manager": manager}


def known_of(person: Person) -> Known:
    """A person as rows of a file are checked against them."""
    values = values_of(person)
    account = person.user.email if person.user else ""
    names = ("name", "email", "manager", "started", "left")
    return Known(person.key, account=account, **{name: values[name] for name in names})


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

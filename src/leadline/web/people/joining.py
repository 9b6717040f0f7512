"""Accounts of people."""

from __future__ import annotations

from leadline.web.accounts.invite import account
from leadline.web.accounts.models import User
from leadline.web.people.models import Person


def ensure_account(person: Person) -> User:
    """The account a person signs in with, made from their address where there is none."""
    if person.user is None:
        person.user = account(person.organisation, person.email, person.name, person.language)
        person.save(update_fields=["user"])
    return person.user

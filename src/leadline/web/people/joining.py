"""Accounts of people."""

from __future__ import annotations

from leadline.web.accounts.invite import account
from leadline.web.accounts.links import link
from leadline.web.accounts.models import User
from leadline.web.people.models import Person


def ensure_account(person: Person) -> User | None:
    """The account a person signs in with, made from their address where there is none.

    None where somebody else in the organisation has the account of that address: nobody gets another's.
    """
    if person.user is None:
        taken = Person.objects.filter(organisation=person.organisation_id, user__email=person.address)
        if not person.address or taken.exists():
            return None
        person.user = account(person.organisation, person.address, person.name, person.language)
        person.save(update_fields=["user"])
    return person.user


def way_in(person: Person, page: str) -> tuple[str, str] | None:
    """Where a mail goes and the link in it that signs in: always the address the account is confirmed for.

    Both at once, so that no link to an account is ever sent anywhere else. None where nobody can be reached.
    """
    user = ensure_account(person)
    return (user.email, link(user, page)) if user else None

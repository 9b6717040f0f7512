"""Accounts of people."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.accounts.invite import CONFIRMED, account
from leadline.web.accounts.links import link
from leadline.web.accounts.models import User
from leadline.web.people.models import Person, PersonChange


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


def claim(user: User, place: str = "") -> None:
    """Make an account that of the people who have its address, in the organisations it is a member of.

    Called once a link sent to that address was opened: an address that somebody typed proves nothing. Left
    alone is an address that two people have, and that of somebody who left: it may be a namesake's by now. An
    account that is somebody already stays so.
    """
    for membership in user.memberships.select_related("organisation"):
        with transaction.atomic():
            people = Person.objects.select_for_update(no_key=True).filter(
                organisation=membership.organisation
            )
            found = list(people.filter(Q(user=user) | Q(email__iexact=user.email))[:2])
            if len(found) != 1 or found[0].user_id or found[0].left:
                continue
            own = found[0]
            own.user = user
            own.save(update_fields=["user"])
            PersonChange.objects.create(person=own, by=user, field="account", before="", after=user.email)
            actor = Actor(user, membership.organisation, frozenset(), place)
            record(actor, "people.account_linked", own)


CONFIRMED.append(claim)

"""New addresses: what the organisation says becomes what counts once the account confirms it.

Whoever keeps people may write any address into them. A link that signs in goes to the confirmed one alone
(:attr:`~leadline.web.people.models.Person.address`), so writing another there opens nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.accounts.invite import move
from leadline.web.accounts.models import Membership, User
from leadline.web.people.joining import ensure_account
from leadline.web.people.models import Person, PersonChange
from leadline.web.people.notices import tell

BATCH = 500


class AddressError(LeadlineError):
    """An address that cannot become somebody's."""


def refuse_shared(organisation_id: UUID, changed: Collection[str]) -> None:
    """Refuse addresses that somebody else in the organisation has, or has an account confirmed for.

    Raises
    ------
    AddressError
        ``web.people.address_gone``.
    """
    owners: defaultdict[str, set[str]] = defaultdict(set)
    given = {}
    rows = Person.objects.filter(organisation=organisation_id).values_list("key", "email", "user__email")
    for key, email, confirmed in rows.iterator():
        given[key] = email.lower()
        for address in {email.lower(), confirmed} - {"", None}:
            owners[address].add(key)
    for email in (given[key] for key in changed if given.get(key)):
        if len(owners[email]) > 1:
            raise AddressError("web.people.address_gone", email=email)


def ask(people: Iterable[Person]) -> None:
    """Ask the accounts of those whose new address waits; the links of an earlier time stop working."""
    now, changed = timezone.now(), list(people)
    for person in changed:
        person.asked = now if person.waits else None
    Person.objects.bulk_update(changed, ["asked"], batch_size=BATCH)
    tell("ask", [(person, "") for person in changed if person.waits])


def confirm(person: Person, place: str = "") -> None:
    """Make the new address the confirmed one of the account; its sessions stay, and both addresses are told.

    Other organisations that know the account by the old address know it by the new one from then on.

    Parameters
    ----------
    person : Person
        As they were when the account was shown the new address.
    place : str
        Where the request came from, for the audit.

    Raises
    ------
    AddressError
        ``web.people.nothing_waits``; ``web.people.has_account``: another account is confirmed for it.
    """
    with transaction.atomic():
        own, user = _waiting(person)
        old, new = user.email, own.email.lower()
        if User.objects.filter(email=new).exists():
            raise AddressError("web.people.has_account", email=new)
        record(Actor(user, own.organisation, frozenset(), place), "people.address_confirmed", own)
        for one in Person.objects.filter(user=user, email__iexact=old).exclude(pk=own.pk):
            _write(one, new)
        move(user, new)
        _write(own, new)
        tell("changed", [(own, old), (own, "")])


def refuse(person: Person, place: str = "") -> None:
    """Stay with the confirmed address: the new one is taken back. Parameters as of :func:`confirm`.

    Raises
    ------
    AddressError
        ``web.people.nothing_waits``.
    """
    with transaction.atomic():
        own, user = _waiting(person)
        _write(own, user.email)
        record(Actor(user, own.organisation, frozenset(), place), "people.address_refused", own)


def _write(person: Person, email: str) -> None:
    if person.email != email:
        PersonChange.objects.create(
            person=person, by=person.user, field="email", before=person.email, after=email
        )
    person.email, person.asked = email, None
    person.save(update_fields=["email", "asked"])


def open_fresh(actor: Actor, person: Person, reason: str) -> None:
    """Give a person whose old address is dead a fresh account for the new one.

    The old account loses the person and with it the organisation, and is told. What it wrote stays closed to
    the fresh one (:func:`leadline.web.cycles.access.account_of`).

    Raises
    ------
    AddressError
        ``web.people.nothing_waits``; ``web.people.has_roles``: what an account is granted does not move to an
        address that somebody typed; ``web.people.address_gone``: somebody else here has the account of it.
    """
    with transaction.atomic():
        own, old = _waiting(person)
        member = Membership.objects.filter(user=old, organisation=own.organisation)
        if any(one.roles for one in member):
            raise AddressError("web.people.has_roles", name=own.name)
        tell("replaced", [(own, old.email)])
        own.user, own.asked = None, None
        own.save(update_fields=["user", "asked"])
        if ensure_account(own) is None:
            raise AddressError("web.people.address_gone", email=own.email)
        member.delete()
        PersonChange.objects.create(
            person=own, by=actor.user, field="account", before=old.email, after=own.address
        )
        record(actor, "people.account_opened", own, reason=reason)
        tell("fresh", [(own, "")])


def _waiting(person: Person) -> tuple[Person, User]:
    """A person as they are now, locked, and their account, if the same new address still waits."""
    rows = Person.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "organisation")
    own = rows.get(pk=person.pk)
    if own.user is None or not own.waits or own.email != person.email:
        raise AddressError("web.people.nothing_waits", name=person.name)
    return own, own.user

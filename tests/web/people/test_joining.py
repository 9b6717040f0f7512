"""An account becomes a person's once a link sent to the address of both was opened, and never before."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from tests.web.cast import World

from leadline.web.accounts.invite import invite
from leadline.web.accounts.links import link
from leadline.web.accounts.models import AuditRecord, Membership, User
from leadline.web.people.models import Person

Outbox = list[EmailMultiAlternatives]


def invited(world: World, outbox: Outbox, email: str = "bo@acme.example") -> str:
    """Where the link in an invitation leads."""
    invite(world.actor("operator"), email, "", ["coach"])
    found = re.search(r"http://testserver(\S+)", str(outbox[-1].body))
    assert found
    return found[1]


def account_of(world: World, name: str) -> User | None:
    return Person.objects.get(pk=world.people[name].pk).user


def test_an_invited_member_is_the_person_of_that_address(world: World, mailoutbox: Outbox) -> None:
    Person.objects.filter(pk=world.people["bo"].pk).update(email="Bo@Acme.example")
    address = invited(world, mailoutbox)
    assert account_of(world, "bo") is None, "an invitation that nobody opened proves nothing"
    client = Client()
    client.post(address, {"name": "Bo Berg"})
    assert account_of(world, "bo") == User.objects.get(email="bo@acme.example")
    assert AuditRecord.objects.filter(action="people.account_linked").count() == 1
    assert world.people["bo"].history.get().field == "account"


def test_a_member_who_signs_in_by_link_is_the_person_imported_meanwhile(world: World) -> None:
    person = Person.objects.create(
        organisation=world.organisation, key="c7", name="Cora Chen", email="cora@acme.example"
    )
    client = Client()
    client.post("/sign-in/", {"login": "cora@acme.example", "password": "a long password"})
    person.refresh_from_db()
    assert person.user is None, "a password does not show that mail reaches them"
    client.post(link(User.objects.get(pk=world.users["coach"].pk)).removeprefix("http://testserver"))
    person.refresh_from_db()
    assert person.user == world.users["coach"]


@pytest.mark.parametrize("why", ["two have it", "has left", "has an account", "is somebody already"])
def test_nobody_becomes_somebody_it_may_not_be(world: World, mailoutbox: Outbox, why: str) -> None:
    rows = Person.objects.filter(pk=world.people["bo"].pk)
    email = "bo@acme.example"
    if why == "two have it":
        Person.objects.filter(pk=world.people["elif"].pk).update(email=email)
    if why == "has left":
        rows.update(left=date(2020, 1, 1))
    if why == "has an account":
        rows.update(user=world.users["auditor"])
    if why == "is somebody already":
        email = "tom@acme.example"
        rows.update(email=email)
    before = account_of(world, "bo")
    Client().post(invited(world, mailoutbox, email), {"name": "Bo"})
    assert account_of(world, "bo") == before
    assert account_of(world, "elif") is None


def test_a_person_of_an_organisation_one_is_no_member_of_stays_apart(world: World) -> None:
    stranger = Person.objects.create(
        organisation=world.other, key="t", name="Tom Tanaka", email="tom@acme.example"
    )
    Client().post(link(world.users["member"]).removeprefix("http://testserver"))
    stranger.refresh_from_db()
    assert stranger.user is None
    assert not Membership.objects.filter(user=world.users["member"], organisation=world.other).exists()

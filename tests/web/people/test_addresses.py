"""A new address counts once the old one has confirmed it; until then, and for anybody else, it opens nothing.

``LEADLINE_RECORD_MAILS=yes`` writes the snapshots in ``tests/web/mails`` anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from tests.web.cast import World

from leadline.web.accounts.links import link
from leadline.web.accounts.models import AuditRecord, Membership, User
from leadline.web.people import addresses, clock
from leadline.web.people.joining import ensure_account, way_in
from leadline.web.people.links import FOR
from leadline.web.people.models import Notice, Person
from leadline.web.people.notices import post

Visit = Callable[[str], Client]
Outbox = list[EmailMultiAlternatives]
Box = Callable[[], Outbox]
MAILS = Path(__file__).parents[1] / "mails"
NEW = "tanaka@acme.example"
FORM = {"name": "Tom Tanaka", "email": NEW, "team": "Platform", "manager": "dana"}


@pytest.fixture
def box(mailoutbox: Outbox) -> Box:
    """``box()`` is all mails so far; those that wait are sent first, as the worker does after a commit."""

    def mails() -> Outbox:
        post.call()
        return list(mailoutbox)

    return mails


@pytest.fixture
def tom(world: World, as_visitor: Visit) -> Person:
    """Somebody with an account, into whom another address was written."""
    found = world.people["member"]
    as_visitor("analytics").post(f"/people/{found.pk}/edit/", FORM)
    return fresh(found)


def fresh(person: Person) -> Person:
    return Person.objects.select_related("user", "organisation").get(pk=person.pk)


def link_in(mail: EmailMultiAlternatives) -> str:
    found = re.search(r"http://testserver(\S+)", str(mail.body))
    assert found
    return found[1]


def snapshot(mail: EmailMultiAlternatives, name: str) -> None:
    text = f"To: {mail.to[0]}\nSubject: {mail.subject}\n\n{mail.body}"
    text = re.sub(r"http://testserver/\S+", "http://testserver/…", text)
    path = MAILS / f"{name}.txt"
    if os.environ.get("LEADLINE_RECORD_MAILS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_a_new_address_waits_and_the_old_one_is_asked(tom: Person, box: Box, as_visitor: Visit) -> None:
    assert (tom.email, tom.address, tom.waits) == (NEW, "tom@acme.example", True)
    assert [mail.to for mail in box()] == [["tom@acme.example"]]
    page = as_visitor("analytics").get(f"/people/{tom.pk}/").content.decode()
    assert "Waiting for confirmation from tom@acme.example" in page


def test_applying_an_import_says_how_many_wait(world: World, as_visitor: Visit) -> None:
    client, trial = as_visitor("analytics"), world.things["trial_import"]
    page = client.post(f"/people/imports/{trial.pk}/apply/", follow=True).content.decode()
    assert "The import is applied." in page
    assert "One person&#x27;s new address waits" in page


def test_the_list_shows_whose_new_address_waits(tom: Person, as_visitor: Visit) -> None:
    Person.objects.filter(key="petra").update(email="PETRA@acme.example")
    listing = as_visitor("analytics").get("/people/?show=waiting").context["listing"]
    assert {row.key for row in listing.rows} == {"pia", tom.key}


def test_the_button_confirms_and_not_the_link_alone(tom: Person, box: Box, world: World) -> None:
    address = link_in(box()[0])
    assert "tom@acme.example" not in address
    assert NEW not in address
    page = Client().get(address).content.decode()
    assert f"Use {NEW}" in page
    assert fresh(tom).waits
    signed_in = Client()
    signed_in.force_login(world.users["member"])
    assert Client().post(address).status_code == 200
    found = fresh(tom)
    assert (found.address, found.waits) == (NEW, False)
    assert signed_in.get("/").status_code == 200, "sessions stay"
    assert sorted(mail.to[0] for mail in box()[1:]) == [NEW, "tom@acme.example"]
    entry = AuditRecord.objects.get(action="people.address_confirmed", subject=str(tom.pk))
    assert (entry.actor, entry.address) == ("tom@acme.example", "127.0.0.1")
    assert Client().post(address).status_code == 410, "once"


def test_links_that_signed_in_at_the_old_address_end_with_it(tom: Person, box: Box, world: World) -> None:
    before = link(world.users["member"]).removeprefix("http://testserver")
    Client().post(link_in(box()[0]))
    assert Client().get(before).status_code == 410
    assert way_in(fresh(tom), "/") is not None


def test_no_password_can_be_chosen_by_mail_to_the_old_address(tom: Person, box: Box) -> None:
    """allauth notes the address of whoever chose a password by mail."""
    ask = link_in(box()[0])
    Client().post("/password/forgotten/", {"email": "tom@acme.example"})
    chooser = Client()
    page = chooser.get(link_in(box()[-1]), follow=True).redirect_chain[-1][0]
    chooser.post(page, {"password1": "quite another one", "password2": "quite another one"})
    Client().post(ask)
    n = len(box())
    Client().post("/password/forgotten/", {"email": "tom@acme.example"})
    Client().post("/account/link/", {"email": "tom@acme.example"})
    assert len(box()) == n
    Client().post("/sign-in/", {"login": "tom@acme.example", "password": "quite another one"})
    again = Client()
    again.post("/sign-in/", {"login": NEW, "password": "quite another one"})
    assert again.get("/").status_code == 200


def test_the_account_may_stay_with_its_address(tom: Person, box: Box) -> None:
    page = Client().post(link_in(box()[0]), {"refuse": "yes"}).content.decode()
    assert "Nothing has changed" in page
    found = fresh(tom)
    assert (found.email, found.waits) == ("tom@acme.example", False)
    assert list(found.history.order_by("time").values_list("after", flat=True)) == [NEW, "tom@acme.example"]
    assert Client().get(link_in(box()[0])).status_code == 410


@pytest.mark.parametrize("what", ["too old", "asked again", "another address", "made up", "account replaced"])
def test_a_link_stops_working(tom: Person, box: Box, as_visitor: Visit, world: World, what: str) -> None:
    address = link_in(box()[0])
    if what == "too old":
        Person.objects.filter(pk=tom.pk).update(asked=timezone.now() - FOR - timedelta(minutes=1))
    elif what == "asked again":
        as_visitor("analytics").post(f"/people/{tom.pk}/ask/")
        assert Client().get(link_in(box()[-1])).status_code == 200
    elif what == "another address":
        as_visitor("analytics").post(f"/people/{tom.pk}/edit/", {**FORM, "email": "thomas@acme.example"})
    elif what == "made up":
        address = address.replace(address.split("/")[-2], "0" * 64)
    else:
        addresses.open_fresh(world.actor("analytics"), tom, "Mailbox closed.")
    assert Client().get(address).status_code == 410
    assert Client().post(address).status_code == 410
    assert User.objects.get(pk=world.users["member"].pk).email == "tom@acme.example"


def test_a_page_opened_before_another_edit_confirms_nothing(tom: Person) -> None:
    Person.objects.filter(pk=tom.pk).update(email="mallory@evil.example")
    with pytest.raises(addresses.AddressError, match="waits"):
        addresses.confirm(tom)


def test_an_address_of_another_account_cannot_be_confirmed(world: World, box: Box, as_visitor: Visit) -> None:
    """An account elsewhere is not betrayed by the edit, and the one who confirms does not get it."""
    tom = world.people["member"]
    as_visitor("analytics").post(f"/people/{tom.pk}/edit/", {**FORM, "email": "otto@borealis.example"})
    page = Client().post(link_in(box()[0])).content.decode()
    assert "belongs to another account" in page
    assert fresh(tom).address == "tom@acme.example"
    assert User.objects.get(pk=world.users["outsider"].pk).email == "otto@borealis.example"


def test_another_case_is_the_same_address(world: World, box: Box, as_visitor: Visit) -> None:
    tom = world.people["member"]
    as_visitor("analytics").post(f"/people/{tom.pk}/edit/", {**FORM, "email": "TOM@Acme.Example"})
    assert not fresh(tom).waits
    Person.objects.filter(pk=tom.pk).update(email="Tom@acme.example")  # as an earlier release kept it
    assert not fresh(tom).waits
    assert box() == []


def test_an_account_in_two_organisations_moves_in_both(tom: Person, box: Box, world: World) -> None:
    account = world.users["member"]
    Membership.objects.create(user=account, organisation=world.other)
    there = Person.objects.create(
        organisation=world.other, key="tt", name="Tom T", email="Tom@acme.example", user=account
    )
    Client().post(link_in(box()[0]))
    found = fresh(there)
    assert (found.email, found.address, found.waits) == (NEW, NEW, False)
    assert found.history.get().after == NEW


def test_emptying_the_address_leaves_the_confirmed_one(world: World, box: Box, as_visitor: Visit) -> None:
    tom = world.people["member"]
    as_visitor("analytics").post(f"/people/{tom.pk}/edit/", {**FORM, "email": ""})
    found = fresh(tom)
    assert (found.waits, found.address, box()) == (False, "tom@acme.example", [])


def test_a_fresh_account_takes_the_person_from_the_old_one(
    tom: Person, box: Box, as_visitor: Visit, world: World
) -> None:
    old = as_visitor("member")
    assert old.get("/rate/").status_code == 200
    page = as_visitor("operator").get(f"/people/{tom.pk}/fresh/").content.decode()
    assert "tom@acme.example is notified" in page
    assert (
        "This field is required"
        in as_visitor("operator").post(f"/people/{tom.pk}/fresh/", {"reason": ""}).content.decode()
    )
    as_visitor("operator").post(f"/people/{tom.pk}/fresh/", {"reason": "Mailbox closed."})
    found = fresh(tom)
    assert found.user
    assert (found.user.email, found.user == world.users["member"], found.waits) == (NEW, False, False)
    assert {old.get(page).status_code for page in ("/", "/rate/", "/account/", f"/people/{tom.pk}/")} == {404}
    told, welcome = box()[-2:]
    if told.to != ["tom@acme.example"]:
        told, welcome = welcome, told
    assert (told.to, welcome.to) == (["tom@acme.example"], [NEW])
    assert "http" not in str(told.body)
    entry = AuditRecord.objects.get(action="people.account_opened")
    assert (entry.actor, entry.subject, entry.detail) == (
        "olga@acme.example",
        str(tom.pk),
        {"reason": "Mailbox closed."},
    )
    newcomer = Client()
    newcomer.post(link_in(welcome))
    assert newcomer.get("/rate/").status_code == 200
    assert tom.history.filter(field="account", before="tom@acme.example", after=NEW).exists()


def test_a_fresh_account_elsewhere_leaves_the_old_one_where_it_was(tom: Person, world: World) -> None:
    Membership.objects.create(user=world.users["member"], organisation=world.other)
    addresses.open_fresh(world.actor("analytics"), tom, "Mailbox closed.")
    client = Client()
    client.force_login(world.users["member"])
    assert client.get("/rate/").status_code == 200, "in the other organisation"
    assert Membership.objects.get(user=world.users["member"]).organisation == world.other


def test_roles_do_not_move_to_a_fresh_account(tom: Person, as_visitor: Visit) -> None:
    Membership.objects.filter(user=tom.user).update(roles=["operator"])
    page = as_visitor("analytics").post(f"/people/{tom.pk}/fresh/", {"reason": "Mailbox closed."})
    assert "roles, which do not move" in page.content.decode()
    assert fresh(tom).user == tom.user


def test_no_fresh_account_for_the_address_of_another_persons(tom: Person, world: World) -> None:
    User.objects.filter(pk=world.users["rater"].pk).update(email=NEW)  # confirmed since Tom was edited
    with pytest.raises(addresses.AddressError, match="somebody else here"):
        addresses.open_fresh(world.actor("analytics"), tom, "Mailbox closed.")
    assert fresh(tom).user == tom.user
    assert not Notice.objects.exists() or fresh(tom).waits


def test_a_fresh_account_for_an_address_that_has_one_is_that_one_with_what_it_was_granted(
    world: World, as_visitor: Visit
) -> None:
    """Somebody with two accounts, one of them granted roles by invitation: the person moves to it."""
    tom = world.people["member"]
    as_visitor("analytics").post(f"/people/{tom.pk}/edit/", {**FORM, "email": "udo@acme.example"})
    addresses.open_fresh(world.actor("analytics"), fresh(tom), "He has been here before.")
    assert fresh(tom).user == world.users["auditor"]
    assert Membership.objects.get(user=world.users["auditor"]).roles == ["auditor"]
    assert not Membership.objects.filter(user=world.users["member"]).exists()


def test_who_shares_an_address_gets_nobodys_account_and_no_mail(world: World) -> None:
    """Checks refuse it; two edits at once may still bring it about."""
    bo = world.people["bo"]
    bo.email = "tom@acme.example"
    bo.save()
    assert ensure_account(bo) is None
    assert way_in(bo, "/") is None


def test_the_account_of_an_address_is_its_owners_whatever_organisation(world: World) -> None:
    """A person who is imported with the address of an account has that account: mails go to its owner."""
    otto = Person.objects.create(
        organisation=world.organisation, key="otto", name="Otto", email="Otto@Borealis.example"
    )
    assert ensure_account(otto) == world.users["outsider"]
    assert Membership.objects.get(user=world.users["outsider"], organisation=world.organisation).roles == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_mail_reads_as_written_down(world: World, as_visitor: Visit, box: Box, language: str) -> None:
    tom = world.people["member"]
    Person.objects.filter(pk=tom.pk).update(language=language)
    as_visitor("analytics").post(f"/people/{tom.pk}/edit/", {**FORM, "language": language})
    snapshot(box()[0], f"people-ask-{language}")
    Client().post(link_in(box()[0]))
    to_new, to_old = sorted(box()[1:], key=lambda mail: mail.to[0])
    snapshot(to_new, f"people-changed-{language}")
    assert (to_old.to, to_old.body) == (["tom@acme.example"], to_new.body)
    as_visitor("analytics").post(
        f"/people/{tom.pk}/edit/", {**FORM, "language": language, "email": "thomas@acme.example"}
    )
    as_visitor("analytics").post(f"/people/{tom.pk}/fresh/", {"reason": "Mailbox closed."})
    by_address = {mail.to[0]: mail for mail in box()[-2:]}
    snapshot(by_address[NEW], f"people-replaced-{language}")
    snapshot(by_address["thomas@acme.example"], f"people-fresh-{language}")


def test_a_server_that_is_down_loses_no_mail(world: World, as_visitor: Visit, settings: Settings) -> None:
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.LEADLINE_MAIL_URL = (
        "leadline.web.look.mail.Backend",
        "smtp://127.0.0.1:1",
    )
    tom = world.people["member"]
    as_visitor("analytics").post(f"/people/{tom.pk}/edit/", FORM)
    post.call()
    assert Notice.objects.get().tries == 1
    settings.EMAIL_BACKEND = backend
    clock.due(datetime(2026, 11, 2, 9, 7, tzinfo=UTC))
    assert Notice.objects.exists(), "only every quarter of an hour"
    clock.due(datetime(2026, 11, 2, 9, 15, tzinfo=UTC))
    assert not Notice.objects.exists()


def test_what_is_confirmed_meanwhile_is_not_asked_any_more(tom: Person, box: Box) -> None:
    Notice.objects.create(person=tom, kind="ask", language="en")
    addresses.refuse(tom)
    n = len(box())
    post.call()
    assert (len(box()), Notice.objects.count()) == (n, 0)

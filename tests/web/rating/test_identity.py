"""The attack of issue 11: whoever edits the address of a rater comes to nothing that the rater wrote.

Mallory keeps the people of the organisation and reads ``mallory@evil.example``. Petra has begun one form and
submitted another, both with a word that nobody else knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from tests.web.cast import World

from leadline.web.cycles import inviting, panels, posting, progress
from leadline.web.cycles.models import Assignment, Cycle, Mailed, PersonalLink, Stakeholder
from leadline.web.people import notices
from leadline.web.people.importing import apply
from leadline.web.people.models import Person
from leadline.web.people.trying import try_out
from leadline.web.rating import access
from leadline.web.rating.saving import Given, Page, save
from leadline.web.rating.submitting import SubmissionError, submit, take_back
from leadline.web.rating.tasks import Task

Visit = Callable[[str], Client]
Outbox = list[EmailMultiAlternatives]
MALLORY = "mallory@evil.example"
WORD = "quagga"
SECTIONS = SECTION, OTHER = ("architecture_judgement", "engineering_quality")
CHECKED = re.compile(r"<input[^>]*\bchecked\b")
READ = ("", *(f"form/{section}/" for section in SECTIONS), "review/", "receipt/")
"""Pages of an assignment that show what was typed, or that it was."""


@pytest.fixture
def cycle(world: World) -> Cycle:
    """The running cycle of Petra's forms; in no other is anything owed."""
    found: Cycle = world.things["rate_new"].participant.cycle
    Cycle.objects.exclude(pk=found.pk).filter(state__in=("running", "nominating")).update(state="cancelled")
    Assignment.objects.filter(participant__cycle=found).update(invited=True)
    Cycle.objects.filter(pk=found.pk).update(noted=None)
    progress.note(found)  # reminders go by what was so last night
    Mailed.objects.all().delete()
    return found


@pytest.fixture
def petra(world: World, as_visitor: Visit, cycle: Cycle) -> Client:
    """Petra, who has written the secret into both forms."""
    del cycle
    client = as_visitor("rater")
    client.post(url(world, "rate_submitted", "take-back/"))
    for one in ("rate_begun", "rate_submitted"):
        for section in SECTIONS:
            typed(client, world, one, WORD, section=section)
    client.post(url(world, "rate_submitted", "submit/"))
    assert opens(client, world)
    assert submitted(world, "rate_submitted")
    return client


def url(world: World, one: str, page: str = "") -> str:
    return f"/rate/{world.things[one].pk}/{page}"


def typed(client: Client, world: World, one: str, comment: str, section: str = SECTION) -> None:
    page = client.get(url(world, one, f"form/{section}/")).content.decode()
    hidden = dict(re.findall(r'name="(form-(?:revision|page|count|since))" value="([^"]*)"', page))
    sent = {**hidden, f"{section}_1": "2", "form-comment": comment}
    assert client.post(url(world, one, f"form/{section}/"), sent).status_code == 302


def opens(client: Client, world: World) -> bool:
    """Whether the form that Petra has begun shows what she wrote."""
    return WORD in client.get(url(world, "rate_begun", f"form/{SECTION}/")).content.decode()


def submitted(world: World, one: str) -> bool:
    return Assignment.objects.get(pk=world.things[one].pk).submitted


def edited(world: World, as_visitor: Visit) -> None:
    petra = world.people["rater"]
    filled = {"name": petra.name, "email": MALLORY, "team": "Payments", "manager": "mei"}
    as_visitor("analytics").post(f"/people/{petra.pk}/edit/", filled)


def imported(world: World, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"person,name,email\npetra,Petra Pahl,{MALLORY}\n", encoding="utf-8")
    actor = world.actor("operator")
    apply(actor, try_out(actor, file, "people.csv", others_left=False))


def everything_sent(cycle: Cycle, as_visitor: Visit, alone: Person | None = None) -> None:
    """What waits in both outboxes goes out, after everybody or somebody alone was reminded."""
    whom = f"{alone.pk}/" if alone else ""
    as_visitor("analytics").post(f"/cycles/{cycle.pk}/remind/{whom}")
    for mail in Mailed.objects.filter(state="waiting"):
        assert posting.send(mail)
    notices.post.call()


def links_to(outbox: Outbox, address: str) -> list[str]:
    mails = [str(mail.body) for mail in outbox if mail.to == [address]]
    return [found for body in mails for found in re.findall(r"http://testserver(\S+)", body)]


def assert_closed(client: Client, world: World, *ones: str) -> None:
    """No page says what Petra wrote, or how far she came; nothing is taken back."""
    for one in ones:
        for page in READ:
            found = client.get(url(world, one, page), follow=True).content.decode()
            assert WORD not in found, (one, page)
            assert not CHECKED.search(found), (one, page)
            assert "with a comment" not in found, (one, page)
        client.post(url(world, one, "take-back/"), follow=True)
        assert WORD not in client.get(url(world, one, f"form/{SECTION}/"), follow=True).content.decode(), one
    queue = client.get("/rate/").content.decode()
    assert " of 44 answered" not in queue


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("way", ["edited", "imported", "edited between outbox and worker"])
def test_editing_the_address_and_reminding_opens_nothing(  # noqa: PLR0917  fixtures
    world: World,
    as_visitor: Visit,
    cycle: Cycle,
    petra: Client,
    mailoutbox: Outbox,
    tmp_path: Path,
    way: str,
    alone: bool,
) -> None:
    if way == "imported":
        imported(world, tmp_path)
    elif way == "edited":
        edited(world, as_visitor)
    else:
        inviting.remind(cycle)
        edited(world, as_visitor)
    everything_sent(cycle, as_visitor, world.people["rater"] if alone else None)
    assert links_to(mailoutbox, MALLORY) == []
    assert len(links_to(mailoutbox, "petra@acme.example")) == 2, (
        "the reminder, and whether the address is hers"
    )
    assert opens(petra, world)


def test_mallory_cannot_confirm_or_ask_for_a_link(
    world: World, as_visitor: Visit, cycle: Cycle, petra: Client, mailoutbox: Outbox
) -> None:
    del petra
    edited(world, as_visitor)
    everything_sent(cycle, as_visitor)
    n = len(mailoutbox)
    Client().post("/account/link/", {"email": MALLORY})
    Client().post("/password/forgotten/", {"email": MALLORY})
    assert len(mailoutbox) == n


@pytest.fixture
def mallory(world: World, as_visitor: Visit, cycle: Cycle, petra: Client, mailoutbox: Outbox) -> Client:
    """Signed in to the fresh account that was opened for Petra at Mallory's address."""
    del petra
    edited(world, as_visitor)
    as_visitor("analytics").post(f"/people/{world.people['rater'].pk}/fresh/", {"reason": "Mailbox closed."})
    everything_sent(cycle, as_visitor)
    client = Client()
    client.post(links_to(mailoutbox, MALLORY)[0])
    assert client.get("/rate/").status_code == 200
    return client


def test_a_fresh_account_opens_neither_draft_nor_sheet(world: World, mallory: Client) -> None:
    assert_closed(mallory, world, "rate_begun", "rate_submitted")
    assert submitted(world, "rate_submitted"), "what Petra submitted counts"


def test_petra_is_notified_of_a_fresh_account(world: World, mallory: Client, mailoutbox: Outbox) -> None:
    del mallory, world
    told = [mail for mail in mailoutbox if mail.to == ["petra@acme.example"] and "fresh account" in mail.body]
    assert len(told) == 1


def test_the_old_account_no_longer_acts_for_the_person(world: World, petra: Client, mallory: Client) -> None:
    del mallory
    pages = ["/rate/", *(url(world, one, page) for one in ("rate_begun", "rate_submitted") for page in READ)]
    assert {petra.get(page).status_code for page in pages} == {404}


def test_what_a_fresh_account_types_replaces_what_was_there_and_nothing_of_it_returns(
    world: World, mallory: Client
) -> None:
    typed(mallory, world, "rate_begun", "Mine.")
    for _ in range(2):
        shown = [mallory.get(url(world, "rate_begun", f"form/{one}/")).content.decode() for one in SECTIONS]
        assert ["Mine." in page for page in shown] == [True, False]
        assert not any(WORD in page for page in shown)
        assert not CHECKED.search(shown[1])
        mallory.post(url(world, "rate_begun", "submit/"))
        assert submitted(world, "rate_begun")
        mallory.post(url(world, "rate_begun", "take-back/"))


def test_the_receipt_says_that_this_account_cannot_take_it_back(
    world: World, petra: Client, mallory: Client
) -> None:
    del petra
    receipt = mallory.get(url(world, "rate_submitted", "receipt/")).content.decode()
    assert "cannot be taken back from this account" in receipt
    assert "Take back and change" not in receipt


def test_the_receipt_of_the_same_account_offers_it(world: World, petra: Client) -> None:
    receipt = petra.get(url(world, "rate_submitted", "receipt/")).content.decode()
    assert "Take back and change" in receipt


WORK: dict[str, Callable[[Assignment], object]] = {
    "save": lambda one: save(one, Task(one).sections[0], Given({}, WORD, Page())),
    "submit": submit,
    "take back": take_back,
}


@pytest.mark.parametrize("work", WORK)
def test_what_the_old_account_sent_before_it_was_replaced_is_not_taken_as_the_fresh_ones(
    world: World, as_visitor: Visit, cycle: Cycle, petra: Client, work: str
) -> None:
    """A page lets Petra in; before it has the lock, the fresh account is opened."""
    del cycle, petra
    one = "rate_submitted" if work == "take back" else "rate_begun"
    let_in = access.assignment(world.actor("rater"), world.things[one].pk)
    edited(world, as_visitor)
    as_visitor("analytics").post(f"/people/{world.people['rater'].pk}/fresh/", {"reason": "Mailbox closed."})
    with pytest.raises(SubmissionError, match="no longer be changed"):
        WORK[work](let_in)


def test_a_confirmed_address_keeps_what_was_written(
    world: World, as_visitor: Visit, cycle: Cycle, petra: Client, mailoutbox: Outbox
) -> None:
    person = world.people["rater"]
    filled = {"name": person.name, "email": "pahl@acme.example", "team": "Payments", "manager": "mei"}
    as_visitor("analytics").post(f"/people/{person.pk}/edit/", filled)
    everything_sent(cycle, as_visitor)
    (address,) = [found for found in links_to(mailoutbox, "petra@acme.example") if "/address/" in found]
    Client().post(address)
    everything_sent(cycle, as_visitor)
    assert opens(petra, world)
    Mailed.objects.all().delete()
    everything_sent(cycle, as_visitor)
    again = Client()
    again.post(links_to(mailoutbox, "pahl@acme.example")[-1])
    assert opens(again, world)


def test_the_first_account_opens_its_own_again_when_the_person_returns_to_its_address(
    world: World, as_visitor: Visit, petra: Client, mallory: Client
) -> None:
    del mallory
    person = world.people["rater"]
    filled = {"name": person.name, "email": "petra@acme.example", "team": "Payments", "manager": "mei"}
    as_visitor("analytics").post(f"/people/{person.pk}/edit/", filled)
    as_visitor("analytics").post(f"/people/{person.pk}/fresh/", {"reason": "That was a mistake."})
    assert Person.objects.get(pk=person.pk).user == world.users["rater"]
    assert opens(petra, world)


def test_a_form_kept_for_the_old_account_is_not_handed_to_the_fresh_one(
    world: World, mallory: Client
) -> None:
    assert mallory.get(f"/account/kept/{world.things['kept'].pk}/").status_code == 302


def test_another_address_of_somebody_from_outside_opens_an_empty_form(world: World, cycle: Cycle) -> None:
    """Kai typed behind his link; the address he was asked at is taken off, and Mallory's is asked instead."""
    kai = Client()
    page = f"/rate/link/rating-link/{world.things['rate_by_link'].pk}/form/{SECTION}/"
    kai.post(page, {f"{SECTION}_1": "2", "form-comment": WORD})
    assert WORD in kai.get(page).content.decode()
    own: Assignment = world.things["rate_by_link"]
    actor = world.actor("analytics")
    panels.remove(actor, own)
    other = panels.add_stakeholder(actor, own.participant, MALLORY, name="Kai Kunz")
    stakeholder = Stakeholder.objects.get(email=MALLORY)
    token = posting.personal(stakeholder, cycle)
    assert PersonalLink.objects.filter(stakeholder=stakeholder).count() == 1
    for one in (own, other):
        for page in READ:
            found = Client().get(f"/rate/link/{token}/{one.pk}/{page}", follow=True)
            assert WORD not in found.content.decode()
            assert not CHECKED.search(found.content.decode())

"""Every mail of a cycle as it arrives, in both languages, through a real mail server.

``LEADLINE_RECORD_MAILS=yes`` writes the snapshots in ``tests/web/mails`` anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
from collections.abc import Iterator
from datetime import date
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Handler
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone
from pytest_django.fixtures import Settings
from tests.web.cast import World

from leadline.web.accounts.models import User
from leadline.web.cycles import access, inviting, nominating, panels, planning, posting, wording
from leadline.web.cycles.models import Assignment, Cycle, Mailed, Participant, PersonalLink, Stakeholder
from leadline.web.people.joining import ensure_account
from leadline.web.people.models import Person

FOLDER = Path(__file__).parents[1] / "mails"
ADDRESSES = re.compile(r"http://testserver/\S+")


class Box(Handler):
    """Keeps what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)


@pytest.fixture
def box(settings: Settings) -> Iterator[Box]:
    handler = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "leadline.web.look.mail.Backend"
    settings.LEADLINE_MAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.LEADLINE_MAIL_FROM = "leadline@acme.example"
    yield handler
    controller.stop()


@pytest.fixture
def cycle(world: World) -> Cycle:
    found: Cycle = world.things["cycle_running"]
    Cycle.objects.filter(pk=found.pk).update(closes=date(2100, 6, 30))
    found.refresh_from_db()
    Cycle.objects.filter(title="Leadership feedback, autumn").delete()
    Mailed.objects.all().delete()
    return found


def plain(mail: Message) -> str:
    part = mail.get_payload(0)
    assert isinstance(part, Message)
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def shown(mail: Message) -> str:
    """Subject and text, with what differs each time taken out."""
    subject = str(make_header(decode_header(mail["Subject"])))
    text = ADDRESSES.sub("http://testserver/…", plain(mail)).replace("\r\n", "\n")
    return f"To: {mail['To']}\nSubject: {subject}\n\n{text}"


def send_all() -> None:
    for mail in Mailed.objects.filter(state="waiting"):
        assert posting.send(mail)


def prepare(world: World, cycle: Cycle, kind: str) -> None:
    """Bring about what the mail of a kind is about, and put it into the outbox."""
    ravi: Person = world.people["ratee"]
    if kind in ("nominate", "approve"):
        other: Cycle = world.things["cycle_nominating"]
        Cycle.objects.filter(pk=other.pk).update(nominate_until=date(2100, 5, 1))
        other.refresh_from_db()
        inviting.tell(other, kind, [ravi if kind == "nominate" else world.people["manager"]])
    elif kind == "invite_stakeholder":
        inviting.tell(cycle, "invite", [world.things["stakeholder"]])
    elif kind == "closed":
        Cycle.objects.filter(pk=cycle.pk).update(state="scoring")
        inviting.tell(cycle, kind, [ravi])
    else:
        inviting.tell(cycle, kind, [world.people["bo"]])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", wording.KINDS)
def test_each_mail_arrives_as_written_down(
    world: World, cycle: Cycle, box: Box, kind: str, language: str
) -> None:
    Person.objects.update(language=language)
    Stakeholder.objects.update(language=language)
    for person in world.people.values():
        person.language = language
    prepare(world, cycle, kind)
    send_all()
    (mail,) = box.mails
    path = FOLDER / f"cycles-{kind}-{language}.txt"
    if os.environ.get("LEADLINE_RECORD_MAILS"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(shown(mail), encoding="utf-8")
    assert shown(mail) == path.read_text(encoding="utf-8")
    assert mail["From"] == "leadline@acme.example"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_rater_gets_one_mail_for_the_whole_queue_and_no_mail_names_whom_they_rate(
    world: World, cycle: Cycle, box: Box
) -> None:
    Assignment.objects.update(invited=False)
    inviting.invite(cycle)
    send_all()
    to_bo = [mail for mail in box.mails if mail["To"] == "bo@acme.example"]
    assert len(to_bo) == 1
    n = access.asked_in(cycle).filter(rater=world.people["bo"]).count()
    assert n == 3
    assert f"{n} people" in plain(to_bo[0])
    ratees = {row.name for row in cycle.participants.all()}
    for mail in box.mails:
        text = plain(mail).replace(f"Hello {mail['To']}", "")
        greeted = Person.objects.filter(email=mail["To"]).values_list("name", flat=True).first()
        assert not any(name in text for name in ratees - {greeted})


def test_a_mail_is_the_same_whatever_has_been_answered_meanwhile(
    world: World, cycle: Cycle, box: Box
) -> None:
    inviting.remind(cycle)
    send_all()
    expected = [shown(mail) for mail in box.mails]
    box.mails.clear()
    Assignment.objects.update(submitted=True)
    Mailed.objects.update(state="waiting")
    send_all()
    assert [shown(mail) for mail in box.mails] == expected


def test_what_is_pointless_by_now_is_not_sent(world: World, cycle: Cycle, box: Box) -> None:
    inviting.remind(cycle)
    Cycle.objects.filter(pk=cycle.pk).update(state="scoring")
    send_all()
    assert box.mails == []
    assert not Mailed.objects.exclude(state="sent").exists()


def test_a_personal_link_is_kept_only_as_its_digest_and_ends_with_the_closing_day(
    world: World, cycle: Cycle, box: Box
) -> None:
    PersonalLink.objects.all().delete()
    prepare(world, cycle, "invite_stakeholder")
    send_all()
    found = re.search(r"/rate/link/([^/\s]+)/", plain(box.mails[0]))
    assert found
    token = found[1]
    (kept,) = PersonalLink.objects.all()
    assert token not in kept.digest
    assert access.stakeholder(token) == world.things["stakeholder"]
    assert kept.expires.isoformat() == "2100-06-30T22:00:00+00:00"


def test_an_expired_link_brings_a_new_one_to_its_owner_and_to_nobody_else(
    world: World, cycle: Cycle, box: Box
) -> None:
    assert posting.renew(world.things["expired_link_token"])
    assert [mail["To"] for mail in box.mails] == ["customer@example.org"]
    assert not posting.renew("no such token")
    Assignment.objects.update(submitted=True)  # they may want to look at it or take it back
    assert posting.renew(world.things["link_token"])
    Cycle.objects.filter(pk=cycle.pk).update(state="scoring")
    expired = PersonalLink.objects.create(
        stakeholder=world.things["stakeholder"],
        digest=hashlib.sha256(b"old").hexdigest(),
        expires=timezone.now(),
    )
    assert not posting.renew("old")
    assert PersonalLink.objects.filter(pk=expired.pk).exists()
    assert len(box.mails) == 2


def test_own_words_replace_ours_and_their_braces_are_filled_but_never_evaluated(
    world: World, cycle: Cycle, box: Box
) -> None:
    own = {"subject": "Hi {name}: {n}!", "text": "Until {day} at {organisation}, {{cycle}}."}
    Cycle.objects.filter(pk=cycle.pk).update(mails={"reminder": {"en": own}})
    prepare(world, cycle, "reminder")
    send_all()
    text = shown(box.mails[0])
    assert "Subject: Hi Bo Berg: 3!" in text
    assert "at Acme, {Autumn leadership}." in text


def test_a_server_that_is_down_loses_no_mail(world: World, cycle: Cycle, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "leadline.web.look.mail.Backend"
    settings.LEADLINE_MAIL_URL = "smtp://127.0.0.1:1"
    inviting.tell(
        cycle, "reminder", [world.people[name] for name in ("bo", "chidi", "elif", "finn", "rater")]
    )
    posting.post.call()
    # Three refusals in a row: the server is down, and the other two are not even tried.
    assert sorted(Mailed.objects.values_list("tries", flat=True)) == [0, 0, 1, 1, 1]
    assert set(Mailed.objects.values_list("state", flat=True)) == {"waiting"}
    Mailed.objects.update(tries=posting.TRIES - 1)
    posting.post.call(retry=True)
    assert Mailed.objects.filter(state="failed").count() == 3
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert posting.again(cycle) == 3
    posting.post.call()
    assert Mailed.objects.filter(state="sent").count() >= 3


def test_a_mail_another_worker_is_sending_is_not_sent_twice(world: World, cycle: Cycle, box: Box) -> None:
    inviting.tell(cycle, "reminder", [world.people["bo"]])
    mail = Mailed.objects.get()
    assert posting.send(mail)
    assert posting.send(mail)
    assert len(box.mails) == 1


def test_who_signs_in_for_the_first_time_gets_an_account_with_the_invitation(
    world: World, cycle: Cycle, box: Box
) -> None:
    assert world.people["bo"].user is None
    prepare(world, cycle, "invite")
    send_all()
    assert Person.objects.get(pk=world.people["bo"].pk).user


def test_a_nomination_handed_in_tells_the_manager_and_nobody_else(world: World, box: Box) -> None:
    Mailed.objects.all().delete()
    ravi: Participant = world.things["nominee_ratee"]
    nominating.hand_in(world.actor("ratee"), ravi)
    assert list(Mailed.objects.values_list("kind", "to")) == [("approve", "mei@acme.example")]
    panels.remove(world.actor("analytics"), world.things["proposed_ratee"])
    assert Mailed.objects.count() == 1


def test_the_wording_on_offer_says_what_it_will_say(world: World) -> None:
    draft: Cycle = world.things["cycle_draft"]
    assert (
        planning.change(world.actor("analytics"), draft, mails={"invite": {"zh": {"subject": "{name}你好"}}})
        == ()
    )
    letter = wording.letter(
        draft,
        "invite",
        "zh",
        {"name": "李雷", "organisation": "Acme", "cycle": "春季", "n": 2, "day": "5月1日"},
    )
    assert letter.subject == "李雷你好"
    assert "2 人" in letter.text


@pytest.mark.parametrize("kind", wording.KINDS)
def test_every_mail_goes_to_the_confirmed_address_whatever_was_written_into_the_person(
    world: World, cycle: Cycle, box: Box, kind: str
) -> None:
    """Before it is put into the outbox, and between that and its being sent."""
    for person in Person.objects.filter(organisation=world.organisation):
        ensure_account(person)
    confirmed = set(User.objects.values_list("email", flat=True)) | {"customer@example.org"}
    for moment in ("before", "between"):
        if moment == "before":
            _write_in_everybody("mallory", world)
        prepare(world, cycle, kind)
        _write_in_everybody(moment, world)
        send_all()
        assert {mail["To"] for mail in box.mails} <= confirmed
        Mailed.objects.all().delete()
    assert len(box.mails) == 2


def _write_in_everybody(what: str, world: World) -> None:
    everybody = Person.objects.filter(organisation=world.organisation)
    everybody.update(email=Concat("key", Value(f"-{what}@evil.example")))
    for name, person in world.people.items():
        world.people[name] = everybody.select_related("user").get(pk=person.pk)


def test_a_mail_to_somebody_without_an_account_goes_where_their_account_begins(
    world: World, cycle: Cycle, box: Box
) -> None:
    """The address is edited between outbox and worker: mail and account are still of one address."""
    inviting.tell(cycle, "invite", [world.people["bo"]])
    Person.objects.filter(pk=world.people["bo"].pk).update(email="berg@acme.example")
    send_all()
    bo = Person.objects.get(pk=world.people["bo"].pk)
    assert bo.user
    assert [mail["To"] for mail in box.mails] == [bo.user.email]


def test_who_shares_the_address_of_anothers_account_gets_no_mail(
    world: World, cycle: Cycle, box: Box
) -> None:
    Person.objects.filter(pk=world.people["bo"].pk).update(email="mei@acme.example")
    inviting.tell(cycle, "invite", [Person.objects.get(pk=world.people["bo"].pk)])
    send_all()
    assert box.mails == []
    assert Person.objects.get(pk=world.people["bo"].pk).user is None


def test_somebody_from_outside_at_another_address_is_somebody_else(world: World, cycle: Cycle) -> None:
    """A personal link stays with the address it was made for; another address is another stakeholder."""
    known: Stakeholder = world.things["stakeholder"]
    token = posting.personal(known, cycle)
    ravi = Assignment.objects.filter(stakeholder=known).first()
    assert ravi
    actor = world.actor("analytics")
    another = panels.add_stakeholder(actor, ravi.participant, "another@example.org", name=known.name)
    assert another.stakeholder != known
    assert access.stakeholder(token) == known
    assert access.account_of(another) != access.account_of(ravi)
    with pytest.raises(panels.PanelError, match="already"):
        panels.add_stakeholder(actor, ravi.participant, known.email.upper())


@pytest.mark.parametrize("address", ["tom@acme.example", "Tanaka@acme.example"])
def test_no_one_inside_is_a_stakeholder_at_their_old_or_new_address(
    world: World, cycle: Cycle, address: str
) -> None:
    Person.objects.filter(key="tom").update(email="tanaka@acme.example")
    ravi = cycle.participants.first()
    assert ravi
    with pytest.raises(panels.PanelError, match="somebody in the organisation"):
        panels.add_stakeholder(world.actor("analytics"), ravi, address)

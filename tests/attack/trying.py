"""What insiders try on the running system: taking raters off, addresses of others, failing requests."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from tests.attack.cast import ITEMS_OF, Sheet

from leadline.web.cycles.models import Assignment
from leadline.web.rating import submitting
from leadline.web.results.models import Result, Run

if TYPE_CHECKING:
    from tests.attack.playing import Play

LINK = re.compile(r"https?://[^/\s\"]+(/[^\s\"<>]+)")
REMOVED, VICTIMS, FAILED = 90, 6, 6


def everything(play: Play) -> None:
    """All of it, at the end of the running cycle."""
    remove(play)
    move_addresses(play)
    change_relationships(play)
    fail(play)


def remove(play: Play) -> None:
    """Try to take raters off: what the page answers may tell who has answered. Undone each time."""
    ana = play.client("analytics")
    answers: dict[object, object] = {}
    given = {key for key in play.order if play.truth.fates[key] != "back"}
    anonymous = [one for one in play.cast.sheets if one.anonymous]
    for sheet in play.chance.sample(anonymous, REMOVED):
        own = play.assignments[sheet.key]
        there = reverse("cycles:change_panel", args=[own.participant_id, "remove"])
        with transaction.atomic():
            response = ana.post(there, {"assignment": str(own.pk)}, follow=True)
            said = [str(one) for one in response.context["messages"]]
            transaction.set_rollback(True)
        play.loot.known.answered_then[own.pk.hex] = own.pk.hex in given
        answers[own.pk.hex] = re.sub("|".join(play.people), "NAME", " ".join(said), flags=re.IGNORECASE)
    play.loot.tried["remove"] = answers


def move_addresses(play: Play) -> None:
    """Write one's own address into somebody's record, press Remind, and use the link that comes."""
    ana, mails = play.client("analytics"), Path(settings.LEADLINE_DATA) / "mail"
    owing = play.cast.of("draft", "none")
    victims = [one for one in owing if one.anonymous and one.rater.startswith("report")]
    victims.sort(key=lambda one: one.fate)  # drafts first: there is something to read
    got: dict[object, object] = {}
    for sheet in victims[:VICTIMS]:
        _edit(play, ana, sheet, f"thief.{sheet.rater}@evil.example")
    play.time.at(10)
    ana.post(reverse("cycles:remind", args=[play.cycle.pk]))
    play.work()
    letters = [path.read_text(encoding="utf-8") for path in mails.glob("*")]
    for sheet in victims[:VICTIMS]:
        thief = f"thief.{sheet.rater}@evil.example"
        own = [link for letter in letters if f"To: {thief}" in letter for link in LINK.findall(letter)]
        got[play.keys[sheet.key]] = _enter(play, sheet, own)
        _edit(play, ana, sheet, f"{sheet.rater}@acme.example")
    play.loot.tried["address"] = got


def _edit(play: Play, ana: Client, sheet: Sheet, address: str) -> None:
    person = play.people[sheet.rater]
    there = reverse("people:edit", args=[person.pk])
    form = ana.get(there).context["form"]
    ana.post(there, {**{name: form.initial.get(name) or "" for name in form.fields}, "email": address})


def _enter(play: Play, sheet: Sheet, links: list[str]) -> str:
    """Everything the thief reads: the form's pages of the victim's draft."""
    browser, read = Client(), []
    for link in links:
        plain = unescape(link.replace("=\n", ""))
        browser.get(plain)
        browser.post(plain)
    for competency in ITEMS_OF:
        where = {"assignment_id": play.assignments[sheet.key].pk, "competency": competency}
        page = browser.get(reverse("rating:form", kwargs=where))
        read.append(page.content.decode() if page.status_code == 200 else "")
    return "\n".join(read)


def change_relationships(play: Play) -> None:
    """Write "manager", a group of one, into rows of begun forms, and see which can be handed in as that."""
    got: dict[object, object] = {}
    for sheet in play.cast.of("draft"):
        if not sheet.anonymous or sheet.relationship == "stakeholder":
            continue
        own = play.assignments[sheet.key]
        there, row = reverse("rating:submit", args=[own.pk]), Assignment.objects.filter(pk=own.pk)
        with transaction.atomic():
            row.update(relationship="manager")
            play.client(sheet.rater).post(there)
            got[own.pk.hex] = row.filter(submitted=True).exists()
            transaction.set_rollback(True)
    play.loot.tried["relationship"] = got


def forget(play: Play) -> None:
    """Set back in the database that anybody has seen anything."""
    Result.objects.filter(run__cycle=play.cycle).update(shown=False)
    Run.objects.filter(cycle=play.cycle).update(shown=False)


def fail(play: Play) -> None:
    """Requests that are refused or break, so that the log has something to say."""
    strict, broken = [], []
    for sheet in play.cast.of("none")[: 2 * FAILED]:
        if sheet.relationship == "stakeholder":
            continue
        there = reverse("rating:submit", args=[play.assignments[sheet.key].pk])
        (strict if len(strict) < FAILED else broken).append((sheet, there))
    for sheet, there in strict:
        play.client(sheet.rater, enforce_csrf_checks=True).post(there, {"a": "b"})
        play.client(sheet.rater).put(there)
        play.client("analytics").get(there)
    with mock.patch.object(submitting, "submit", side_effect=RuntimeError("planted")):
        for sheet, there in broken:
            browser = play.client(sheet.rater, raise_request_exception=False)
            browser.post(there)
    with mock.patch("leadline.web.rating.access.queue", side_effect=RuntimeError("planted")):
        for token in _tokens():
            Client(raise_request_exception=False).get(f"/rate/link/{token}/")
    play.loot.tried["tokens"] = dict.fromkeys(_tokens(), "")


def _tokens() -> list[str]:
    """Tokens of personal links, from the mails."""
    found: set[str] = set()
    for path in (Path(settings.LEADLINE_DATA) / "mail").glob("*"):
        text = path.read_text(encoding="utf-8").replace("=\n", "")
        found |= set(re.findall(r"/rate/link/([\w-]{20,})/", text))
    return sorted(found)

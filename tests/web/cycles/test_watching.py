"""Whoever runs a cycle opens every page and presses every button before and after an answer: no difference.

The answer is one that would tell most: a group reaches its least number by it, and its rater has finished.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from tests.web.cast import World
from tests.web.sheets import draft

from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles import posting, progress
from leadline.web.cycles.deadlines import start_of, today
from leadline.web.cycles.models import Assignment, Cycle, Mailed
from leadline.web.people.models import Person
from leadline.web.rating.submitting import submit

Visit = Callable[[str], Client]
DAY = timedelta(days=1)
TOKENS = ("csrfmiddlewaretoken", "kept-for")
RANDOM = re.compile(
    r'[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9]{64}|http://testserver\S+|name="kept-for" value="\S+"'
)
"""Keys of new rows, tokens against forged requests, links to sign in."""


@dataclass
class Reader(HTMLParser):
    """Links of a page, and its forms: address, fields, buttons."""

    links: list[str] = field(default_factory=list)
    forms: list[tuple[str, dict[str, str], list[dict[str, str]]]] = field(default_factory=list)
    _is_post: bool = False
    _select: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith(("/cycles/", "?")):
            self.links.append(given["href"])
        elif tag == "form":
            self._is_post = given.get("method") == "post"
            if self._is_post:
                self.forms.append((given.get("action", ""), {}, []))
        elif self._is_post and tag == "button":
            named = {given["name"]: given.get("value", "")} if "name" in given else {}
            self.forms[-1][2].append(named)
        elif self._is_post and tag == "select":
            self._select = given["name"]
        elif self._is_post and tag == "option" and "selected" in given:
            self.forms[-1][1][self._select] = given["value"]
        elif self._is_post and tag == "input" and given.get("name") not in TOKENS:
            self.forms[-1][1][given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_post = False


def plain(content: bytes) -> str:
    return RANDOM.sub("#", content.decode())


def pages(client: Client, *first: str) -> dict[str, bytes]:
    """Every page that can be reached from some, exports and sorted lists included."""
    waiting, found = list(first), {}
    while waiting:
        url = waiting.pop()
        if url in found:
            continue
        response = client.get(url, follow=True)
        found[url] = response.content
        reader = Reader()
        if response.headers["Content-Type"].startswith("text/html"):
            reader.feed(response.content.decode())
        here = url.split("?", maxsplit=1)[0]
        links = [here + link if link.startswith("?") else link for link in reader.links]
        waiting += [link for link in links if "/mails/" not in link]  # the wording of mails, in two languages
    return found


def buttons(found: dict[str, bytes]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every button of some pages, with what its form holds."""
    known = set()
    for url, content in found.items():
        reader = Reader()
        if content.lower().startswith(b"<!doctype"):
            reader.feed(content.decode())
        for action, fields, pressed in reader.forms:
            for named in pressed or [{}]:
                given = (action or url, str(fields | named))
                if given not in known and given[0].startswith("/cycles/"):
                    known.add(given)
                    yield action or url, fields | named


def outcome(visit: Visit, url: str, fields: dict[str, str]) -> list[str]:
    """What pressing a button shows, records and sends; nothing of it stays."""
    with transaction.atomic():
        mail.outbox.clear()
        cache.clear()
        response = visit("analytics").post(url, fields, follow=True)
        posting.post.call()
        sent = sorted(RANDOM.sub("#", f"{one.to} {one.subject} {one.body}") for one in mail.outbox)
        kept = sorted(map(str, Mailed.objects.values_list("kind", "to", "state")))
        audited = [f"{row.action} {row.detail}" for row in AuditRecord.objects.order_by("pk")]
        transaction.set_rollback(True)
    return [str(response.status_code), plain(response.content), *sent, *kept, *audited]


@pytest.fixture
def running(world: World) -> Cycle:
    """Last night Bo and Chidi had answered about Ravi, Finn about all but him; who is his manager now."""
    found: Cycle = world.things["cycle_running"]
    Cycle.objects.exclude(pk=found.pk).delete()
    people = world.people
    rows = Assignment.objects.filter(participant__cycle=found)
    own = rows.filter(participant=world.things["participant_ratee"])
    own.filter(rater__in=(people["bo"], people["chidi"])).update(submitted=True)
    rows.filter(rater=people["finn"]).exclude(participant=world.things["participant_ratee"]).update(
        submitted=True
    )
    Cycle.objects.filter(pk=found.pk).update(noted=today(found) - DAY)
    progress.note(found, start_of(today(found), found.time_zone))
    Person.objects.filter(pk=people["ratee"].pk).update(manager=people["finn"])
    return found


def test_an_answer_changes_no_page_no_button_no_mail_and_no_record_of_its_day(
    world: World, as_visitor: Visit, running: Cycle
) -> None:
    finn = world.things["assignment_ratee_finn"]
    draft(finn, answers={"architecture_judgement_1": 4})
    ravi = f"/cycles/ratees/{world.things['participant_ratee'].pk}/"
    first = ("/", "/cycles/", f"{ravi}?find=dana", f"{ravi}?find=finn")
    seen = []
    for is_in in (False, True):
        if is_in:
            submit(finn)
        found = pages(as_visitor("analytics"), *first)
        shown = {url: plain(content) for url, content in found.items()}
        for visitor in ("ratee", "manager", "operator", "auditor"):
            known = pages(as_visitor(visitor), "/", "/cycles/mine/")
            shown |= {f"{visitor} {url}": plain(content) for url, content in known.items()}
        pressed = {(url, str(fields)): outcome(as_visitor, url, fields) for url, fields in buttons(found)}
        seen.append((shown, pressed))
    before, after = seen
    for known, now in zip(before, after, strict=True):
        assert known.keys() == now.keys()
        assert [key for key in known if known[key] != now[key]] == []
    # It has been everywhere: lists, their exports, and what can be done to the very rater.
    ways = " ".join(url for url, _ in after[1])
    for part in ("/remind/", "/extend/", "/remove/", "/manager/", "/do/close/", "/withdraw/", "/add/"):
        assert part in ways
    assert any("export=csv" in url for url in after[0])
    # And the night tells, in steps: so what was compared is not empty of progress.
    progress.note(running, start_of(today(running) + DAY, running.time_zone))
    owing = f"/cycles/{running.pk}/owing/"
    assert pages(as_visitor("analytics"), owing)[owing] != after[0].get(owing)

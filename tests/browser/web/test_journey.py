"""One cycle from an Excel file to an exported result, in both languages, as those who take part meet it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.plugin import DjangoDbBlocker
from tests.browser.web.messy import LEADS, TEAM, N, workbook
from tests.web.serving import served

from leadline.errors import Language, words
from leadline.frameworks import load_framework
from leadline.web.accounts.models import Membership, Organisation, User
from leadline.web.cycles import progress
from leadline.web.cycles.models import Assignment, Cycle, Participant, RaterProgress
from leadline.web.people.models import Person
from leadline.web.rating.models import Draft, Submission
from leadline.web.results.models import Comment

MAIN = load_framework("technical-leadership")
KEPT = [one.id for factor in MAIN.factors for one in MAIN.competencies_of(factor.id)[:2]]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LATE = "r38"
"""The rater who needs to be reminded and given longer."""


@dataclass
class Journey:
    """The organisation on its way, in one language."""

    url: str
    browser: Browser
    spoken: Language
    ana: User
    folder: Path

    def say(self, key: str, **fields: object) -> str:
        """Words of the interface, without the markup of a few."""
        return re.sub(r"</?\w+>", "", words(f"web.{key}", self.spoken, **fields))

    @property
    def cycle(self) -> Cycle:
        """The cycle as it is now."""
        return Cycle.objects.get()

    @contextmanager
    def window(self, **options: Any) -> Iterator[BrowserContext]:
        """A browser window in the language of the journey; questions are answered with yes."""
        context = self.browser.new_context(accept_downloads=True, **options)
        name = "zh-hans" if self.spoken == "zh" else "en"
        context.add_cookies([{"name": "leadline_language", "value": name, "url": self.url}])
        yield context
        context.close()

    def page(self, context: BrowserContext, key: str) -> Page:
        """A page of somebody who followed the link of their last mail."""
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(self.url + link_to(f"{key}@journey.example"))
        page.locator("main form button").click()
        page.wait_for_load_state()
        return page

    def press(self, page: Page, key: str, **fields: object) -> None:
        """Press a button of the page by its words."""
        page.locator("main").get_by_role("button", name=self.say(key, **fields)).first.click()


def link_to(address: str) -> str:
    """The path in the last mail to somebody."""
    last = [one for one in mail.outbox if one.to == [address]][-1]
    found = re.search(r"http://testserver(/\S+)", str(last.body))
    assert found, last.body
    return found[1]


def client_of(key: str) -> Client:
    """Somebody signed in by the link of their last mail, at the server's own door."""
    client = Client()
    assert client.post(link_to(f"{key}@journey.example")).status_code == 302
    return client


@pytest.fixture(params=["en", "zh"])
def journey(
    request: pytest.FixtureRequest,
    browser: Browser,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path: Path,
) -> Iterator[Journey]:
    """A server with one organisation, which has one member and nothing else."""
    with django_db_blocker.unblock():
        own = Organisation.objects.create(name="Journey", language=request.param, time_zone="UTC")
        ana = User.objects.create_user("ana@journey.example", name="Ana Abel", language=request.param)
        Membership.objects.create(user=ana, organisation=own, roles=["operator", "analytics"])
        with served() as url:
            yield Journey(url, browser, request.param, ana, tmp_path)
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def desk(journey: Journey) -> Iterator[Page]:
    """Where Ana works."""
    client = Client()
    client.force_login(journey.ana, backend="django.contrib.auth.backends.ModelBackend")
    with journey.window() as context:
        value = client.cookies["leadline"].value
        context.add_cookies([{"name": "leadline", "value": value, "url": journey.url}])
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        yield page


def test_one_cycle_from_a_messy_file_to_an_exported_result(journey: Journey, desk: Page) -> None:
    import_people(journey, desk)
    make_framework(journey, desk)
    prepare(journey, desk)
    nominate(journey)
    approve(journey)
    launch(journey, desk)
    answer(journey)
    remind_and_extend(journey, desk)
    close_and_review(journey, desk)
    release(journey, desk)
    read(journey)


def import_people(journey: Journey, desk: Page) -> None:
    """300 people come in, three rows are told what is wrong with them."""
    path = journey.folder / "staff.xlsx"
    workbook(path, journey.spoken)
    desk.goto(f"{journey.url}/people/imports/new/")
    assert desk.evaluate("document.documentElement.lang") == ("zh-Hans" if journey.spoken == "zh" else "en")
    desk.locator("input[type=file]").set_input_files(path)
    desk.locator("main form button").first.click()
    figures = desk.locator(".figures dd").all_inner_texts()
    assert figures == [str(N), "0", "0", "3"]
    journey.press(desk, "people.import.apply_rest")
    expect(desk.get_by_text(journey.say("people.import.applied")).first).to_be_visible()
    assert Person.objects.count() == N
    assert Person.objects.filter(manager__key="lead0").count() == TEAM


def make_framework(journey: Journey, desk: Page) -> None:
    """The organisation keeps eight competencies of the built-in framework and publishes its own."""
    desk.goto(f"{journey.url}/frameworks/own/new/?base=technical-leadership@1.0.0")
    desk.locator("#id_title_en").fill("Short form")
    desk.locator("#id_title_zh").fill("简版")
    journey.press(desk, "catalogue.own.start")
    for box in desk.locator("input[name^=keep_]").all():
        box.set_checked(str(box.get_attribute("name")).removeprefix("keep_") in KEPT)
    journey.press(desk, "look.save")
    journey.press(desk, "catalogue.own.publish")
    desk.wait_for_url("**/frameworks/short-form@1.0.0/")


def prepare(journey: Journey, desk: Page) -> None:
    """The wizard from its first page to nominations."""
    desk.goto(f"{journey.url}/cycles/new/")
    desk.locator("#id_title").fill("Journey 2027")
    journey.press(desk, "cycles.begin")
    desk.locator("#id_framework").select_option("short-form@1.0.0")
    journey.press(desk, "cycles.save_next")
    journey.press(desk, "cycles.save_next")
    desk.locator("#role").select_option("Lead")
    desk.locator("form:has(#role) button").click()
    expect(desk.get_by_role("link", name=LEADS[0])).to_be_visible()
    journey.press(desk, "cycles.go_on")
    desk.locator("[name=peer_source]").select_option("nomination")
    desk.locator("[name=report_most]").fill(str(TEAM))
    journey.press(desk, "cycles.save_next")
    journey.press(desk, "cycles.save_next")
    for box in desk.locator("input[name=languages]").all():
        box.check()
    journey.press(desk, "cycles.save_next")
    journey.press(desk, "cycles.go_on")
    journey.press(desk, "cycles.deeds.nominate")
    expect(desk.locator("main")).to_contain_text(journey.say("cycles.states.nominating"))


def nominate(journey: Journey) -> None:
    """One ratee looks for her peers and proposes them; the others do the same without a picture."""
    peers = {n: [other for other in LEADS if other != name] for n, name in enumerate(LEADS)}
    with journey.window() as context:
        page = journey.page(context, "lead0")
        page.locator("a.waiting").first.click()
        for name in peers[0]:
            page.locator("#find").fill(name)
            page.locator("form:has(#find) button").click()
            page.locator(".found-list li", has_text=name).get_by_role("button").click()
        expect(page.locator(".panel-line")).to_have_count(3)
        journey.press(page, "cycles.nominate.hand_in")
    for n in (1, 2, 3):
        client = client_of(f"lead{n}")
        own = Participant.objects.get(person__key=f"lead{n}").pk
        for person in Person.objects.filter(name__in=peers[n]):
            data = {"person": person.pk, "relationship": "peer"}
            client.post(reverse("cycles:nominate", args=[own, "propose"]), data)
        client.post(reverse("cycles:nominate", args=[own, "hand_in"]))
    assert set(Participant.objects.values_list("state", flat=True)) == {"proposed"}


def approve(journey: Journey) -> None:
    """The manager goes through the four lists."""
    with journey.window() as context:
        page = journey.page(context, "head")
        for name in LEADS:
            page.goto(f"{journey.url}/cycles/mine/")
            page.locator("a.waiting", has_text=name).click()
            journey.press(page, "cycles.nominate.approve")
            expect(page.locator("main")).to_contain_text(journey.say("cycles.nominated.approve"))
    assert set(Participant.objects.values_list("state", flat=True)) == {"approved"}


def launch(journey: Journey, desk: Page) -> None:
    """The check finds nothing missing; launch invites everybody once."""
    before = len(mail.outbox)
    desk.goto(f"{journey.url}/cycles/{journey.cycle.pk}/prepare/check/")
    journey.press(desk, "cycles.deeds.launch")
    expect(desk.locator("main")).to_contain_text(journey.say("cycles.states.running"))
    invited = [one.to[0] for one in mail.outbox[before:]]
    assert len(invited) == len(set(invited)) == 1 + len(LEADS) * (1 + TEAM)


def answer(journey: Journey) -> None:
    """Forty raters answer: one on a phone, one without JavaScript, one who loses the connection."""
    on_a_phone(journey, "r00")
    without_javascript(journey, "r01")
    losing_the_connection(journey, "r02")
    keys = Person.objects.filter(assignments__submitted=False).exclude(key=LATE).distinct()
    for key in list(keys.values_list("key", flat=True)):
        by_client(journey, key)
    assert Submission.objects.count() == Assignment.objects.filter(state="approved").count() - 1
    assert Draft.objects.count() == 0


def level(good: int, key: str, item: str) -> int:
    """What a rater thinks of an item: about as good as the ratee, with some difference of opinion."""
    return min(5, 1 + good + int(hashlib.sha256(f"{key}{item}".encode()).hexdigest(), 16) % 3)


def by_client(journey: Journey, key: str) -> None:
    """Everything somebody owes, topic by topic, as the form sends it."""
    client = client_of(key)
    for task in client.get("/rate/").context["to_do"]:
        pk, good = task.assignment.pk, LEADS.index(task.assignment.participant.name)
        for section in task.sections:
            data = {item.id: str(level(good, key, item.id)) for item in section.items}
            page = {"form-page": key, "form-comment": "Clear." if section.id == KEPT[0] else ""}
            client.post(reverse("rating:form", args=[pk, section.id]), {**data, **page})
        assert client.post(reverse("rating:submit", args=[pk])).status_code == 302


def through_the_form(journey: Journey, page: Page, choose: Callable[[Page, int], None]) -> None:
    """From the queue to the receipt."""
    page.goto(f"{journey.url}/rate/")
    page.locator("main a[href^='/rate/']").first.click()
    page.get_by_role("link", name=journey.say("rating.begin.start")).click()
    for place in range(len(KEPT)):
        page.wait_for_url(f"**/form/{KEPT[place]}/")
        choose(page, place)
        page.locator(".thumb button.btn-primary").click()
    page.wait_for_url("**/review/")
    journey.press(page, "rating.review.submit")
    expect(page.get_by_role("heading", name=journey.say("rating.receipt.title"))).to_be_visible()


def mark(page: Page, level: int) -> None:
    """The same level of every question on the page."""
    for question in page.locator(".scale").all():
        question.locator(f"input[value='{level}']").check()


def on_a_phone(journey: Journey, key: str) -> None:
    with journey.window(**PHONE) as context:
        page = journey.page(context, key)
        through_the_form(journey, page, lambda page, place: mark(page, 2 + place % 2))


def without_javascript(journey: Journey, key: str) -> None:
    with journey.window(java_script_enabled=False) as context:
        page = journey.page(context, key)
        through_the_form(journey, page, lambda page, _: mark(page, 3))


def losing_the_connection(journey: Journey, key: str) -> None:
    with journey.window() as context:

        def choose(page: Page, place: int) -> None:
            context.set_offline(place == 3)
            mark(page, 4)
            if place == 3:
                expect(page.locator("[data-trouble=offline]")).to_be_visible()
                page.locator(".thumb button.btn-primary").click()
                page.wait_for_timeout(200)
                assert page.locator(".scale input:checked").count() == 2
                context.set_offline(False)
                expect(page.locator("[data-trouble=offline]")).to_be_hidden(timeout=15_000)

        through_the_form(journey, journey.page(context, key), choose)


def remind_and_extend(journey: Journey, desk: Page) -> None:
    """After a night, who is not known to be done is reminded; one is given longer, and answers."""
    before = len(mail.outbox)
    progress.note(journey.cycle, timezone.now() + timedelta(days=1))
    desk.goto(f"{journey.url}/cycles/{journey.cycle.pk}/owing/")
    journey.press(desk, "cycles.deeds.remind")
    expect(desk.locator("#messages .alert")).to_be_visible()
    raters = RaterProgress.objects.filter(cycle=journey.cycle)
    unfinished = raters.exclude(step=progress.EVERYTHING) | raters.filter(step=None)
    reminded = sorted(address for one in mail.outbox[before:] for address in one.to)
    assert reminded == sorted(set(unfinished.values_list("rater__email", flat=True)))
    assert f"{LATE}@journey.example" in reminded
    assert len(reminded) < raters.count()
    own = desk.locator("#listing tbody tr", has_text=Person.objects.get(key=LATE).name)
    own.locator("a").last.click()
    closes = journey.cycle.closes
    assert closes
    desk.locator("#id_until").fill((closes + timedelta(days=3)).isoformat())
    journey.press(desk, "look.save")
    expect(desk.locator("#messages .alert")).to_be_visible()
    assert Assignment.objects.get(rater__key=LATE).due == closes + timedelta(days=3)
    by_client(journey, LATE)


def close_and_review(journey: Journey, desk: Page) -> None:
    """Closing scores; the comments are looked at one by one."""
    desk.goto(f"{journey.url}/cycles/{journey.cycle.pk}/")
    journey.press(desk, "cycles.deeds.close")
    expect(desk.locator("main")).to_contain_text(journey.say("cycles.states.review"), timeout=30_000)
    assert not Assignment.objects.filter(state="approved", submitted=False).exists()
    desk.goto(f"{journey.url}/results/cycles/{journey.cycle.pk}/comments/")
    waiting = Comment.objects.filter(state="waiting").count()
    assert waiting >= TEAM
    journey.press(desk, "results.desk.decide.public")
    assert Comment.objects.filter(state="waiting").count() == waiting - 1
    client = Client()
    client.force_login(journey.ana, backend="django.contrib.auth.backends.ModelBackend")
    for comment in Comment.objects.filter(state="waiting"):
        client.post(reverse("results:comment", args=[comment.pk]), {"state": "public"})


def release(journey: Journey, desk: Page) -> None:
    """Four results go to the ratees and their manager."""
    desk.goto(f"{journey.url}/results/cycles/{journey.cycle.pk}/release/")
    journey.press(desk, "results.release.button")
    expect(desk.locator("#messages .alert")).to_be_visible()
    assert journey.cycle.state == "released"


def read(journey: Journey) -> None:
    """A ratee reads her result and takes it home; nowhere is anybody named who rated her."""
    with journey.window() as context:
        page = journey.page(context, "lead0")
        page.locator("main a[href*='/results/of/']").first.click()
        score = page.locator(".headline-score").inner_text()
        assert 0 < float(score.split()[0].split("/")[0]) < 100
        with page.expect_download() as started:
            page.get_by_role("link", name=journey.say("results.as_csv")).click()
        export = Path(started.value.path()).read_text(encoding="utf-8-sig")
        text = page.inner_text("main")
    assert len(export.splitlines()) > len(KEPT)
    anonymous = Person.objects.exclude(key__in=("lead0", "head")).values_list("name", flat=True)
    assert not [name for name in anonymous if name in export or name in text]
    closes = journey.cycle.closes
    assert closes
    assert str(closes.year) in text

"""One wrong sheet, one late answer, one erased rater, in a browser: nobody else's files move by a byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pytest_django.plugin import DjangoDbBlocker
from tests.browser.web.conftest import Stage
from tests.web.again import world_again
from tests.web.results.test_correcting import revise
from tests.web.serving import served

from leadline.errors import Language, words
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.people.models import Person


@dataclass
class Desk:
    """The cycle in review as people analytics see it, in one language."""

    stage: Stage
    browser: Browser
    spoken: Language
    page: Page

    @property
    def cycle(self) -> Cycle:
        """As it is now."""
        return Cycle.objects.get(pk=self.stage.world.things["cycle_review"].pk)

    @property
    def ravi(self) -> Participant:
        """Whose result is wrong."""
        return Participant.objects.select_related("cycle").get(pk=self.stage.world.things["result_review"].pk)

    def say(self, key: str, **fields: object) -> str:
        """Words of the interface, without markup."""
        return re.sub(r"</?\w+>", "", words(f"web.{key}", self.spoken, **fields))

    @contextmanager
    def window(self, visitor: str) -> Iterator[Page]:
        """A window of a visitor in the language; questions are answered with yes."""
        context = self.stage.context(self.browser, visitor)
        name = "zh-hans" if self.spoken == "zh" else "en"
        context.add_cookies([{"name": "leadline_language", "value": name, "url": self.stage.url}])
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        yield page
        context.close()

    def go(self, path: str, page: Page | None = None) -> None:
        (page or self.page).goto(self.stage.url + path)

    def press(self, key: str, page: Page | None = None) -> None:
        """A button by its words."""
        (page or self.page).locator("main").get_by_role("button", name=self.say(key), exact=True).click()
        (page or self.page).wait_for_load_state()

    def sees(self, key: str, **fields: object) -> None:
        expect(self.page.locator("main")).to_contain_text(self.say(key, **fields))

    def files(self, *, but: Participant | None = None) -> dict[str, list[bytes]]:
        """Both files of every ratee, as they are downloaded."""
        rows = self.cycle.participants.exclude(pk=but.pk) if but else self.cycle.participants.all()
        return {one.name: [self._file(one, kind) for kind in ("csv", "json")] for one in rows}

    def _file(self, ratee: Participant, kind: str) -> bytes:
        found = self.page.request.get(f"{self.stage.url}/results/of/{ratee.pk}/results.{kind}")
        assert found.ok
        return found.body()

    def close(self) -> None:
        """Close the cycle; it is scored."""
        self.go(f"/cycles/{self.cycle.pk}/")
        self.press("cycles.deeds.close")
        self.scored()

    def scored(self) -> None:
        """Wait until it is in review again."""
        self.go(f"/results/cycles/{self.cycle.pk}/")
        expect(self.page.locator("main")).to_contain_text(
            self.say("results.state_lead.review"), timeout=60_000
        )

    def collect(self) -> None:
        """Ask the raters of the wrong result again, until today."""
        self.go(f"/results/of/{self.ravi.pk}/")
        self.page.get_by_role("link", name=self.say("results.wrong.title")).click()
        self.sees("results.wrong.collect_least", least=4)
        self.page.locator("#until").fill(today(self.cycle).isoformat())
        self.press("results.wrong.collect_button")
        self.sees("results.wrong.done.collect")


@pytest.fixture(params=["en", "zh"])
def desk(
    request: pytest.FixtureRequest,
    browser: Browser,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Desk]:
    """A world of its own for each test: each changes it."""
    with django_db_blocker.unblock():
        world = world_again()
        Person.objects.update(language=request.param)
        with served() as url:
            own = Desk(Stage(world, url), browser, request.param, None)  # type: ignore[arg-type]
            with own.window("analytics") as page:
                own.page = page
                yield own
        call_command("flush", interactive=False, verbosity=0)


def test_one_wrong_sheet(desk: Desk) -> None:
    before, own = desk.files(but=desk.ravi), desk.files()[desk.ravi.name]
    desk.collect()
    change_the_sheet_of_petra(desk)
    desk.close()
    assert desk.files(but=desk.ravi) == before
    assert desk.files()[desk.ravi.name] == own
    desk.go(f"/results/of/{desk.ravi.pk}/wrong/")
    expect(desk.page.locator(".alert-warning")).to_contain_text(too_few(desk))
    withdraw_and_restore(desk, own)
    add_a_note(desk)
    assert desk.files(but=desk.ravi) == before
    # Three more look again: with Petra's, enough have changed since the figures were seen.
    desk.collect()
    revise(desk.ravi, 3, but=desk.stage.world.people["rater"])
    desk.close()
    desk.go(f"/results/of/{desk.ravi.pk}/")
    expect(desk.page.locator("main")).to_contain_text(enough(desk))
    assert desk.files(but=desk.ravi) == before
    assert desk.files()[desk.ravi.name] != own


def too_few(desk: Desk) -> str:
    """What the page says once it was not enough, after the day."""
    return desk.say("results.asked.too_few", day="|").split("|")[1]


def enough(desk: Desk) -> str:
    return desk.say("results.asked.enough", day="|").split("|")[1]


def change_the_sheet_of_petra(desk: Desk) -> None:
    """Petra sees this one rating open again, takes it back, changes an answer and submits."""
    own = Assignment.objects.get(participant=desk.ravi, rater=desk.stage.world.people["rater"])
    with desk.window("rater") as page:
        desk.go("/rate/", page)
        there = [str(link.get_attribute("href")) for link in page.locator("main a[href^='/rate/']").all()]
        closed = Assignment.objects.filter(participant__cycle=desk.cycle).exclude(participant=desk.ravi)
        assert any(str(own.pk) in link for link in there)
        assert not [one for one in closed for link in there if str(one.pk) in link]
        desk.go(f"/rate/{own.pk}/receipt/", page)
        desk.press("rating.receipt.take_back", page)
        page.wait_for_url("**/review/")
        page.locator("a.review-line").first.click()
        question = page.locator(".scale").first
        now = question.locator("input:checked").get_attribute("value")
        question.locator(f"input[value='{1 if now == '5' else 5}']").check()
        with page.expect_navigation():
            page.locator(".thumb button.btn-primary").click()
        desk.go(f"/rate/{own.pk}/review/", page)
        desk.press("rating.review.submit", page)
        page.wait_for_url("**/receipt/")


def withdraw_and_restore(desk: Desk, own: list[bytes]) -> None:
    desk.go(f"/results/of/{desk.ravi.pk}/wrong/")
    desk.page.locator("#reason").fill("Petra had somebody else in mind.")
    desk.press("results.wrong.withdraw")
    desk.sees("results.withdrawn_means")
    assert desk.page.locator(".headline-score, table, svg.strip").count() == 0
    assert "Petra had somebody else in mind." in desk.files()[desk.ravi.name][0].decode()
    desk.go(f"/results/cycles/{desk.cycle.pk}/ranking/")
    expect(desk.page.locator(".card-footer")).to_contain_text(desk.say("results.unranked_withdrawn"))
    desk.go(f"/results/of/{desk.ravi.pk}/wrong/")
    desk.press("results.wrong.restore")
    expect(desk.page.locator(".headline-score")).to_be_visible()
    assert desk.files()[desk.ravi.name] == own


def add_a_note(desk: Desk) -> None:
    desk.go(f"/results/of/{desk.ravi.pk}/wrong/")
    desk.page.locator("#note-field").fill("The figures still hold.")
    desk.press("results.wrong.note_button")
    desk.sees("results.note_on_it")
    assert all("The figures still hold." in one.decode() for one in desk.files()[desk.ravi.name])


def test_one_late_answer(desk: Desk) -> None:
    tom = desk.stage.world.people["member"]
    late = Assignment.objects.create(participant=desk.ravi, rater=tom, relationship="peer")
    before = desk.files()
    desk.go(f"/cycles/{desk.cycle.pk}/reopen/")
    desk.page.locator("#id_until").fill((today(desk.cycle) + timedelta(days=1)).isoformat())
    desk.page.locator("main form button.btn-primary").click()
    desk.sees("cycles.states.running")
    with desk.window("member") as page:
        desk.go(f"/rate/{late.pk}/", page)
        page.get_by_role("link", name=desk.say("rating.begin.start")).click()
        for question in page.locator(".scale").all():
            question.locator("input[value='1']").check()
        with page.expect_navigation():
            page.locator(".thumb button.btn-primary").click()
        desk.go(f"/rate/{late.pk}/review/", page)
        desk.press("rating.review.submit", page)
        page.wait_for_url("**/receipt/")
    desk.close()
    assert desk.files() == before
    desk.page.get_by_role("link", name=desk.say("results.kept_short")).click()
    desk.sees("results.wrong.why", least=4)
    for way in ("withdraw", "note", "collect"):
        expect(desk.page.locator(f"#{way} form button")).to_have_count(1)
    desk.page.locator("#note-field").fill("One answer came late.")
    desk.press("results.wrong.note_button")
    desk.sees("results.note_on_it")
    assert desk.files(but=desk.ravi) == {k: v for k, v in before.items() if k != desk.ravi.name}


def test_one_erased_rater(desk: Desk) -> None:
    before = desk.files()
    finn = desk.stage.world.people["finn"]
    with desk.window("operator") as page:
        desk.go(f"/people/{finn.pk}/", page)
        page.locator("main").get_by_role("link", name=desk.say("people.erase"), exact=True).click()
        for said in ("people.erasing.person", "rating.erasing.sheets", "results.erasing.figures"):
            expect(page.locator("main")).to_contain_text(desk.say(said))
        desk.press("project.erase.button", page)
        expect(page.locator("#messages")).to_contain_text(desk.say("project.erase.done", name=finn.name))
    assert not Person.objects.filter(pk=finn.pk).exists()
    assert desk.files() == before
    desk.go(f"/results/cycles/{desk.cycle.pk}/")
    desk.press("results.rescore")
    desk.scored()
    assert desk.files() == before
    expect(desk.page.get_by_role("link", name=desk.say("results.kept_short")).first).to_be_visible()

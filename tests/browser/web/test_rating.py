"""The form in a real browser: by keyboard, without JavaScript, without a connection, on a phone, twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.web.conftest import Stage
from tests.web.sheets import drafted, has_draft

from leadline.web.rating.models import Draft, Submission

ONE, TWO = "architecture_judgement_1", "architecture_judgement_2"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(autouse=True)
def _nothing_answered(stage: Stage) -> Iterator[None]:
    """Every test finds Petra's form about Ravi untouched."""
    yield
    Draft.objects.filter(assignment=stage.world.things["rate_new"]).delete()


def opened(stage: Stage, browser: Browser, path: str = "", **options: object) -> tuple[BrowserContext, Page]:
    """Petra's form about Ravi, at a topic or at its beginning."""
    context = stage.context(browser, "rater", reduced_motion="reduce", **options)
    page = context.new_page()
    page.goto(f"{stage.url}/rate/{stage.world.things['rate_new'].pk}/{path}")
    return context, page


def kept(stage: Stage) -> dict[str, int | None]:
    own = stage.world.things["rate_new"]
    return dict(drafted(own).answers) if has_draft(own) else {}


def radio(item: str, value: str) -> str:
    return f'input[name="{item}"][value="{value}"]'


def without_fault(page: Page) -> None:
    """What appears while the form is used is as accessible as what was there before, light and dark."""
    for theme in ("dark", "light"):
        page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
        assert [fault["id"] for fault in Axe().run(page).response["violations"]] == [], theme


def test_the_whole_form_by_keyboard_alone(stage: Stage, browser: Browser) -> None:
    context, page = opened(stage, browser)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class(re.compile("skip-link"))
    start = page.get_by_role("link", name="Begin")
    for _ in range(12):
        page.keyboard.press("Tab")
        if start.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/form/**")
    for place in range(1, 23):
        expect(page.get_by_text(f"Topic {place} of 22")).to_be_visible()
        for _ in range(8):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.type === 'radio'"):
                break
        page.keyboard.press("4")
        assert page.evaluate("document.activeElement.checked && document.activeElement.value") == "4"
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.checked && document.activeElement.value") == "2"
        page.keyboard.press("0")
        assert page.evaluate("document.activeElement.value") == "none"
        here = page.url
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, here=here: url != here)
    expect(page.get_by_role("heading", name="Look over and submit")).to_be_visible()
    answers = kept(stage)
    assert (len(answers), set(answers.values())) == (44, {4, None})
    context.close()


def test_the_form_without_javascript_from_the_queue_to_the_receipt_and_back(
    stage: Stage, browser: Browser
) -> None:
    before = Submission.objects.count()
    context = stage.context(browser, "rater", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{stage.url}/rate/")
    page.locator(f'a[href="/rate/{stage.world.things["rate_new"].pk}/"]').click()
    page.get_by_role("link", name="Begin").click()
    page.locator(".scale").nth(0).get_by_text("Strong").click()
    page.get_by_label("Comment").fill("As the only tester I see it.")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("describes only one person")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Topic 2 of 22")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_text("第 2 个主题")).to_be_visible()
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Look over and submit").last.click()
    expect(page.get_by_text("43 questions are still open", exact=False)).to_have_count(0)
    expect(page.get_by_text("43 of 44 questions are still open")).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Submitted, thank you")).to_be_visible()
    assert Submission.objects.count() == before + 1
    page.get_by_role("button", name="Take back and change").click()
    expect(page.get_by_text("1 of 44 questions answered")).to_be_visible()
    assert Submission.objects.count() == before
    context.close()


def test_next_right_after_an_answer_asks_no_question_and_keeps_the_answer(
    stage: Stage, browser: Browser
) -> None:
    context, page = opened(stage, browser, "form/architecture_judgement/")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    for place in range(1, 5):
        expect(page.get_by_text(f"Topic {place} of 22")).to_be_visible()
        # The label, as a person clicks; "Leave site?" comes only on a page that somebody has used.
        page.locator(".scale").first.get_by_text("Strong").click()
        page.locator(".thumb button[name=form-to]").last.click()
    expect(page.get_by_text("Topic 5 of 22")).to_be_visible()
    assert (asked, len(kept(stage))) == ([], 4)
    context.close()


def test_answers_given_while_the_connection_is_lost_stay_and_are_sent_by_themselves(
    stage: Stage, browser: Browser
) -> None:
    context, page = opened(stage, browser, "form/architecture_judgement/")
    page.check(radio(ONE, "4"))
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    context.set_offline(True)
    page.check(radio(TWO, "2"))
    page.get_by_label("Comment").fill("Weighs options aloud.")
    expect(page.get_by_text("No connection.")).to_be_visible()
    without_fault(page)
    page.get_by_role("button", name="Next").click()
    page.wait_for_timeout(300)
    expect(page.get_by_label("Comment")).to_have_value("Weighs options aloud.")
    assert page.is_checked(radio(TWO, "2"))
    assert kept(stage) == {ONE: 4}
    context.set_offline(False)
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=10_000)
    expect(page.get_by_text("No connection.")).to_be_hidden()
    assert kept(stage) == {ONE: 4, TWO: 2}
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Engineering quality")).to_be_visible()
    assert "Weighs options" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    context.close()


def test_a_server_that_fails_is_tried_again(stage: Stage, browser: Browser) -> None:
    context, page = opened(stage, browser, "form/architecture_judgement/")
    failures = iter([503, 503])

    def fail(route: object) -> None:
        status = next(failures, None)
        route.fulfill(status=status) if status else route.continue_()  # type: ignore[attr-defined]  # a Route

    page.route("**/save/", fail)
    page.check(radio(ONE, "5"))
    expect(page.get_by_text("The server could not save that.")).to_be_visible()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=15_000)
    assert kept(stage) == {ONE: 5}
    context.close()


def test_who_was_signed_out_signs_in_beside_it_and_loses_nothing(stage: Stage, browser: Browser) -> None:
    context, page = opened(stage, browser, "form/architecture_judgement/")
    cookies = [cookie for cookie in context.cookies() if cookie["name"] != "leadline_csrf"]
    context.clear_cookies()
    page.check(radio(ONE, "3"))
    expect(page.get_by_text("You were signed out.")).to_be_visible()
    context.add_cookies(cookies)  # a new token comes with them, as after signing in
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=20_000)
    assert kept(stage) == {ONE: 3}
    context.close()


def test_the_other_device_was_faster_and_the_rater_decides(stage: Stage, browser: Browser) -> None:
    context, phone = opened(stage, browser, "form/architecture_judgement/", **PHONE)
    other, laptop = opened(stage, browser, "form/architecture_judgement/")
    laptop.check(radio(ONE, "5"))
    expect(laptop.get_by_text("Saved", exact=True)).to_be_visible()
    phone.check(radio(ONE, "1"))
    expect(phone.get_by_text("saved elsewhere")).to_be_visible()
    without_fault(phone)
    assert kept(stage) == {ONE: 5}
    phone.get_by_role("button", name="Keep what is here").click()
    phone.wait_for_load_state()
    expect(phone.get_by_text("saved elsewhere")).to_have_count(0)
    assert kept(stage) == {ONE: 1}
    context.close()
    other.close()


def test_a_comment_is_warned_about_while_typing(stage: Stage, browser: Browser) -> None:
    context, page = opened(stage, browser, "form/architecture_judgement/")
    page.get_by_label("Comment").press_sequentially("As the only tester", delay=10)
    expect(page.get_by_text("describes only one person")).to_be_visible()
    without_fault(page)
    assert page.evaluate("document.activeElement.id") == "comment", "typing is not interrupted"
    page.get_by_label("Comment").fill("Clear about quality.")
    expect(page.get_by_text("describes only one person")).to_have_count(0)
    context.close()


def test_the_language_changes_in_the_middle_of_a_sentence(stage: Stage, browser: Browser) -> None:
    context, page = opened(stage, browser, "form/architecture_judgement/")
    page.check(radio(ONE, "4"))
    page.get_by_label("Comment").fill("Half a sen")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="架构判断力")).to_be_visible()
    expect(page.get_by_label("评语")).to_have_value("Half a sen")
    assert page.is_checked(radio(ONE, "4"))
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Architecture judgement")).to_be_visible()
    context.close()


def test_on_a_phone_everything_is_in_reach_of_a_thumb(stage: Stage, browser: Browser) -> None:
    context, page = opened(stage, browser, "form/architecture_judgement/", **PHONE)
    heights = page.evaluate(
        "[...document.querySelectorAll('main button, .scale-level')].filter(e => e.offsetParent)"
        ".map(e => e.getBoundingClientRect().height).filter(h => h > 0)"
    )
    assert min(heights) >= 44
    following = page.get_by_role("button", name="Next").bounding_box()
    assert following
    assert following["y"] > 700, "at the lower edge"
    assert following["y"] + following["height"] <= 844
    page.locator(".scale").first.get_by_text("Strong").tap()
    expect(page.get_by_text("Saved", exact=True)).to_be_attached()
    page.get_by_role("button", name="Next").tap()
    expect(page.get_by_role("heading", name="Engineering quality")).to_be_visible()
    assert kept(stage) == {ONE: 4}
    context.close()


def test_at_twice_the_size_nothing_is_lost(stage: Stage, browser: Browser) -> None:
    context, page = opened(
        stage, browser, "form/architecture_judgement/", viewport={"width": 640, "height": 430}
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    expect(page.get_by_role("button", name="Next")).to_be_visible()
    context.close()

"""Going back in a browser that keeps no page: what was saved is there, and nothing after signing out."""

from __future__ import annotations

from playwright.sync_api import Browser, Playwright, expect
from tests.browser.web.conftest import Stage
from tests.web.sheets import drafted

CHOICE = 'input[name="architecture_judgement_1"][value="4"]'
TYPED = "Draws the whole picture on one page."


def test_an_answer_is_there_when_one_goes_back_to_it(stage: Stage, browser: Browser) -> None:
    own = stage.world.things["rate_new"]
    for scripted in (True, False):
        context = stage.context(browser, "rater", java_script_enabled=scripted)
        page = context.new_page()
        page.goto(f"{stage.url}/rate/{own.pk}/form/architecture_judgement/")
        page.locator(CHOICE).check(force=True)
        page.locator('[name="form-comment"]').fill(TYPED)
        page.get_by_role("button", name="Next").click()
        page.wait_for_url(lambda url: "architecture_judgement" not in url)
        page.go_back()
        expect(page.locator(CHOICE)).to_be_checked()
        expect(page.locator('[name="form-comment"]')).to_have_value(TYPED)
        context.close()
    assert drafted(own).answers["architecture_judgement_1"] == 4


def test_after_signing_out_going_back_shows_nothing(
    stage: Stage, playwright: Playwright, browser_program: str
) -> None:
    # Browsers of tests keep no page as it was, which those of people do unless they are told.
    browser = playwright.chromium.launch(
        executable_path=browser_program,
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    page = stage.context(browser, "operator").new_page()
    page.goto(f"{stage.url}/account/members/")
    expect(page.locator("body")).to_contain_text("ana@acme.example")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/sign-in/**")
    page.go_back()
    page.wait_for_url("**/sign-in/**")
    expect(page.locator("body")).not_to_contain_text("ana@acme.example")
    browser.close()

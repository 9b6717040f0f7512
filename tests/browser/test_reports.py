"""Report pages as a reader meets them: on a desk and a phone, by day and by night, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.unit.reports.cast import PEOPLE

PAGES = ("report.html", "people/ada.html", "people/zoe.html")
SCREENS = {"desk": (1280, 900), "phone": (390, 844), "narrow": (320, 640)}
Scheme = Literal["light", "dark"]
Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, folders: dict[str, Path]) -> Iterator[Opener]:
    """Open a page of a report; requests other than for the file itself are recorded on the page."""
    contexts = []

    def open_page(page: str, language: str = "en", screen: str = "desk", scheme: Scheme = "light") -> Page:
        width, height = SCREENS[screen]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        shown = context.new_page()
        asked: list[str] = []
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto((folders[language] / page).as_uri())
        shown.asked = asked  # type: ignore[attr-defined]  carried along for the one test that looks
        return shown

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["desk", "phone"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES[:2])
def test_axe_finds_nothing(opened: Opener, page: str, language: str, screen: str, scheme: Scheme) -> None:
    shown = opened(page, language, screen, scheme)
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    results = Axe().run(shown, options=options)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES)
def test_the_page_itself_never_scrolls_sideways(
    opened: Opener, page: str, language: str, screen: str
) -> None:
    shown = opened(page, language, screen)
    width = shown.evaluate("document.documentElement.scrollWidth")
    assert width <= SCREENS[screen][0]


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_asked_of_the_network_and_nothing_is_refused(opened: Opener, page: str) -> None:
    shown = opened(page)
    said: list[str] = []
    shown.on("console", lambda message: said.append(message.text))
    shown.reload()
    assert {url for url in shown.asked if not url.startswith(("file:", "data:"))} == set()  # type: ignore[attr-defined]  set above
    assert said == []


def english_words(text: str) -> set[str]:
    """Words of four Latin letters or more, outside what is a name or a term of art."""
    for _, name, team in PEOPLE:
        text = text.replace(name, "").replace(team or name, "")
    return set(re.findall(r"[A-Za-z]{4,}", text))


@pytest.mark.parametrize("page", PAGES)
def test_the_chinese_page_has_no_english_left_over(opened: Opener, page: str) -> None:
    shown = opened(page, "zh")
    shown.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    shown.evaluate("[...document.querySelectorAll('code')].forEach(one => one.remove())")
    terms = {"Leadline", "logit", "Rasch", "Linacre", "people", "quality", "wang"}
    assert english_words(shown.locator("body").inner_text()) <= terms
    spoken = shown.evaluate(
        "[...document.querySelectorAll('[aria-label]')].map(one => one.ariaLabel).join(' ')"
    )
    assert english_words(spoken) <= terms


@pytest.mark.parametrize("page", PAGES)
def test_the_english_page_has_no_chinese_but_names(opened: Opener, page: str) -> None:
    text = opened(page, "en").locator("body").inner_text()
    for _, name, team in PEOPLE:
        text = text.replace(name, "").replace(team or name, "")
    assert not re.findall(r"[一-鿿]+", text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_table_that_scrolls_can_be_reached_and_moved_by_keyboard(opened: Opener, language: str) -> None:
    shown = opened("report.html", language, "phone")
    region = shown.locator("#drivers .scroll").first
    region.focus()
    assert region.evaluate("one => one === document.activeElement")
    assert region.evaluate("one => one.scrollWidth > one.clientWidth")
    shown.keyboard.press("ArrowRight")
    for _ in range(50):  # scrolling is animated, and the page allows no script of its own to wait with
        if moved := region.evaluate("one => one.scrollLeft"):
            break
        shown.wait_for_timeout(20)
    assert moved > 0
    name = region.locator("tbody th").first
    assert name.bounding_box()["x"] >= 0  # type: ignore[index]  it is in view


def test_the_skip_link_comes_first_and_leads_to_the_content(opened: Opener) -> None:
    shown = opened("report.html")
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.className") == "skip"
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.id") == "main"


def test_on_a_phone_the_ranking_folds_into_cards_and_stays_a_table_for_screen_readers(opened: Opener) -> None:
    shown = opened("report.html", screen="phone")
    table = shown.locator("#ranking table")
    assert table.evaluate("one => getComputedStyle(one).display") == "block"
    assert shown.locator("#ranking").get_by_role("rowheader").count() == len(PEOPLE) - 1
    assert table.evaluate("one => one.scrollWidth <= one.parentElement.clientWidth")


@pytest.mark.parametrize("page", PAGES)
def test_the_dark_page_is_dark_and_prints_light(opened: Opener, page: str) -> None:
    shown = opened(page, scheme="dark")
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert shown.evaluate(background) == "rgb(11, 23, 28)"
    shown.emulate_media(media="print", color_scheme="dark")
    assert shown.evaluate(background) == "rgb(255, 255, 255)"


def test_figures_follow_the_page_into_the_dark(opened: Opener) -> None:
    fill = """getComputedStyle(document.querySelector('#quality svg [fill^="var(--accent"]')).fill"""
    assert opened("report.html").evaluate(fill) == "rgb(10, 99, 121)"
    assert opened("report.html", scheme="dark").evaluate(fill) == "rgb(99, 195, 217)"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_of_a_figure_is_cut_off(opened: Opener, language: str) -> None:
    shown = opened("report.html", language)
    cut = shown.evaluate(
        """[...document.querySelectorAll('figure svg')].flatMap(svg => {
            const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].filter(text => {
                const box = text.getBoundingClientRect();
                return box.left < frame.left - 1 || box.right > frame.right + 1;
            }).map(text => text.textContent);
        })"""
    )
    assert cut == []


def test_text_stays_readable_at_twice_its_size(opened: Opener) -> None:
    shown = opened("people/ada.html", screen="phone")
    shown.add_style_tag(content="html { font-size: 200% }")
    assert shown.evaluate("document.documentElement.scrollWidth") <= SCREENS["phone"][0]

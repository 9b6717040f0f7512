"""Every page of the table, as it is seen: no fault of accessibility in either language, theme and width.

With ``LEADLINE_SHOTS`` naming a folder, a picture of each is kept there and accessibility is not checked.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pytest_django.fixtures import Settings
from tests.browser.web.conftest import Stage
from tests.web.table import Address, pages

WIDTHS = {"desktop": (1280, 860), "phone": (390, 844)}
THEMES = ("light", "dark")


def _faults(page: Page, name: str, theme: str) -> list[dict[str, Any]]:
    """Faults of accessibility; none are looked for when a picture is taken.

    A theme changes colours alone, so the second one is asked for contrast and nothing else: half the time.
    """
    folder = os.environ.get("LEADLINE_SHOTS")
    if not folder:
        only = {} if theme == THEMES[0] else {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        found: list[dict[str, Any]] = Axe().run(page, options=only).response["violations"]
        return found
    Path(folder).mkdir(parents=True, exist_ok=True)
    page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    return []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("address", pages(), ids=str)
def test_a_page_has_no_fault_of_accessibility_and_fits_its_width(
    address: Address, language: str, stage: Stage, browser: Browser
) -> None:
    context = stage.context(browser, address.page, reduced_motion="reduce")
    context.add_cookies(
        [{"name": "leadline_language", "value": "zh-hans" if language == "zh" else "en", "url": stage.url}]
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(stage.url + address.url(stage.world))
    name = str(address).removesuffix("-GET").replace(":", "-")
    for width, size in WIDTHS.items():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], width
        for theme in THEMES:
            page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
            faults = _faults(page, f"{name}-{language}-{width}-{theme}", theme)
            assert not [(f["id"], [n["html"][:160] for n in f["nodes"]]) for f in faults], (width, theme)
    assert [error for error in errors if "status of 410" not in error] == []
    context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_page_of_the_demonstration_has_none_either(
    language: str, stage: Stage, browser: Browser, settings: Settings
) -> None:
    settings.LEADLINE_DEMO = True
    size = {"width": 390, "height": 844}
    context = stage.context(browser, "anonymous", viewport=size, reduced_motion="reduce")
    context.add_cookies(
        [{"name": "leadline_language", "value": "zh-hans" if language == "zh" else "en", "url": stage.url}]
    )
    page = context.new_page()
    page.goto(f"{stage.url}/demo/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for theme in THEMES:
        page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
        assert [fault["id"] for fault in _faults(page, f"demo-{language}-phone-{theme}", theme)] == []
    page.locator("form.act-as button").first.click()
    page.wait_for_url(f"{stage.url}/")
    context.close()

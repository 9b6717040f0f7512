"""A real browser: an installed one of the Chromium family, else Playwright's own, downloaded before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from tests import machine
from tests.unit.reports.cast import make_scorecard

from leadline.reports import report


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser_program(playwright: Playwright) -> str:
    """Path of the browser; ``python -m tests.machine`` gets one where there is none."""
    return machine.browser() or playwright.chromium.executable_path


@pytest.fixture(scope="session")
def browser(playwright: Playwright, browser_program: str) -> Iterator[Browser]:
    arguments = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    opened = playwright.chromium.launch(executable_path=browser_program, args=arguments)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same report in both languages."""
    card = make_scorecard()
    made = {}
    for language in ("en", "zh"):
        made[language] = tmp_path_factory.mktemp(language)
        report(card, made[language], language="zh" if language == "zh" else "en")
    return made

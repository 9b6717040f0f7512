"""A real browser: an installed one of the Chromium family, else Playwright's own, installed on demand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from tests.unit.reports.cast import make_scorecard

from leadline.errors import ReportError
from leadline.reports import report
from leadline.reports.printing import find_browser

MISSING = """These tests need a browser of the Chromium family and found none. Install one, for instance by
`apt-get install chromium`, or set LEADLINE_BROWSER to the path of its program.
Playwright's own could not be installed:
"""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser_program(playwright: Playwright) -> str:
    """Path of the browser; without one the tests fail and say what to install."""
    try:
        return find_browser()
    except ReportError:
        own = Path(playwright.chromium.executable_path)
    if not own.exists():
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not own.exists():
            pytest.fail(MISSING + done.stdout + done.stderr, pytrace=False)
    return str(own)


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

"""Pictures for the documentation, of the demonstration: ``python -m tests.browser.gallery FOLDER``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tests.web.serving import answer, free_port

from leadline.reports.printing import find_browser


@dataclass(frozen=True)
class Picture:
    """A page as somebody of the cast sees it: reached by an address, then by links of the page."""

    name: str
    who: str
    path: str
    follow: tuple[str, ...] = ()
    language: str = "en"
    theme: str = "light"
    phone: bool = False


RESULT = ("main a[href*='/results/of/']",)
OVERVIEW = ("#listing tbody a", "main a[href$='/overview/']")
FORM = ("main a[href^='/rate/']", ".thumb a.btn-primary")
PICTURES = (
    Picture("home-en", "uma.iyer", "/"),
    Picture("cycle-en", "uma.iyer", "/cycles/?state=running", ("#listing tbody a",)),
    Picture("check-zh", "dai.rusong", "/cycles/?state=nominating", ("#listing tbody a",), "zh"),
    Picture("form-en", "ada", "/rate/", FORM, phone=True),
    Picture("form-zh", "lin", "/rate/", FORM, "zh", phone=True),
    Picture("form-dark", "ada", "/rate/", FORM, theme="dark", phone=True),
    Picture("result-en", "ada", "/results/", RESULT),
    Picture("result-zh", "lin", "/results/", RESULT, "zh"),
    Picture("nominate-zh", "zhou", "/cycles/mine/", ("main a.waiting",), "zh", phone=True),
    Picture(
        "overview-en", "uma.iyer", "/results/cycles/", ("#listing tbody a", "main a[href$='/overview/']")
    ),
    Picture("framework-zh", "dai.rusong", "/frameworks/technical-leadership@1.0.0/", (), "zh"),
    Picture("people-dark", "uma.iyer", "/people/", theme="dark"),
)


def take(browser: Browser, base: str, picture: Picture, folder: Path) -> None:
    """Take one; the bar of the demonstration is left out."""
    size = {"width": 390, "height": 780} if picture.phone else {"width": 1180, "height": 760}
    context = browser.new_context(viewport=size, reduced_motion="reduce")
    spoken = "zh-hans" if picture.language == "zh" else "en"
    context.add_cookies([{"name": "leadline_language", "value": spoken, "url": base}])
    page = context.new_page()
    page.goto(f"{base}/demo/")
    page.locator(f"button[value='{picture.who}@acme.example']").click()
    page.wait_for_load_state()
    page.goto(base + picture.path)
    for link in picture.follow:
        page.locator(link).first.click()
        page.wait_for_load_state()
    page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", picture.theme)
    page.evaluate("document.querySelector('.demo-bar').remove()")
    page.wait_for_timeout(600)
    page.screenshot(path=folder / f"{picture.name}.png")
    context.close()


def main(folder: Path) -> None:
    """Start the demonstration, take every picture, stop it."""
    folder.mkdir(parents=True, exist_ok=True)
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("LEADLINE_", "DJANGO_"))}
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        options = ["--port", str(free_port()), "--data", f"{data}/demo", "--no-browser"]
        command = [sys.executable, "-m", "leadline", "demo", *options]
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as demo:
            try:
                assert demo.stdout
                said = next(found for line in demo.stdout if (found := re.search(r"http://[\d.:]+", line)))
                answer(f"{said[0]}/health/")
                arguments = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
                browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments)
                for picture in PICTURES:
                    take(browser, said[0], picture, folder)
                browser.close()
            finally:
                demo.terminate()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

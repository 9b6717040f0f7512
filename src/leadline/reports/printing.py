"""PDF: the HTML page printed by a browser that is already installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from leadline.errors import ReportError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)
_QUIET = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pdf-header-footer",
)
_PATIENCE = 120.0


def find_browser(environ: Mapping[str, str] = os.environ) -> str:
    """Program that can print: ``LEADLINE_BROWSER``, else the first Chromium, Chrome or Edge found.

    Parameters
    ----------
    environ : mapping

    Returns
    -------
    str
        Path of the program.

    Raises
    ------
    ReportError
        None is installed; the message says what to do.
    """
    asked = environ.get("LEADLINE_BROWSER")
    candidates = (asked,) if asked else (*BROWSERS, *_PLACES)
    path = environ.get("PATH", os.defpath)
    found = next((program for one in candidates if (program := shutil.which(one, path=path))), None)
    if found is None:
        raise ReportError("reports.no_browser")
    return found


def print_pages(pages: Sequence[tuple[str, Path]], browser: str) -> None:
    """Print HTML documents as PDF files, a few at a time.

    Parameters
    ----------
    pages : sequence of (html, path of the PDF)
    browser : str
        Program of the Chromium family.

    Raises
    ------
    ReportError
        The browser did not print a page; carries what it said.
    """
    with TemporaryDirectory(prefix="leadline-") as folder, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        jobs = [
            pool.submit(_print, browser, Path(folder) / str(n), html, target)
            for n, (html, target) in enumerate(pages)
        ]
        for job in jobs:
            job.result()


def _print(browser: str, folder: Path, html: str, target: Path) -> None:
    folder.mkdir()
    source, printed = folder / "page.html", folder / "page.pdf"
    source.write_text(html, encoding="utf-8", newline="\n")
    # A browser refuses its sandbox to the superuser, as in a container; elsewhere it stays on.
    sandbox = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    command = [browser, *_QUIET, *sandbox, f"--user-data-dir={folder / 'profile'}"]
    command += [f"--print-to-pdf={printed}", source.as_uri()]
    try:
        done = subprocess.run(  # noqa: S603  the program is the user's own browser
            command, capture_output=True, timeout=_PATIENCE, check=False
        )
        said = done.stderr.decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired) as fault:
        said = str(fault)
    if not printed.exists():
        detail = said.strip().splitlines()[-1:] or ["-"]
        raise ReportError("reports.not_printed", browser=browser, name=target.name, detail=detail[0])
    shutil.move(printed, target)

"""What the tests need of the machine beside Python packages: a browser, a proxy, a database server.

``python3 tests/machine.py THING ...``  before anything is installed: Debian's packages, as root
``python -m tests.machine``             afterwards: Playwright's browser for want of one; what will be used

The first needs nothing but Python itself.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from ctypes import CDLL
from importlib.util import find_spec
from pathlib import Path
from urllib.request import Request, urlopen

PATIENCE = 5
"""Seconds to reach whoever has what is missing; after that, advice."""

NO_BROWSER = """
The tests need a browser of the Chromium family, and this machine has none.
Playwright's own cannot be downloaded: {why}
Install one (Debian: apt-get install chromium), or set LEADLINE_BROWSER to the path of its program; run again.
"""
NO_VENV = """Python has no venv module here. Install it (Debian: apt-get install python3-venv) and run again.
"""


def program(*names: str) -> str | None:
    """The first one installed, also among those for administrators."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))
    return next((found for name in names if (found := shutil.which(name, path=path))), None)


def browser() -> str | None:
    """As ``leadline.reports.printing.find_browser``, which asks for packages."""
    asked = os.environ.get("LEADLINE_BROWSER")
    return program(asked) if asked else program("chromium", "chromium-browser", "google-chrome", "chrome")


def library(name: str) -> bool:
    """Whether a shared library can be loaded; Playwright's own Node.js needs one."""
    try:
        return bool(CDLL(name))
    except OSError:
        return sys.platform != "linux"


WANTED: dict[str, tuple[Callable[[], object], tuple[str, ...]]] = {
    "venv": (lambda: find_spec("ensurepip"), ("python3-venv",)),
    "browser": (browser, ("chromium", "fonts-noto-cjk")),
    "driver": (lambda: library("libatomic.so.1"), ("libatomic1",)),
    "proxy": (lambda: program("nginx"), ("nginx-light",)),
}
"""What finds a thing, and the packages of Debian that bring it."""


def prepare(things: Sequence[str]) -> None:
    """Install what is missing from Debian's packages, where that can be done."""
    missing = [name for thing in things if not WANTED[thing][0]() for name in WANTED[thing][1]]
    if missing and getattr(os, "geteuid", lambda: 1)() == 0 and program("apt-get"):
        say(f"Installing {', '.join(missing)} ...")
        apt = ["apt-get", "-qq", "-o", "Acquire::Retries=0", "-o", f"Acquire::http::Timeout={PATIENCE}"]
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            done = subprocess.run([*apt, *command], check=False, capture_output=True, text=True, env=quietly)
            if done.returncode:
                say(f"apt-get {command[0]}: {done.stderr.strip()[-400:]}")
                break
    if "venv" in things and not find_spec("ensurepip"):
        sys.exit(NO_VENV)


def complete() -> None:
    """Get Playwright's browser if there is none, and say what the tests will use."""
    from tests.web.on_postgres import server  # noqa: PLC0415  packages are there now

    found = browser() or playwrights()
    told = subprocess.run([found, "--version"], check=False, capture_output=True, text=True).stdout.strip()
    say(f"Browser: {told} ({found})")
    say(f"Proxy: {program('nginx') or 'of the tests; Debian has nginx in the package nginx-light'}")
    with server():
        """It says which."""


def playwrights() -> str:
    """Playwright's own browser, downloaded if need be; whether it can be is known within seconds."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as started:
        own = started.chromium.executable_path
    if not Path(own).exists():
        install = [sys.executable, "-m", "playwright", "install", "chromium"]
        plan = subprocess.run([*install, "--dry-run"], check=True, capture_output=True, text=True).stdout
        (address, *_) = re.findall(r"Download url: +(\S+)", plan)
        try:
            urlopen(Request(address, method="HEAD"), timeout=PATIENCE).close()  # noqa: S310  https, by Playwright
        except OSError as why:
            sys.exit(NO_BROWSER.format(why=why))
        say("Downloading Playwright's browser ...")
        subprocess.run(install, check=True)
    return own


def say(what: str) -> None:
    print(what, flush=True)  # noqa: T201  a command


if __name__ == "__main__":
    prepare(sys.argv[1:]) if sys.argv[1:] else complete()

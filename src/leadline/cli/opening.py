"""A page opened in the browser: at once, or once its server answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import webbrowser
from urllib.parse import urlsplit

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
_PATIENCE = 60.0


def open_page(address: str) -> bool:
    """Open a page, if there is a screen to show it on.

    Parameters
    ----------
    address : str

    Returns
    -------
    bool
        Whether a browser was found.
    """
    if sys.platform not in ("win32", "darwin") and not any(map(os.environ.get, _SCREENS)):
        # Without a screen the standard library would start a browser for terminals and wait for it to end.
        return False
    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False


def open_once_up(address: str) -> None:
    """Open a page of a server that is only starting, from a process of its own."""
    subprocess.Popen([sys.executable, "-m", __name__, address], start_new_session=True)  # noqa: S603  our own


def wait_for(address: str) -> bool:
    """Wait until somebody listens at an address; whether anybody did in time."""
    parts, end = urlsplit(address), time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            socket.create_connection((str(parts.hostname), parts.port or 80), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return True
    return False


if __name__ == "__main__" and wait_for(sys.argv[1]):
    open_page(sys.argv[1])

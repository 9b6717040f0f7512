"""Whether this program has been asked to end: long work asks between two steps, and leaves off there."""

from __future__ import annotations

import threading

asked = threading.Event()
"""Set by the program that is to end."""


class Stopped(Exception):  # noqa: N818  no error: the work is left for the next program
    """Work that was left off where nothing of it was half done."""


def safe_point() -> None:
    """Leave off here if the program is to end.

    Raises
    ------
    Stopped
        It is.
    """
    if asked.is_set():
        raise Stopped

"""Walks the table of promises of all apps: by the clock every minute, and whenever a worker begins."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from leadline.web.look.promises import Promise
from leadline.web.look.queue import take_back
from leadline.web.project.modules import modules

_LOG = logging.getLogger(__name__)


def promises() -> Iterator[Promise]:
    """The table, from the lowest app up."""
    for module in modules("promises"):
        yield from module.PROMISES


def reconcile(now: datetime, *, at_rest: bool = False) -> dict[str, int]:
    """Keep what is not kept. Doing it again does nothing.

    Parameters
    ----------
    now : datetime
    at_rest : bool
        No task runs, as when a worker has just begun: what says it is running was lost.

    Returns
    -------
    dict
        How many of each state had to be reconciled.
    """
    found = {"tasks of a worker that is no more": take_back()} if at_rest else {}
    for promise in promises():
        if promise.at_rest and not at_rest:
            continue
        with going_on(promise.state):
            found[promise.state] = _kept(promise, now)
    return {state: n for state, n in found.items() if n}


def _kept(promise: Promise, now: datetime) -> int:
    broken = list(promise.broken(now))
    for one in broken:
        with going_on(promise.state):
            promise.keep(one)
    return len(broken)


@contextmanager
def going_on(name: str) -> Iterator[None]:
    """A fault is logged; what else is due, now and in a minute, is done."""
    try:
        yield
    except Exception:  # noqa: BLE001  whatever a mail server or a database does, the rest goes on
        _LOG.exception("%s", name)

"""What must be in every state, and how it comes about where it is not: one table, walked by one program.

Whatever was promised in a transaction is kept soon after it, usually by the program that committed it. Where
that was killed in between, the promise is found here: an app lists its own in ``promises.PROMISES``, and
:mod:`leadline.web.project.reconciling` walks them all. Finding costs a query; keeping one that is kept does
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Promise:
    """A state, what must be in it, who breaks it now, and how it is kept for one of those.

    ``at_rest`` marks what can only be seen while no task runs: what looks interrupted may be under way.
    """

    state: str
    must: str
    broken: Callable[[datetime], Iterable[Any]]
    keep: Callable[[Any], object]
    at_rest: bool = False

"""What is kept for a time: a period an organisation may set, and what deletes whatever is older."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Period:
    """One kind of thing, with words under ``<app>.forgetting``.

    Attributes
    ----------
    name : str
    days : int
        How long it is kept where the organisation set nothing.
    least, most : int
        What it may set.
    forget : callable
        Organisation and moment: deletes what ended before, in any order, and says how much that was.
    """

    name: str
    days: int
    least: int
    most: int
    forget: Callable[[Any, datetime], int]

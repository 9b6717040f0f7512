"""What everything about somebody is made of: parts, in which an app tells what it keeps of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Rows = Iterator[Mapping[str, Any]]


@dataclass(frozen=True)
class Part:
    """Rows of one kind that an app keeps of an account and its person.

    Attributes
    ----------
    name : str
        Of its two files, and of its words under ``<app>.held``.
    rows : callable
        The actor to what is kept of them, the same columns in every row.
    links : tuple of str
        Columns that make a row theirs, as ``Person.user``. A column that leads to a person, an account or a
        place in a cycle is named by a part of its app, or in ``LEFT_OUT`` of the same module with the reason.
    """

    name: str
    rows: Callable[[Any], Rows]
    links: tuple[str, ...] = ()

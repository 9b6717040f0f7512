"""A table as it was read: nothing checked but that it can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.errors import Fault, SourceError
from leadline.evidence.findings import FIRST_ROW


def _none() -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class RawTable:
    """What a reader hands over.

    Attributes
    ----------
    frame : polars.DataFrame, N rows
        Column names are distinct and without surrounding white space.
    place : str
        File, address or table that a message may name; holds no password.
    first_row : int
        Row number of the first record.
    faults : tuple of Fault
        What could not be read. With a fault that names no row, nothing of the table can be kept.
    bad : array of int64
        Row indices, counted from 0, of records that could not be read whole.
    """

    frame: pl.DataFrame
    place: str
    first_row: int = FIRST_ROW
    faults: tuple[Fault, ...] = ()
    bad: NDArray[np.int64] = field(default_factory=_none)


@dataclass(frozen=True)
class Book:
    """The tables of a source, each read when it is asked for.

    Attributes
    ----------
    place : str
        File or address that a message may name.
    names : tuple of str
        Names of its tables; one empty name where the source is a single table.
    read : callable
        RawTable of a name.
    """

    place: str
    names: tuple[str, ...]
    read: Callable[[str], RawTable]

    def choose(self, table: str | None = None) -> RawTable:
        """The table of a name; without a name the only one.

        Raises
        ------
        SourceError
            There is no such table, or a name is needed.
        """
        if table is None and len(self.names) == 1:
            return self.read(self.names[0])
        found = ", ".join(self.names) or "—"
        if table is None:
            raise SourceError("evidence.choose_table", place=self.place, found=found)
        if table not in self.names:
            raise SourceError("evidence.table_not_found", place=self.place, value=table, found=found)
        return self.read(table)


def single(raw: RawTable) -> Book:
    """A source that is one table."""
    return Book(raw.place, ("",), lambda _name: raw)

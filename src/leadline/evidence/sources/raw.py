"""A table as it was read: nothing checked but that it can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from leadline.errors import Fault, SourceError
from leadline.evidence.findings import FIRST_ROW


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
        What could not be read. A record with a fault is not to be relied upon; with a fault that names no
        row, nothing of the table can be kept.
    """

    frame: pl.DataFrame
    place: str
    first_row: int = FIRST_ROW
    faults: tuple[Fault, ...] = ()


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
    main : str, optional
        The table that is meant when none is named.
    """

    place: str
    names: tuple[str, ...]
    read: Callable[[str], RawTable]
    main: str | None = None

    def choose(self, table: str | None = None) -> RawTable:
        """The table of a name; without a name the only one.

        Raises
        ------
        SourceError
            There is no such table, or a name is needed.
        """
        main = self.names[0] if len(self.names) == 1 else self.main
        wanted = main if table is None else self.named(table)
        if wanted is None:
            code = "evidence.choose_table" if table is None else "evidence.table_not_found"
            found = ", ".join(self.names) or "—"
            raise SourceError(code, place=self.place, value=table, found=found)
        return self.read(wanted)

    def named(self, table: str) -> str | None:
        """The name that is a table's, or ends in it after a point."""
        ends = [name for name in self.names if name.rpartition(".")[2] == table]
        return table if table in self.names else ends[0] if ends else None


def single(raw: RawTable) -> Book:
    """A source that is one table."""
    return Book(raw.place, ("",), lambda _name: raw)

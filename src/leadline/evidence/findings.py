"""Faults gathered by row index, many at a time, and made into messages at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.errors import Fault, Language, words

MOST = 10_000
"""Faults of one kind in one column that are told one by one; the rest is counted.

A file of millions of faulty rows would otherwise need gigabytes of messages.
"""

REJECTED = {
    "table": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "code": pl.String,
    "reason": pl.String,
}
"""Columns of the table of rejected rows."""

_SHOWN = 60
FIRST_ROW = 2
"""Row number of the first record under a header in row 1, as a spreadsheet shows it."""

Fields = Mapping[str, object]


def shown(value: object) -> str | None:
    """A value as a message may show it: one line, no control characters, 60 characters at most.

    Examples
    --------
    >>> shown("a\x1b[31m" + "b" * 80)
    'a�[31mbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…'
    """
    if value is None:
        return None
    text = str(value)
    head = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:_SHOWN]
    )
    return head if len(text) <= _SHOWN else head[: _SHOWN - 1] + "…"


def reason(fault: Fault, language: Language = "en") -> str:
    """What is wrong, without where it is.

    Examples
    --------
    >>> reason(Fault("evidence.not_whole", "ratings.csv", 3, "rating", "3.5"))
    "'3.5' is not a whole number."
    """
    where = {"place": fault.place, "row": fault.row, "column": fault.column, "value": fault.value}
    return words(f"{fault.code}.message", language, **{**where, **fault.fields})


@dataclass(frozen=True, slots=True)
class _Cells:
    code: str
    column: str | None
    at: NDArray[np.int64]
    values: pl.Series | None
    fields: Fields
    each: Callable[[int, str | None], Fields] | None


@dataclass(slots=True)
class Findings:
    """What is wrong with one table.

    Attributes
    ----------
    table, place : str
        Name of the table, and the file or address it came from.
    n : int
        Number of rows that are checked.
    first_row : int
        Row number of the first record; 2 below a header in row 1.
    records : array of int64, shape (N,), optional
        Which record each checked row was, where some were left out.
    whole : list of Fault
        Faults of the table as a whole: with one of these nothing of it can be kept.
    unread : list of Fault
        Faults of records that could not be read whole and are not among the rows.
    """

    table: str
    place: str
    n: int
    first_row: int = FIRST_ROW
    records: NDArray[np.int64] | None = None
    whole: list[Fault] = field(default_factory=list)
    unread: list[Fault] = field(default_factory=list)
    _cells: list[_Cells] = field(default_factory=list)

    def of_table(self, code: str, column: str | None = None, value: object = None, **fields: object) -> None:
        """Note a fault of the whole table."""
        self.whole.append(Fault(code, self.place, None, shown(column), shown(value), fields))

    def of_rows(
        self,
        code: str,
        column: str | None,
        at: NDArray[np.int64],
        values: pl.Series | None = None,
        each: Callable[[int, str | None], Fields] | None = None,
        **fields: object,
    ) -> None:
        """Note the same fault in several rows.

        Parameters
        ----------
        code : str
        column : str or None
        at : array of int64
            Row indices, counted from 0.
        values : polars.Series, N values, optional
            The column as it was read.
        each : callable, optional
            Further fields of a message, from the row index and the value.
        **fields
            Fields of every message.
        """
        if at.size:
            self._cells.append(_Cells(code, column, at, values, fields, each))

    def lacks(self, column: str) -> bool:
        """Whether the table has no such column, or none that can be used."""
        return any(fault.column == column for fault in self.whole)

    def cells(self, column: str) -> NDArray[np.int64]:
        """Indices of the rows with a fault in a column."""
        found = [cells.at for cells in self._cells if cells.column == column]
        return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)

    @property
    def bad(self) -> NDArray[np.bool_]:
        """Whether each row has a fault, shape (N,)."""
        mask = np.zeros(self.n, dtype=np.bool_)
        for cells in self._cells:
            mask[cells.at] = True
        return mask

    def row(self, index: int) -> int:
        """Row number of a row index."""
        record = index if self.records is None else self.records[index]
        return int(record) + self.first_row

    def _fault(self, cells: _Cells, index: int, value: str | None) -> Fault:
        own = cells.each(index, value) if cells.each else {}
        return Fault(
            cells.code, self.place, self.row(index), cells.column, shown(value), {**cells.fields, **own}
        )

    def _values(self, cells: _Cells, most: int | None = None) -> list[str | None]:
        at = cells.at[:most]
        if cells.values is None:
            return [None] * at.size
        return cells.values.gather(at).cast(pl.String).to_list()

    def faults(self) -> tuple[Fault, ...]:
        """All faults: of the table first, then by row."""
        told = list(self.unread)
        counted: list[Fault] = []
        for cells in self._cells:
            values = self._values(cells, MOST)
            pairs = zip(cells.at[:MOST].tolist(), values, strict=True)
            told.extend(self._fault(cells, index, value) for index, value in pairs)
            if cells.at.size > MOST:
                n = int(cells.at.size) - MOST
                counted.append(Fault("evidence.more", self.place, None, cells.column, None, {"n": n}))
        told.sort(key=lambda fault: fault.row or 0)
        return (*self.whole, *told, *counted)

    def _table_of(self, faults: list[Fault], language: Language) -> pl.DataFrame:
        rows = [
            (self.table, fault.row, fault.column, fault.value, fault.code, reason(fault, language))
            for fault in faults
        ]
        return pl.DataFrame(rows, schema=REJECTED, orient="row")

    def rejected(self, language: Language = "en") -> pl.DataFrame:
        """A row for each fault of a row: table, row, column, value, code, reason."""
        parts = [self._table_of(self.unread, language)]
        for cells in self._cells:
            pairs = zip(cells.at.tolist(), self._values(cells), strict=True)
            parts.append(
                self._table_of([self._fault(cells, index, value) for index, value in pairs], language)
            )
        return pl.concat(parts).sort("row", maintain_order=True)

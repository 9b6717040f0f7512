"""From a file of people to rows of text under our column names."""

from __future__ import annotations

import csv
import zipfile
from datetime import date, datetime
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from leadline.errors import FaultyInputError, SourceError
from leadline.web.people.columns import NAMES, Row, header_row, headings
from leadline.workflows import read_records

WORKBOOKS = (".xlsx", ".xlsm")
MOST_ROWS = 50_000


def read_people(path: Path) -> list[Row]:
    """Read a workbook or a text file.

    Parameters
    ----------
    path : Path
        A workbook, or a file of separated values.

    Returns
    -------
    list of Row
        Rows with anything in them; cells trimmed, inner runs of blanks made one.

    Raises
    ------
    SourceError
        Unreadable, no header found, too long, or a row whose cells do not go with the headings.
    """
    table = _workbook(path) if path.suffix.lower() in WORKBOOKS else _text(path)
    at = header_row(table)
    if at is None:
        raise SourceError("web.people.no_header", known=", ".join(NAMES))
    if len(table) > MOST_ROWS:
        raise SourceError("web.people.too_long", n=MOST_ROWS)
    first, columns = headings(table, at)
    twice = {column for column in columns if column and columns.count(column) > 1}
    if twice:
        raise SourceError("web.people.column_twice", columns=", ".join(sorted(twice)))
    rows = (
        Row(n, {c: text for c, cell in zip(columns, row, strict=False) if c and (text := _clean(cell))})
        for n, row in enumerate(table[first:], start=first + 1)
    )
    return [row for row in rows if row.cells]


def _workbook(path: Path) -> list[list[object]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as cause:
        raise SourceError("web.people.damaged") from cause
    try:
        sheets = [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]
    finally:
        book.close()
    # The first sheet with people in it: a cover sheet may come before.
    return next((sheet for sheet in sheets if header_row(sheet) is not None), sheets[0] if sheets else [])


def _text(path: Path) -> list[list[object]]:
    try:
        table: list[list[object]] = [list(record) for record in read_records(path, path.name)]
    except (FaultyInputError, csv.Error) as cause:
        raise SourceError("web.people.damaged") from cause
    _refuse_shifted(table)
    return table


def _refuse_shifted(table: list[list[object]]) -> None:
    """A comma in a name or an open quotation mark moves every cell after it under another heading."""
    at = header_row(table)
    if at is None:
        return
    width = len(table[at])
    for n, row in enumerate(table[at:], start=at + 1):
        if any(row) and (len(row) < width or any(row[width:])):
            raise SourceError("web.people.cell_count", row=n, found=len(row), expected=width)


def _clean(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).replace("\u3000", " ").split()) if cell is not None else ""

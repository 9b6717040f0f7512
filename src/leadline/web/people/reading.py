"""From a file of people to a table of text: its headings, and the rows below them."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from leadline.errors import Fault, FaultyInputError, SourceError
from leadline.web.people.columns import LIKELY, TEMPLATE, header_row, headings
from leadline.web.people.limits import MOST_CELLS, MOST_ROWS, UNREADABLE, check_text, check_workbook
from leadline.workflows import read_records

WORKBOOKS = (".xlsx", ".xlsm")
MOST_COLUMNS = 500
_TOP = 22
"""Rows in which headings are looked for."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_TOTAL = re.compile(
    r"(?:(?:grand |sub-?)?totals?|sum|合计|总计|小计|共计|总人数|总数)"
    r"(?: employees| headcount| people| staff)?\s*[:：=]?\s*(?:\d+\s*人?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Table:
    """A file as it was read.

    Attributes
    ----------
    headings : list of str
        As they stand in the file, or the letter of a column without one.
    columns : list of (str or None)
        Our name of each, as far as it is known.
    rows : list of (int, list of str)
        Number as a spreadsheet shows it, and cells; rows without any are left out.
    faults, notices : list of Fault
        Rows that cannot be read, and what was left out on purpose.
    """

    headings: list[str]
    columns: list[str | None]
    rows: list[tuple[int, list[str]]]
    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)


def read_table(path: Path, sheet: str = "", own: Mapping[str, str] = MappingProxyType({})) -> Table:
    """Read a workbook or a text file.

    Parameters
    ----------
    path : Path
    sheet : str
        Which sheet of a workbook; else the only visible one that names columns of people.
    own : mapping of str to str
        Headings of the organisation (:func:`.columns.column_of`).

    Raises
    ------
    SourceError
        Unreadable, too large, no headings found, or several sheets to choose from.
    FaultyInputError
        Lines in another encoding than the rest.
    """
    notices: list[Fault] = []
    is_text = path.suffix.lower() not in WORKBOOKS
    raw = _text(path) if is_text else _workbook(path, sheet, own, notices)
    at = header_row(raw[:_TOP], own)
    if at is None:
        # Perhaps headings in a language that is not known here: it can be said what they mean.
        at = next((n for n, row in enumerate(raw[:-1]) if sum(map(bool, map(clean, row))) >= LIKELY), None)
    if at is None:
        raise SourceError("web.people.no_header", known=", ".join(TEMPLATE))
    first, columns = headings(raw, at, own)
    width = max(map(len, raw[at:first]))
    if width > MOST_COLUMNS:
        raise SourceError("web.people.too_wide", n=MOST_COLUMNS)
    names = [clean(cell) for cell in _lowest(raw[at:first], width)]
    columns = [*columns, *[None] * (width - len(columns))]
    rows, faults = [], []
    for number, cells in enumerate(raw[first:], start=first + 1):
        texts = [clean(cell) for cell in cells]
        if not any(texts):
            continue
        if is_text and (len(texts) < width or any(texts[width:])):
            fields = {"row": number, "found": len(texts), "expected": width}
            faults.append(Fault("web.people.cell_count", "-", number, None, texts[0], fields))
        elif _is_total(texts, columns):
            notices.append(Fault("web.people.total_row", "-", number, None, " ".join(filter(None, texts))))
        else:
            rows.append((number, texts))
    return _without_empty(Table(names, columns, rows, faults, notices))


def _lowest(rows: Sequence[Sequence[object]], width: int) -> list[object]:
    """What stands lowest in each column of the headings."""
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    return [next((cell for cell in reversed(column) if cell), None) for column in zip(*padded, strict=True)]


def _without_empty(table: Table) -> Table:
    """Without columns that have neither heading nor cell; others without are called by letter."""
    width = min(MOST_COLUMNS, max([len(table.headings), *(len(cells) for _, cells in table.rows)]))
    filled = {at for _, cells in table.rows for at, cell in enumerate(cells[:width]) if cell}
    names = [*table.headings, *[""] * (width - len(table.headings))]
    columns = [*table.columns, *[None] * (width - len(table.columns))]
    kept = [at for at in range(width) if names[at] or at in filled]
    rows = [(n, [cells[at] if at < len(cells) else "" for at in kept]) for n, cells in table.rows]
    called = [names[at] or get_column_letter(at + 1) for at in kept]
    return Table(called, [columns[at] for at in kept], rows, table.faults, table.notices)


def _is_total(cells: Sequence[str], columns: Sequence[str | None]) -> bool:
    """A row at whose beginning stands "Total": nobody, unless it has an address."""
    first = next(filter(None, cells), "")
    has_address = any("@" in cell for cell, name in zip(cells, columns, strict=False) if name == "email")
    return bool(_TOTAL.fullmatch(first)) and not has_address


def _workbook(path: Path, wanted: str, own: Mapping[str, str], notices: list[Fault]) -> list[list[object]]:
    check_workbook(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            return _sheet(book, wanted, own, notices)
        finally:
            book.close()
    except SourceError:
        raise
    except (*UNREADABLE, InvalidFileException, LookupError, TypeError, ValueError, AttributeError) as cause:
        # openpyxl says of a damaged part whatever Python says where it fails.
        raise SourceError("web.people.damaged") from cause


def _sheet(book: Any, wanted: str, own: Mapping[str, str], notices: list[Fault]) -> list[list[object]]:
    """Rows of the sheet that is wanted, or of the only visible one with people in it."""
    if wanted and wanted not in book.sheetnames:
        raise SourceError("web.people.no_sheet", value=wanted, known=", ".join(book.sheetnames))
    sheets = [one for one in book.worksheets if not wanted or one.title == wanted]
    having = [one for one in sheets if header_row(list(islice(_rows_of(one), _TOP)), own) is not None]
    visible = [one for one in having if one.sheet_state == "visible"] if not wanted else having
    if len(visible) > 1:
        raise SourceError("web.people.several_sheets", sheets=", ".join(one.title for one in visible))
    if not visible and having:
        raise SourceError("web.people.hidden_sheet", sheets=", ".join(one.title for one in having))
    hidden = ", ".join(one.title for one in having if one not in visible)
    if hidden:
        notices.append(Fault("web.people.sheet_skipped", "-", None, None, hidden))
    shown = visible or [one for one in sheets if one.sheet_state == "visible"][:1]
    return _bounded(_rows_of(shown[0])) if shown else []


def _rows_of(sheet: Any) -> Iterator[list[object]]:
    # The size a workbook states may be wrong, and would cut rows off or fill them up.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True):
        filled = [at for at, cell in enumerate(row) if cell is not None]
        yield list(row[: filled[-1] + 1]) if filled else []


def _bounded(rows: Iterable[list[object]]) -> list[list[object]]:
    table: list[list[object]] = []
    cells = 0
    for row in rows:
        table.append(row)
        cells += len(row)
        if cells > MOST_CELLS:
            raise SourceError("web.people.too_many_cells", n=MOST_CELLS)
        if len(table) > MOST_ROWS and row:
            raise SourceError("web.people.too_long", n=MOST_ROWS)
    return table


def _text(path: Path) -> list[list[object]]:
    check_text(path)
    try:
        return [list(record) for record in read_records(path, path.name)]
    except (csv.Error, UnicodeDecodeError, BadZipFile) as cause:
        raise SourceError("web.people.damaged") from cause
    except FaultyInputError as cause:
        rows = ", ".join(str(fault.row) for fault in cause.faults[:10])
        raise SourceError("web.people.encoding", rows=rows, n=len(cause.faults)) from cause


def clean(cell: object) -> str:
    """A cell as text: trimmed, runs of blanks made one, without characters that nobody sees.

    Examples
    --------
    >>> clean("1\\u200b"), clean(" Zoë \\u3000 Zander "), clean(4711.0), clean(datetime(2020, 12, 31, 8, 30))
    ('1', 'Zoë Zander', '4711', '2020-12-31')
    """
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if cell is None:
        return ""
    text = str(cell)
    if text.isascii():
        return " ".join(_CONTROL.sub("", text).split())
    text = "".join(
        c
        for c in unicodedata.normalize("NFC", text)
        if unicodedata.category(c) != "Cf" or c in "\u200c\u200d"
    )
    return " ".join(text.strip("\u200c\u200d").split())

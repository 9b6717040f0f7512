"""Excel and OpenDocument workbooks; a cell that shows an error is a fault, never an empty cell."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import fastexcel

from leadline.errors import Fault, SourceError
from leadline.evidence.sources.header import named_columns
from leadline.evidence.sources.raw import Book, RawTable

_LARGEST = 4 << 30
"""Bytes that a workbook may hold once unpacked; a zip can promise far more than memory has."""

_ATTRIBUTE = re.compile(rb'(?:\w+:)?(\w+)="([^"]*)"')
_ERROR_CELL = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+)(\d+)"[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>', re.DOTALL
)


def open_excel(path: Path, place: str) -> Book:
    """Open a workbook; its sheets are its tables.

    Raises
    ------
    SourceError
        The file is no workbook, is protected by a password, or is damaged.
    """
    _check_container(path, place)
    try:
        workbook = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise SourceError("evidence.damaged_file", place=place, reason=str(error).splitlines()[0]) from error
    return Book(place, tuple(workbook.sheet_names), lambda name: _sheet(workbook, path, place, name))


def _check_container(path: Path, place: str) -> None:
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        is_zip = file.read(2) == b"PK"
    if not is_zip:
        if suffix != ".xls":
            raise SourceError("evidence.locked_file", place=place)
        return
    try:
        with ZipFile(path) as archive:
            names = set(archive.namelist())
            size = sum(entry.file_size for entry in archive.infolist())
    except BadZipFile as error:
        raise SourceError("evidence.damaged_file", place=place, reason=str(error)) from error
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise SourceError("evidence.wrong_kind", place=place, expected=suffix, found="zip")
    if size > _LARGEST:
        raise SourceError("evidence.too_large", place=place, limit=_LARGEST >> 30)


def _sheet(workbook: fastexcel.ExcelReader, path: Path, place: str, name: str) -> RawTable:
    """A sheet as text, with row numbers as the spreadsheet shows them."""
    try:
        sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    except fastexcel.FastExcelError as error:
        raise SourceError("evidence.damaged_file", place=place, reason=str(error).splitlines()[0]) from error
    cells = sheet.to_polars()
    header = next((at for at, row in enumerate(cells.iter_rows()) if any(row)), None)
    if header is None:
        raise SourceError("evidence.empty_file", place=place)
    raw = named_columns(cells.slice(header + 1), cells.row(header), place, header + 2)
    return _with_errors(raw, path, name, cells.row(header))


def _with_errors(raw: RawTable, path: Path, sheet: str, header: tuple[str | None, ...]) -> RawTable:
    found = [
        Fault("evidence.error_cell", raw.place, row, header[column] if column < len(header) else None, text)
        for row, column, text in error_cells(path, sheet)
    ]
    return replace(raw, faults=(*raw.faults, *found))


def error_cells(path: Path, sheet: str) -> list[tuple[int, int, str]]:
    """Row number, column index and text of the cells of a sheet that show an error such as ``#DIV/0!``.

    The workbook reader gives such cells as empty, which would make an error a "could not observe".

    Parameters
    ----------
    path : Path
        A workbook; only .xlsx and .xlsm keep cells as text that can be searched.
    sheet : str

    Returns
    -------
    list of (int, int, str)
    """
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return []
    with ZipFile(path) as archive:
        listed = _elements(b"sheet", archive.read("xl/workbook.xml"))
        related = _elements(b"Relationship", archive.read("xl/_rels/workbook.xml.rels"))
        key = next((one[b"id"] for one in listed if unescape(one[b"name"].decode()) == sheet), None)
        target = next(one[b"Target"].decode() for one in related if one[b"Id"] == key)
        content = archive.read(target.removeprefix("/") if target.startswith("/") else f"xl/{target}")
    if b't="e"' not in content:
        return []
    return [
        (int(row), _column_index(letters), text.decode())
        for letters, row, text in _ERROR_CELL.findall(content)
    ]


def _elements(name: bytes, content: bytes) -> list[dict[bytes, bytes]]:
    """Attributes of each element of a name, without the prefixes of either."""
    found = re.findall(rb"<(?:\w+:)?" + name + rb"\s[^>]*>", content)
    return [dict(_ATTRIBUTE.findall(element)) for element in found]


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - ord("A") + 1
    return index - 1

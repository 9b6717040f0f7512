"""JSON and JSON Lines: records are found wherever a document keeps them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl

from leadline.errors import Fault, SourceError
from leadline.evidence.findings import FIRST_ROW
from leadline.evidence.sources.encoding import read_text
from leadline.evidence.sources.raw import Book, RawTable, single
from leadline.evidence.sources.records import column_of, frame_of

_USUAL_KEYS = ("data", "items", "results", "records", "rows", "value", "values", "entries", "hits", "list")
_DEPTH = 4
_SURROGATE = re.compile(r"\\u[dD][89abAB]|\\u[dD][c-fC-F]")

LARGEST_JSON = 1 << 30
"""Bytes."""


def open_json(path: Path, place: str) -> Book:
    """Open a JSON file: a list of records, or an object with lists of records in it."""
    check_size(path.stat().st_size, place)
    return book_of(parse_json(path.read_bytes(), place), place)


def open_json_lines(path: Path, place: str) -> Book:
    """Open a JSON Lines file, one record a line; a row number is the number of the line."""
    check_size(path.stat().st_size, place)
    text = read_text(path, place)
    content = text.source if isinstance(text.source, bytes) else text.source.read_bytes()
    lines = content.decode("utf-8-sig").split("\n")
    records, broken = _parsed_lines(lines)
    faults = [Fault(code, place, line) for line, code in text.strange.items()]
    faults += [Fault("evidence.bad_json_line", place, row, fields={"at": at}) for row, at in broken]
    return single(table_of(records, place, first_row=1, faults=tuple(faults)))


def _parsed_lines(lines: list[str]) -> tuple[list[Any], list[tuple[int, int]]]:
    """A record for each line, empty for a blank one, and number and character of the lines that are no JSON.

    All lines are parsed as one list first, which takes half the time; one by one only where that fails.
    """
    filled = [line if line.strip() else "{}" for line in lines]
    with suppress(json.JSONDecodeError, RecursionError):
        records = json.loads(f"[{','.join(filled)}]")
        if len(records) == len(lines):
            return records, []
    records, broken = [], []
    for row, line in enumerate(filled, start=1):
        try:
            records.append(json.loads(line))
        except (json.JSONDecodeError, RecursionError) as error:
            broken.append((row, getattr(error, "colno", 1)))
            records.append({})
    return records, broken


def parse_json(content: bytes, place: str) -> Any:
    """Document of a JSON text in UTF-8, UTF-16, UTF-32 or GB18030.

    Raises
    ------
    SourceError
        It is no JSON; line and column are told.
    """
    try:
        text = content.decode(json.detect_encoding(content))
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    try:
        return _without_surrogates(json.loads(text.removeprefix("\ufeff")), text)
    except json.JSONDecodeError as error:
        raise SourceError("evidence.bad_json", place=place, line=error.lineno, at=error.colno) from None
    except RecursionError:
        raise SourceError("evidence.deep_json", place=place) from None


def _without_surrogates(document: Any, text: str) -> Any:
    """Halves of a character, which JSON can spell and no table can hold, become question marks."""
    if _SURROGATE.search(text) is None:
        return document
    return json.loads(json.dumps(document, ensure_ascii=False).encode(errors="replace"))


def check_size(size: int, place: str) -> None:
    """Refuse JSON that would take more memory than machines have: parsed, it is ten times as large.

    Raises
    ------
    SourceError
    """
    if size > LARGEST_JSON:
        raise SourceError("evidence.too_large", place=place, limit=LARGEST_JSON >> 30)


def book_of(document: Any, place: str) -> Book:
    """The tables of a document: its lists of records, by the path of keys that leads to each.

    Parameters
    ----------
    document : parsed JSON
    place : str

    Returns
    -------
    Book
        Its main table is the only one, or the first under a usual key such as ``data`` or ``items``.

    Raises
    ------
    SourceError
        There are no records in it.

    Examples
    --------
    >>> book_of({"count": 2, "items": [{"id": 1}, {"id": 2}]}, "api").choose().frame.rows()
    [(1,), (2,)]
    """
    found = dict(record_lists(document))
    if not found:
        return single(_plain_object(document, place))
    usual = [path for path in found if path.rpartition(".")[2] in _USUAL_KEYS]
    usual.sort(key=lambda path: (path.count("."), _USUAL_KEYS.index(path.rpartition(".")[2])))
    main = usual[0] if usual else next(iter(found)) if len(found) == 1 else None
    return Book(place, tuple(found), lambda name: table_of(found[name], place), main)


def record_lists(document: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    """Lists of records in a document, with the dotted path of keys to each.

    Examples
    --------
    >>> list(record_lists({"data": {"users": [{"id": 1}]}}))
    [('data.users', [{'id': 1}])]
    """
    if isinstance(document, list):
        if not path or any(isinstance(one, dict) for one in document):
            yield path, document
    elif isinstance(document, dict) and depth < _DEPTH:
        for key, value in document.items():
            yield from record_lists(value, f"{path}.{key}" if path else str(key), depth + 1)


def table_of(
    records: list[Any], place: str, first_row: int = FIRST_ROW, faults: tuple[Fault, ...] = ()
) -> RawTable:
    """A table from records; what is no record is a fault, unless nothing is: then a column ``value``."""
    if records and not any(isinstance(one, dict) for one in records):
        records = [{"value": one} for one in records]
    strange = [index for index, one in enumerate(records) if not isinstance(one, dict)]
    faults = (*faults, *(Fault("evidence.no_record", place, index + first_row) for index in strange))
    frame = frame_of([one if isinstance(one, dict) else {} for one in records])
    return RawTable(frame, place, first_row, faults)


def _plain_object(document: Any, place: str) -> RawTable:
    """Columns in an object of equally long lists, else one record of an object with plain values."""
    if not isinstance(document, dict) or not document:
        raise SourceError("evidence.no_records", place=place)
    values = list(document.values())
    if all(isinstance(one, list) for one in values) and len({len(one) for one in values}) == 1:
        return RawTable(pl.DataFrame({str(key): column_of(one) for key, one in document.items()}), place)
    return RawTable(frame_of([document]), place)

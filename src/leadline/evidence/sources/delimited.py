"""CSV and its sisters: separator and header found, cells counted, parsed by the table engine.

The engine parses; Python's own parser takes over only where the engine refuses a file or cells are
missing, because it can tell which record is to blame.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from leadline.errors import Fault
from leadline.evidence.sources.encoding import SEPARATORS, Text, read_text
from leadline.evidence.sources.header import distinct_names, named_columns
from leadline.evidence.sources.raw import Book, RawTable, single

_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Layout:
    separator: str
    names: tuple[str, ...]
    lines_before: int


def read_delimited(path: Path, place: str) -> RawTable:
    """Read a file of separated values; every cell is text, an empty one is missing.

    Parameters
    ----------
    path : Path
    place : str
        How messages call the file.

    Returns
    -------
    RawTable
        Records with too few or too many cells are among its faults.

    Raises
    ------
    SourceError
        The file is no text, or has a line beyond the limit.
    """
    text = read_text(path, place)
    layout = _layout(text.head)
    first_row = layout.lines_before + 2
    frame = _by_engine(text, layout)
    if frame is not None and not text.strange:
        return named_columns(frame, layout.names, place, first_row)
    read = _by_record(text, layout, RawTable(pl.DataFrame(), place, first_row))
    named = named_columns(read.frame, layout.names, place, first_row)
    return replace(named, faults=(*named.faults, *read.faults), bad=read.bad)


def open_delimited(path: Path, place: str) -> Book:
    """Open a file of separated values: a single table."""
    return single(read_delimited(path, place))


def _layout(head: str) -> _Layout:
    """Separator, column names, and number of lines before the header."""
    lines_before, separator = 0, ""
    if found := _SEPARATOR_LINE.match(head):
        separator, head, lines_before = found[1], head[found.end() :], 1
    body = head.lstrip("\r\n")
    lines_before += head[: len(head) - len(body)].count("\n")
    first = body.split("\n", 1)[0]
    if not separator:
        outside = Counter(re.sub(r'"[^"]*"', "", first))
        separator = max(SEPARATORS.decode(), key=lambda mark: outside[mark])
    names = next(csv.reader(io.StringIO(body, newline=""), delimiter=separator), [])
    return _Layout(separator, tuple(name.strip() for name in names), lines_before)


def _by_engine(text: Text, layout: _Layout) -> pl.DataFrame | None:
    """The table, or None where the engine refuses it or some record has too few cells."""
    try:
        frame = pl.read_csv(
            text.source,
            separator=layout.separator,
            skip_lines=layout.lines_before,
            new_columns=distinct_names(layout.names),
            infer_schema=False,
            glob=False,
        )
    except pl.exceptions.PolarsError:
        return None
    return frame if frame.width == len(layout.names) and _is_whole(frame, text, layout) else None


def _is_whole(frame: pl.DataFrame, text: Text, layout: _Layout) -> bool:
    """Whether the separators in the file are as many as its records need; the engine refuses more, not fewer.

    Cost: one count over the text columns, and only where the file has separators inside of cells.
    """
    a_record = len(layout.names) - 1
    total = text.counts[layout.separator]
    wanted = (frame.height + 1) * a_record
    if total == wanted or a_record == 0:
        return True
    inside = pl.all().str.count_matches(layout.separator, literal=True).sum()
    in_cells = sum(frame.select(inside).row(0)) + sum(name.count(layout.separator) for name in layout.names)
    blank = int(frame.select(pl.all_horizontal(pl.all().is_null()).sum()).item()) if frame.height else 0
    return total - in_cells in (wanted, wanted - blank * a_record)


def _records(text: Text, layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    """Last line and cells of each record, the header first."""
    content = text.source if isinstance(text.source, bytes) else text.source.read_bytes()
    plain = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    lines = io.StringIO(plain)
    for _ in range(layout.lines_before):
        lines.readline()
    reader = csv.reader(lines, delimiter=layout.separator)
    for record in reader:
        yield reader.line_num + layout.lines_before, record


def _by_record(text: Text, layout: _Layout, empty: RawTable) -> RawTable:
    """The same table by Python's parser, with the records to blame."""
    width, row, line = len(layout.names), empty.first_row - 1, layout.lines_before
    faults: list[Fault] = []
    bad: list[int] = []
    kept: list[list[str | None]] = []
    try:
        for last_line, record in _records(text, layout):
            found = [
                Fault(text.strange[n], empty.place, row)
                for n in range(line + 1, last_line + 1)
                if n in text.strange
            ]
            if record and len(record) != width:
                fields = {"found": len(record), "expected": width}
                found.append(Fault("evidence.cell_count", empty.place, row, fields=fields))
            if found:
                bad.append(len(kept))
            faults.extend(found)
            kept.append([cell or None for cell in (record + [""] * width)[:width]])
            row, line = row + 1, last_line
    except csv.Error:
        faults.append(Fault("evidence.open_quote", empty.place, row))
    else:
        if text.counts['"'] % 2 and faults and faults[-1].code == "evidence.cell_count":
            faults[-1] = Fault("evidence.open_quote", empty.place, faults[-1].row)
    frame = pl.DataFrame(
        kept[1:], schema=dict.fromkeys(distinct_names(layout.names), pl.String), orient="row"
    )
    below_header = np.array([index - 1 for index in bad if index], dtype=np.int64)
    return replace(empty, frame=frame, faults=tuple(faults), bad=below_header)

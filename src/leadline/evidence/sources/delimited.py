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
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from leadline.errors import EvidenceError, Fault
from leadline.evidence.blocks import Blocks, scanned
from leadline.evidence.findings import FIRST_ROW
from leadline.evidence.sources.encoding import SEPARATORS, Text, read_text
from leadline.evidence.sources.header import distinct_names, named_columns
from leadline.evidence.sources.raw import Book, RawTable, single

_NOWHERE = "\x01"
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a file is laid out; a ``sep=`` line is read but, as in a spreadsheet, is no row."""

    separator: str
    names: tuple[str, ...]
    lines_before: int
    first_row: int


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
    frame = _by_engine(text, layout)
    if frame is not None and not text.strange and _is_whole(frame, text, layout):
        return named_columns(frame, layout.names, place, layout.first_row)
    blame = _blame(text, layout, place)
    frame = _by_engine(text, layout, is_ragged=True)
    if frame is None or frame.height != blame.n_records:
        frame = _by_python(text, layout)
    named = named_columns(frame, layout.names, place, layout.first_row)
    return replace(named, faults=(*named.faults, *blame.faults))


def delimited_blocks(path: Path, place: str) -> Blocks | None:
    """A file of separated values, a block of lines at a time; None unless every record is as it should be.

    Cost: two looks at the file before it is read, one for its encoding and one for its records' cells.
    """
    text = read_text(path, place)
    layout = _layout(text.head)
    plain = isinstance(text.source, Path) and not text.counts['"'] and not text.strange
    if not plain or sorted(distinct_names(layout.names)) != sorted(set(layout.names)):
        return None
    # Without quotation marks a record is a line, and a line of another separator is a single cell.
    lines = pl.scan_csv(
        path,
        separator=_NOWHERE,
        quote_char=None,
        has_header=False,
        skip_lines=layout.lines_before,
        new_columns=["line"],
        infer_schema=False,
        glob=False,
    )
    found = pl.col("line").str.count_matches(layout.separator, literal=True)
    checks = lines.select(least=found.min(), most=found.max(), blank=pl.col("line").null_count())
    try:
        counts = checks.collect(engine="streaming").row(0)
    except pl.exceptions.PolarsError:
        return None
    n = len(layout.names) - 1
    return scanned(pl.scan_csv(path, **_options(layout), glob=False)) if counts == (n, n, 0) else None


def read_records(path: Path, place: str) -> list[list[str]]:
    """All records of a file of separated values as they stand, where titles may come before the header.

    Parameters
    ----------
    path : Path
    place : str
        How messages call the file.

    Returns
    -------
    list of list of str
        An empty line is an empty record, so positions are those of a spreadsheet's rows.

    Raises
    ------
    SourceError
        The file is no text, or has a line beyond the limit.
    EvidenceError
        Lines in another encoding than the rest.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "people.csv"
    >>> _ = path.write_text("People of Acme\\n\\nkey;name\\n7;Ada\\n")
    >>> read_records(path, "people.csv")
    [['People of Acme'], [], ['key', 'name'], ['7', 'Ada']]
    """
    text = read_text(path, place)
    if text.strange:
        faults = tuple(Fault(code, place, row) for row, code in text.strange.items())
        raise EvidenceError("evidence.unusable", place=place, faults=faults)
    given = _SEPARATOR_LINE.match(text.head)
    # By all lines, because a title says nothing about the separator.
    separator = given[1] if given else max(SEPARATORS.decode(), key=lambda mark: text.counts[mark])
    layout = _Layout(separator, (), int(bool(given)), FIRST_ROW)
    return [record for _, record in _records(text, layout)]


def open_delimited(path: Path, place: str) -> Book:
    """Open a file of separated values: a single table."""
    return single(read_delimited(path, place))


def _layout(head: str) -> _Layout:
    """Separator, column names, and number of lines before the header."""
    found = _SEPARATOR_LINE.match(head)
    separator = found[1] if found else ""
    head = head[found.end() :] if found else head
    body = head.lstrip("\r\n")
    blank = head[: len(head) - len(body)].count("\n")
    first = body.split("\n", 1)[0]
    if not separator:
        outside = Counter(re.sub(r'"[^"]*"', "", first))
        separator = max(SEPARATORS.decode(), key=lambda mark: outside[mark])
    names = next(csv.reader(io.StringIO(body, newline=""), delimiter=separator), [])
    first_row = blank + FIRST_ROW
    return _Layout(separator, tuple(name.strip() for name in names), blank + bool(found), first_row)


def _by_engine(text: Text, layout: _Layout, *, is_ragged: bool = False) -> pl.DataFrame | None:
    """The table, or None where the engine refuses it: too many cells (unless ragged), stray quotes."""
    try:
        frame = pl.read_csv(
            text.source,
            **_options(layout),
            truncate_ragged_lines=is_ragged,
            glob=False,
        )
    except pl.exceptions.PolarsError:
        return None
    return frame if frame.width == len(layout.names) else None


def _options(layout: _Layout) -> dict[str, Any]:
    return {
        "separator": layout.separator,
        "skip_lines": layout.lines_before,
        "new_columns": distinct_names(layout.names),
        "infer_schema": False,
    }


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
    """Last line and cells of each record, the header first; nothing is kept in memory."""
    file = io.BytesIO(text.source) if isinstance(text.source, bytes) else text.source.open("rb")
    with io.TextIOWrapper(file, "utf-8-sig", newline=None) as lines:
        for _ in range(layout.lines_before):
            lines.readline()
        reader = csv.reader(lines, delimiter=layout.separator)
        for record in reader:
            yield reader.line_num + layout.lines_before, record


@dataclass(slots=True)
class _Blame:
    """Number of records below the header, and what is wrong with some of them."""

    n_records: int = 0
    faults: list[Fault] = field(default_factory=list)


def _blame(text: Text, layout: _Layout, place: str) -> _Blame:
    """Records with a wrong number of cells, in a strange encoding, or behind an open quotation mark."""
    width, row, line = len(layout.names), layout.first_row - 1, layout.lines_before
    blame = _Blame()
    try:
        for last_line, record in _records(text, layout):
            lines = range(line + 1, last_line + 1) if text.strange else ()
            found = [Fault(text.strange[n], place, row) for n in lines if n in text.strange]
            if record and len(record) != width:
                fields = {"found": len(record), "expected": width}
                found.append(Fault("evidence.cell_count", place, row, fields=fields))
            blame.faults.extend(found)
            row, line = row + 1, last_line
    except csv.Error:
        blame.faults.append(Fault("evidence.open_quote", place, row))
    else:
        if text.counts['"'] % 2 and blame.faults and blame.faults[-1].code == "evidence.cell_count":
            blame.faults[-1] = Fault("evidence.open_quote", place, blame.faults[-1].row)
    blame.n_records = row - layout.first_row
    return blame


def _by_python(text: Text, layout: _Layout) -> pl.DataFrame:
    """The table as Python's parser sees it, up to where it gives up."""
    width = len(layout.names)
    rows: list[list[str | None]] = []
    with suppress(csv.Error):
        for _, record in _records(text, layout):
            rows.append([cell or None for cell in (record + [""] * width)[:width]])
    schema = dict.fromkeys(distinct_names(layout.names), pl.String)
    return pl.DataFrame(rows[1:], schema=schema, orient="row")

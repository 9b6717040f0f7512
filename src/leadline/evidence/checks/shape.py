"""Columns of a table: which must be there, which seem misspelt, and what type their cells have."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np
import polars as pl

from leadline.evidence.columns import Rows, as_numbers, as_text, as_whole, is_plain
from leadline.evidence.findings import Findings, shown
from leadline.evidence.rules import alike
from leadline.evidence.tables import ALSO_CALLED, TABLES, Column

_MISSPELT = 0.8
_LISTED = 20
_COMPARED = 1_000
_TITLE_ROWS = 10
_EMPTY = {"whole": pl.Int64, "number": pl.Float64}


def check_header(frame: pl.DataFrame, findings: Findings) -> None:
    """Missing columns, and columns whose name is nearly one that Leadline knows and does not find."""
    found = frame.columns
    known = {column.name: column for column in TABLES[findings.table]}
    absent = [name for name in known if name not in found]
    extra = [name for name in found if name not in known]
    listed = ", ".join(shown(name) or "" for name in found[:_LISTED]) + ("…" if len(found) > _LISTED else "")
    required = [name for name in absent if known[name].required]
    if len(required) > 1 and (row := _header_below(frame, required)) is not None:
        # Columns without a name are what a merged title leaves.
        findings.whole = [fault for fault in findings.whole if fault.code != "evidence.unnamed_column"]
        findings.of_table("evidence.header_below", at=findings.row(row))
        return
    for name in absent:
        if known[name].required:
            called = [one for one in extra if one in ALSO_CALLED and ALSO_CALLED[one] == name]
            like = {"near": called[0], "n": 1} if called else alike(name, extra[:_COMPARED])
            findings.of_table("evidence.missing_column", name, found=listed, **like)
    optional = [name for name in absent if not known[name].required]
    for name in extra[:_COMPARED]:
        if near := get_close_matches(name.lower(), optional, n=1, cutoff=_MISSPELT):
            findings.of_table("evidence.unknown_column", name, near=near[0])


def _header_below(frame: pl.DataFrame, required: list[str]) -> int | None:
    """Row index of a header under a title, such as spreadsheets made for people have; None without one."""
    top = frame.head(_TITLE_ROWS).select(column for column in frame if column.dtype == pl.String)
    rows = ({str(cell).strip() for cell in row} for row in top.iter_rows())
    return next((at for at, cells in enumerate(rows) if not cells.isdisjoint(required)), None)


def clean_columns(frame: pl.DataFrame, findings: Findings) -> dict[str, pl.Series]:
    """Known columns in their types; an absent one is empty. Cells that do not fit are noted and empty."""
    columns = {}
    for column in TABLES[findings.table]:
        if column.name in frame.columns:
            columns[column.name] = _clean(frame.get_column(column.name), column, findings)
        else:
            columns[column.name] = _empty(column, frame.height)
    return columns


def _empty(column: Column, n: int) -> pl.Series:
    return pl.Series(column.name, [None], dtype=_EMPTY.get(column.kind, pl.String)).new_from_index(0, n)


def _clean(series: pl.Series, column: Column, findings: Findings) -> pl.Series:
    if not is_plain(series.dtype):
        findings.of_table("evidence.unusable_column", column.name, found=str(series.dtype))
        return _empty(column, len(series))
    if column.kind in _EMPTY:
        cleaned = as_whole(series) if column.kind == "whole" else as_numbers(series)
        for code, at in cleaned.wrong.items():
            findings.of_rows(code, column.name, at, series)
        values = cleaned.values
        wrong: Rows = np.concatenate([*cleaned.wrong.values(), np.empty(0, dtype=np.int64)])
    else:
        values = as_text(series)
        wrong = np.empty(0, dtype=np.int64)
    if column.filled and values.null_count() > wrong.size:
        empty = np.setdiff1d(values.is_null().arg_true().to_numpy(), wrong)
        findings.of_rows("evidence.empty_cell", column.name, empty.astype(np.int64))
    return values

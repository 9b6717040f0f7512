"""Checks that several tables share: known ids, keys that occur once, cycles, weights."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.evidence.columns import Rows, value_codes
from leadline.evidence.findings import Findings
from leadline.evidence.rules import nearest
from leadline.evidence.tables import KEYS, TABLES

Columns = Mapping[str, pl.Series]

_KEY_LIMIT = 2**62
_MOST_SUGGESTIONS = 100


class Codes:
    """Integer codes of the columns of a table, each made once: the dearest step of a check.

    Examples
    --------
    >>> Codes({"item": pl.Series(["b", "a", "b"])})["item"]
    (array([1, 0, 1]), 2)
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._made: dict[str, tuple[NDArray[np.int64], int]] = {}

    def __getitem__(self, name: str) -> tuple[NDArray[np.int64], int]:
        if name not in self._made:
            self._made[name] = value_codes(self._columns[name])
        return self._made[name]


def rows_where(mask: pl.Series) -> Rows:
    """Indices of the rows where a mask is true; a missing value is not true.

    Examples
    --------
    >>> rows_where(pl.Series([True, None, True])).tolist()
    [0, 2]
    """
    return mask.fill_null(value=False).arg_true().to_numpy().astype(np.int64)


def combine(columns: Sequence[tuple[NDArray[np.int64], int]]) -> NDArray[np.int64]:
    """One number a row that is equal where all codes are equal.

    Parameters
    ----------
    columns : sequence of (codes, number of labels)
        Codes run from -1 (missing).

    Returns
    -------
    array of int64, shape (N,)

    Examples
    --------
    >>> combine([(np.array([0, 0, 1]), 2), (np.array([-1, 0, -1]), 1)])
    array([2, 3, 4])
    """
    key, size = columns[0][0] + 1, columns[0][1] + 1
    for codes, n_labels in columns[1:]:
        if size * (n_labels + 1) >= _KEY_LIMIT:
            labels, key = np.unique(key, return_inverse=True)
            size = labels.size
        key = key * (n_labels + 1) + (codes + 1)
        size *= n_labels + 1
    return key


def earlier_rows(key: NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Rows whose key occurred before, and the row where each occurred first.

    Examples
    --------
    >>> again, first = earlier_rows(np.array([7, 8, 7, 7]))
    >>> again.tolist(), first.tolist()
    ([2, 3], [0, 0])
    """
    none = np.empty(0, dtype=np.int64)
    keys = pl.Series("key", key)
    if keys.n_unique() == len(keys):
        return none, none
    table = pl.DataFrame({"key": keys}).with_row_index("at").cast({"at": pl.Int64})
    again = table.with_columns(first=pl.col("at").min().over("key")).filter(pl.col("at") != pl.col("first"))
    return again.get_column("at").to_numpy(), again.get_column("first").to_numpy()


def suggesting(known: Collection[str]) -> Callable[[int, str | None], dict[str, object]]:
    """Message fields that name the known ids nearest to a value; each distinct value costs once.

    Examples
    --------
    >>> suggesting(["peer", "report"])(0, "pere")["near"]
    'peer, report'
    """
    seen: dict[str | None, str] = {}

    def fields(_index: int, value: str | None) -> dict[str, object]:
        if value not in seen:
            seen[value] = nearest(value, known) if len(seen) < _MOST_SUGGESTIONS else "—"
        return {"near": seen[value]}

    return fields


def check_known(
    column: pl.Series, known: Collection[str] | None, code: str, findings: Findings, **fields: object
) -> Rows:
    """Note values that are not known; returns their rows. Cost: distinct values are looked up, not rows."""
    if known is None:
        return np.empty(0, dtype=np.int64)
    strange = [label for label in column.unique().drop_nulls().to_list() if label not in known]
    if not strange:
        return np.empty(0, dtype=np.int64)
    at = rows_where(column.is_in(strange))
    findings.of_rows(code, column.name, at, column, suggesting(known), **fields)
    return at


def check_positive(column: pl.Series, findings: Findings) -> pl.Series:
    """Weights above 0; 1 where none is given."""
    findings.of_rows("evidence.not_positive", column.name, rows_where(column <= 0), column)
    return column.fill_null(1.0)


def check_cycle(column: pl.Series, findings: Findings) -> None:
    """A cycle in every row or in none."""
    if 0 < column.null_count() < len(column):
        findings.of_rows("evidence.empty_cycle", column.name, rows_where(column.is_null()))


def check_repeated(columns: Columns, codes: Codes, findings: Findings) -> None:
    """Rows that repeat the key of an earlier row; rows without a whole key are left to other checks."""
    names = KEYS[findings.table]
    needed = [column.name for column in TABLES[findings.table] if column.filled and column.name in names]
    coded = {name: codes[name] for name in names}
    whole = np.ones(findings.n, dtype=np.bool_)
    for name in needed:
        whole &= coded[name][0] >= 0
    kept = np.flatnonzero(whole)
    parts = [(found if whole.all() else found[kept], n_values) for found, n_values in coded.values()]
    again, first = earlier_rows(combine(parts))
    at = kept[again]
    named = columns["person" if "person" in columns else "item"]
    findings.of_rows(
        f"evidence.repeated_{findings.table}",
        named.name,
        at,
        named,
        lambda index, _value: {"first": findings.row(kept[first[np.searchsorted(at, index)]])},
    )

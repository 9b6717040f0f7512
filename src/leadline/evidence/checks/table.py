"""One table checked by all its rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.evidence.checks import outcomes, people, ratings, responses
from leadline.evidence.checks.common import Columns, combine
from leadline.evidence.checks.shape import check_header, clean_columns
from leadline.evidence.columns import as_text, distinct_codes, is_plain
from leadline.evidence.findings import Findings
from leadline.evidence.rules import Rules
from leadline.evidence.sources.raw import RawTable
from leadline.evidence.tables import KEYS, TABLES

Check = Callable[[Columns, Rules, Findings], dict[str, pl.Series]]

_CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "ratings": ratings.check,
        "responses": responses.check,
        "outcomes": outcomes.check,
        "people": people.check,
        "groups": people.check,
    }
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A table in its types, rows with faults still in it, and what is wrong with it."""

    frame: pl.DataFrame
    findings: Findings

    @property
    def good(self) -> pl.DataFrame:
        """The rows without a fault."""
        bad = self.findings.bad
        return self.frame.filter(~bad) if bad.any() else self.frame


def check_table(raw: RawTable, table: str, rules: Rules, *, last_wins: bool = False) -> Checked:
    """Check a table and bring its columns into their types.

    Parameters
    ----------
    raw : RawTable
        As it was read.
    table : str
        Name of an evidence table.
    rules : Rules
        What the framework allows.
    last_wins : bool
        Of rows with the same key only the last is looked at, and repeating is no fault.

    Returns
    -------
    Checked
        Known columns first, then the others as read; rows that are empty are left out.

    Examples
    --------
    >>> checked = check_table(RawTable(pl.DataFrame({"person": ["ada", "ada"]}), "people"), "people", Rules())
    >>> [(fault.code, fault.row) for fault in checked.findings.faults()]
    [('evidence.repeated_people', 3)]
    """
    # An error in a column that is ignored anyway is none.
    known_names = {column.name for column in TABLES[table]}
    unread = [one for one in raw.faults if one.row and (one.column is None or one.column in known_names)]
    left_out = blank_rows(raw.frame)
    unread_at = np.array([one.row - raw.first_row for one in unread if one.row], dtype=np.int64)
    left_out[unread_at[(unread_at >= 0) & (unread_at < len(left_out))]] = True
    if last_wins:
        left_out |= _superseded(raw.frame, table, left_out)
    records = np.flatnonzero(~left_out) if left_out.any() else None
    frame = raw.frame if records is None else raw.frame.filter(~left_out)
    findings = Findings(table, raw.place, frame.height, raw.first_row, records)
    findings.whole = [fault for fault in raw.faults if fault.row is None]
    findings.unread = unread
    check_header(frame, findings)
    if not frame.height and not unread:
        findings.of_table("evidence.no_rows")
    columns = _CHECKS[table](clean_columns(frame, findings), rules, findings)
    extra = [frame.get_column(name) for name in frame.columns if name not in columns]
    known = [columns[column.name].alias(column.name) for column in TABLES[table]]
    return Checked(pl.DataFrame([*known, *extra]), findings)


def blank_rows(frame: pl.DataFrame) -> NDArray[np.bool_]:
    """Whether each row is empty in every column, shape (N,).

    Examples
    --------
    >>> blank_rows(pl.DataFrame({"a": [1, None], "b": ["x", None]}))
    array([False,  True])
    """
    if not frame.width or not all(frame.null_count().row(0)):
        return np.zeros(frame.height, dtype=np.bool_)
    return frame.select(pl.all_horizontal(pl.all().is_null())).to_series().to_numpy().copy()


def _superseded(frame: pl.DataFrame, table: str, left_out: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows whose whole key occurs again in a later row."""
    keys = [frame.get_column(name) for name in KEYS[table] if name in frame.columns]
    coded = [distinct_codes(as_text(column)) for column in keys if is_plain(column.dtype)]
    if not coded:
        return np.zeros(frame.height, dtype=np.bool_)
    key = pl.Series(combine([(codes, len(labels)) for codes, labels in coded]))
    key = key.set(pl.Series(left_out), None)
    return (~key.is_last_distinct() & key.is_not_null()).to_numpy()

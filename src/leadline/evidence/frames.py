"""Tables in and out of arrays: the only door between the other rooms and the table engine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.evidence.columns import distinct_codes

Frame: TypeAlias = pl.DataFrame
Series: TypeAlias = pl.Series

_FORMULA_STARTS = r"^[=+\-@\t\r\n＝＋－＠]"
"""What a spreadsheet may take for the beginning of a formula; the wide forms count in East Asian ones."""


def frame(columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> Frame:
    """Table from columns; NaN becomes missing.

    Parameters
    ----------
    columns : mapping of name to sequence, all of one length N

    Returns
    -------
    polars.DataFrame, N rows

    Examples
    --------
    >>> frame({"ratee": ["ada"], "score": [71.5]}).rows()
    [('ada', 71.5)]
    """
    return pl.DataFrame(
        {name: pl.Series(name, values, strict=False) for name, values in columns.items()}
    ).fill_nan(None)


def codes(table: Frame, column: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Integer codes of a text column, in sorted order of its labels.

    Parameters
    ----------
    table : polars.DataFrame, N rows
    column : str
        Of any type that can be written as text.

    Returns
    -------
    codes : array of int32, shape (N,)
        -1 where the column is missing.
    labels : tuple of str
        ``labels[codes[n]]`` is the text of row n.

    Examples
    --------
    >>> codes(frame({"rater": ["lin", "ada", "lin"]}), "rater")
    (array([1, 0, 1], dtype=int32), ('ada', 'lin'))
    """
    found, labels = distinct_codes(table.get_column(column).cast(pl.String))
    return found.astype(np.int32), tuple(labels.to_list())


def rows(table: Frame) -> Iterator[dict[str, Any]]:
    """Rows as dictionaries, in order.

    Parameters
    ----------
    table : polars.DataFrame, N rows

    Yields
    ------
    dict of column to value
        None where a cell is empty.

    Examples
    --------
    >>> list(rows(frame({"item": ["a"]})))
    [{'item': 'a'}]
    """
    return table.iter_rows(named=True)


def write_csv(table: Frame, path: Path) -> None:
    """Write UTF-8 CSV that a spreadsheet opens safely: formula-like text gets a leading apostrophe.

    Numbers are written with six decimals at most and zero without a sign, so the same table gives the
    same bytes.

    Parameters
    ----------
    table : polars.DataFrame
        Its column names are made safe as well.
    path : Path

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "t.csv"
    >>> write_csv(frame({"name": ["=1+1"], "x": [-0.5]}), path)
    >>> path.read_text().splitlines()
    ['name,x', "'=1+1,-0.5"]
    """
    text = pl.col(pl.String)
    safe = pl.when(text.str.contains(_FORMULA_STARTS)).then(pl.lit("'") + text).otherwise(text).name.keep()
    rounded = pl.col(pl.Float64, pl.Float32).round(6)
    unsigned = pl.when(rounded == 0).then(0.0).otherwise(rounded).name.keep()
    names = {name: f"'{name}" for name in table.columns if re.match(_FORMULA_STARTS, name)}
    table.with_columns(safe, unsigned).rename(names).write_csv(path, line_terminator="\n")


def to_json(table: Frame) -> list[dict[str, Any]]:
    """Rows as JSON-ready dictionaries.

    Parameters
    ----------
    table : polars.DataFrame, N rows

    Returns
    -------
    list of dict, length N
        Missing values and NaN are None.

    Examples
    --------
    >>> to_json(frame({"n": [1]}))
    [{'n': 1}]
    """
    return json.loads(table.write_json())  # type: ignore[no-any-return]

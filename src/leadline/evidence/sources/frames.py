"""Dataframes of any library, and columns in a mapping, as sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from leadline.errors import SourceError
from leadline.evidence.sources.raw import Book, RawTable, single
from leadline.evidence.sources.records import column_of

PLACE = "table"


def raw_frame(source: Any) -> Book:
    """A single table from a dataframe: of this engine, of any that speaks Arrow, or as plain columns.

    Parameters
    ----------
    source : polars.DataFrame, object with ``__arrow_c_stream__`` or ``to_dict``, mapping of name to values

    Returns
    -------
    Book

    Raises
    ------
    SourceError
        It is no table.

    Examples
    --------
    >>> raw_frame({"ratee": ["ada"]}).choose().frame.rows()
    [('ada',)]
    """
    if isinstance(source, pl.DataFrame):
        frame = source
    elif isinstance(source, pl.LazyFrame):
        frame = source.collect()
    elif isinstance(source, Mapping):
        frame = pl.DataFrame({str(name): column_of(list(values)) for name, values in source.items()})
    elif hasattr(source, "to_dict"):
        return raw_frame(source.to_dict("list"))
    elif hasattr(source, "__arrow_c_stream__"):
        frame = pl.DataFrame(source)
    else:
        raise SourceError("evidence.no_dataframe", value=type(source).__name__)
    return single(RawTable(frame, PLACE))

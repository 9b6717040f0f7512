"""Parquet files."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from leadline.errors import SourceError
from leadline.evidence.blocks import Blocks, scanned
from leadline.evidence.sources.raw import Book, RawTable, single


def open_parquet(path: Path, place: str) -> Book:
    """Open a Parquet file: a single table.

    Raises
    ------
    SourceError
        The file is damaged.
    """
    try:
        frame = pl.read_parquet(path, glob=False)
    except pl.exceptions.PolarsError as error:
        raise SourceError("evidence.damaged_file", place=place, reason=str(error).splitlines()[0]) from error
    return single(RawTable(frame, place))


def parquet_blocks(path: Path, place: str) -> Blocks:
    """A Parquet file, a few row groups at a time.

    Raises
    ------
    SourceError
        The file is damaged.
    """
    try:
        return scanned(pl.scan_parquet(path, glob=False))
    except pl.exceptions.PolarsError as error:
        raise SourceError("evidence.damaged_file", place=place, reason=str(error).splitlines()[0]) from error

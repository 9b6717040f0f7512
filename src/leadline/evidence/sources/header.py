"""Header cells made distinct column names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl

from leadline.errors import Fault
from leadline.evidence.findings import FIRST_ROW
from leadline.evidence.sources.raw import RawTable

_UNNAMED = "\0{}"


def distinct_names(header: Sequence[str | None]) -> list[str]:
    """A name of its own for each column: trimmed, numbered where it comes again, marked where it is empty.

    Examples
    --------
    >>> distinct_names([" item ", "item", None])
    ['item', 'item (2)', '\\x003']
    """
    taken: Counter[str] = Counter()
    names = []
    for position, cell in enumerate(header, start=1):
        name = (cell or "").strip()
        taken[name] += 1
        again = f"{name} ({taken[name]})" if taken[name] > 1 else name
        names.append(again if name else _UNNAMED.format(position))
    return names


def named_columns(
    frame: pl.DataFrame, header: Sequence[str | None], place: str, first_row: int = FIRST_ROW
) -> RawTable:
    """Cells under their names; columns without name and content are left out, as spreadsheets leave them.

    Parameters
    ----------
    frame : polars.DataFrame, N rows
        As many columns as the header has cells.
    header : sequence of str or None
    place : str
    first_row : int

    Returns
    -------
    RawTable
        A name that comes twice, and values without a name, are faults.
    """
    given = Counter((cell or "").strip() for cell in header)
    faults = [
        Fault("evidence.duplicate_column", place, None, name, fields={"n": n})
        for name, n in given.items()
        if name and n > 1
    ]
    frame = frame.rename(dict(zip(frame.columns, distinct_names(header), strict=True)))
    for name in frame.columns:
        if name.startswith("\0"):
            if frame.get_column(name).null_count() < frame.height:
                faults.append(Fault("evidence.unnamed_column", place, fields={"n": int(name[1:])}))
            frame = frame.drop(name)
    return RawTable(frame, place, first_row, tuple(faults))

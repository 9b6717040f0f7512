"""Large tables block by block: read in constant memory, their text made integer codes on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.evidence.frames import Frame

ROWS = 1 << 20
"""Rows of a block of a table that is in memory already."""


@dataclass(frozen=True)
class Blocks:
    """A table whose rows are read block by block.

    Attributes
    ----------
    columns : tuple of str
    read : callable
        Blocks of some of the columns, in the order of the rows.
    """

    columns: tuple[str, ...]
    read: Callable[[Sequence[str]], Iterator[Frame]]


def blocks_of(table: Frame | Blocks) -> Blocks:
    """A table in memory as blocks.

    Parameters
    ----------
    table : Frame or Blocks

    Returns
    -------
    Blocks

    Examples
    --------
    >>> [block.rows() for block in blocks_of(pl.DataFrame({"a": [1], "b": [2]})).read(["b"])]
    [[(2,)]]
    """
    if isinstance(table, Blocks):
        return table
    return Blocks(
        tuple(table.columns), lambda columns: table.select(*dict.fromkeys(columns)).iter_slices(ROWS)
    )


def whole(table: Frame | Blocks) -> Frame:
    """All columns of all blocks in memory: for a close look where something is wrong.

    Parameters
    ----------
    table : Frame or Blocks

    Returns
    -------
    Frame

    Examples
    --------
    >>> whole(blocks_of(pl.DataFrame({"a": [1], "b": [2]}))).rows()
    [(1, 2)]
    """
    return pl.concat(list(table.read(table.columns))) if isinstance(table, Blocks) else table


def scanned(plan: pl.LazyFrame) -> Blocks:
    """What a plan yields, as blocks of its engine's size."""

    def read(columns: Sequence[str]) -> Iterator[Frame]:
        yield from plan.select(*dict.fromkeys(columns)).collect_batches(maintain_order=True)

    return Blocks(tuple(plan.collect_schema().names()), read)


class Coder:
    """Integer codes of text columns that come block by block.

    Examples
    --------
    >>> coder = Coder(["who"])
    >>> for names in (["lin", "ada"], ["lin"]):
    ...     coder.add(pl.DataFrame({"who": names}))
    >>> coder.take("who")
    (array([1, 0, 1], dtype=int32), ('ada', 'lin'))
    """

    def __init__(self, columns: Iterable[str]) -> None:
        self._kinds = {column: pl.Categorical(pl.Categories.random()) for column in columns}
        self._parts: dict[str, list[NDArray[np.int32]]] = {column: [] for column in self._kinds}
        self._empty: set[str] = set()
        # Labels are forgotten with the last column that has them.
        self._held = pl.DataFrame()

    def add(self, block: Frame) -> None:
        """Code the columns of the next block, which may be of any type that can be written as text."""
        self._held = block.select(
            pl.col(column).cast(pl.String).cast(kind) for column, kind in self._kinds.items()
        )
        for column, parts in self._parts.items():
            codes = self._held.get_column(column).to_physical().cast(pl.Int32)
            if codes.null_count():
                self._empty.add(column)
                codes = codes.fill_null(-1)
            parts.append(codes.to_numpy())

    def has_empty(self, column: str) -> bool:
        """Whether a cell of the column was empty."""
        return column in self._empty

    def take(self, column: str) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Codes of all rows so far in sorted order of their labels, -1 where empty; the column is let go."""
        kind, parts = self._kinds.pop(column), self._parts.pop(column)
        labels = kind.categories.to_series()
        order = labels.arg_sort()
        rank = np.empty(len(labels) + 1, dtype=np.int32)
        rank[order.to_numpy()] = np.arange(len(labels), dtype=np.int32)
        rank[-1] = -1
        found = np.empty(sum(map(len, parts)), dtype=np.int32)
        begin = 0
        for part in parts:
            np.take(rank, part, out=found[begin : begin + len(part)], mode="wrap")
            begin += len(part)
        return found, tuple(labels.gather(order).to_list())

"""Products of sparse rows with a dense matrix where only the rows' own columns are wanted.

Rows of n entries need n² numbers of the dense matrix, not n times its width: for lectures rated by 65
students of whom each rates 25, a fortieth.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leadline.measurement.kernels.arrays import Codes, Floats, add_up

_MOST_PAIRS = 1 << 22


class Inner(NamedTuple):
    """Every two entries of one row, in the order of the first: T pairs of E entries.

    Attributes
    ----------
    row, start, fellows : array of int, shape (E,)
        Row of each entry; where its pairs begin, and how many they are.
    second : array of int, shape (T,)
        The other entry.
    place : array of int, shape (T,)
        Place of both columns in a flat square matrix.
    key : array of int, shape (E,)
        Place of each entry in the flat sparse matrix; rises.
    """

    row: NDArray[np.int64]
    start: NDArray[np.int64]
    fellows: NDArray[np.int64]
    second: NDArray[np.int64]
    place: NDArray[np.int64]
    key: NDArray[np.int64]


def inner(rows: csr_array) -> Inner | None:
    """Pairs of entries of a matrix with sorted columns; None where a dense product costs less.

    The last pattern is kept: iterations ask for the same one again.
    """
    lengths = np.diff(rows.indptr).astype(np.int64)
    total = int((lengths**2).sum())
    if total == 0 or total > min(_MOST_PAIRS, len(rows.indices) * rows.shape[1] // 8):
        return None
    return _inner(lengths.tobytes(), rows.indices.astype(np.int64).tobytes(), rows.shape[1])


@lru_cache(maxsize=1)
def _inner(lengths_: bytes, columns_: bytes, width: int) -> Inner:
    lengths, columns = (np.frombuffer(each, dtype=np.int64) for each in (lengths_, columns_))
    row = np.repeat(np.arange(len(lengths)), lengths)
    count = lengths[row]
    start = np.cumsum(count) - count
    own_row = (np.cumsum(lengths) - lengths)[row]
    second = np.arange(int(count.sum())) + np.repeat(own_row - start, count)
    place = np.repeat(columns, count) * width + columns[second]
    return Inner(row, start, count, second, place, row * width + columns)


def gram(pairs: Inner, left: Floats, right: Floats, width: int) -> Floats:
    """``A' B`` of two matrices with these entries, shape (width, width).

    Examples
    --------
    >>> rows = csr_array(np.diag(np.arange(1.0, 17.0)))
    >>> found = gram(inner(rows), rows.data, rows.data, 16)
    >>> bool((found == np.diag(np.arange(1.0, 17.0) ** 2)).all())
    True
    """
    values = np.repeat(left, pairs.fellows) * right[pairs.second]
    return add_up(pairs.place, width * width, values).reshape(width, width)


def own_products(pairs: Inner, values: Floats, dense: Floats) -> Floats:
    """``A dense`` at the entries of A, for a symmetric dense matrix, shape (E,)."""
    found: Floats = np.add.reduceat(dense.ravel()[pairs.place] * values[pairs.second], pairs.start)
    return found


def entries_of(pairs: Inner, row: Codes, column: Codes, width: int) -> Codes | None:
    """Number of the entry in each row and column; None where one of them is no entry."""
    wanted = row.astype(np.int64) * width + column
    found = np.minimum(np.searchsorted(pairs.key, wanted), len(pairs.key) - 1)
    return found if bool((pairs.key[found] == wanted).all()) else None

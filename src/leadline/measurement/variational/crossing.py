"""Weighted products of sparse matrices whose entries stay where they are: places are found once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leadline.measurement.kernels.arrays import Codes, Floats


class Crossing(NamedTuple):
    """``A' diag(w) B`` for any weights w of the C rows, with E entries that may differ from zero.

    Attributes
    ----------
    sums : csr array, shape (E, C)
        What each row, weighted, adds to each entry.
    indices, indptr : array of int
        Of the product, columns in order.
    diagonal : array of int, shape (n,)
        Its entries on the diagonal; empty unless they were asked for.
    shape : tuple of int
    """

    sums: csr_array
    indices: NDArray[np.int32]
    indptr: NDArray[np.int32]
    diagonal: Codes
    shape: tuple[int, int]

    def times(self, weight: Floats, diagonal: Floats | None = None) -> csr_array:
        """The product for some weights, with more on its diagonal where asked.

        Examples
        --------
        >>> rows = csr_array(np.array([[1.0, 0.0], [1.0, -1.0]]))
        >>> crossing(rows, rows).times(np.array([2.0, 3.0])).toarray()
        array([[ 5., -3.],
               [-3.,  3.]])
        """
        data: Floats = self.sums @ weight
        if diagonal is not None:
            data[self.diagonal] += diagonal
        return csr_array((data, self.indices, self.indptr), shape=self.shape)


def crossing(left: csr_array, right: csr_array, *, diagonal: bool = False) -> Crossing:
    """Places of the entries of ``left' diag(w) right``.

    Parameters
    ----------
    left, right : csr array, shapes (C, n) and (C, m)
    diagonal : bool
        Whether the whole diagonal is to have entries, zero or not.

    Returns
    -------
    Crossing
    """
    row, a, b = entry_pairs(left, right)
    n, m = left.shape[1], right.shape[1]
    key = left.indices[a].astype(np.int64) * m + right.indices[b]
    more = np.arange(n if diagonal else 0, dtype=np.int64) * (m + 1)
    distinct, place = np.unique(np.concatenate([key, more]), return_inverse=True)
    value = left.data[a] * right.data[b]
    if (np.abs(value) == 1).all():
        value = value.astype(np.int8)  # an eighth of the memory for signs, which they nearly always are
    return Crossing(
        sums=csr_array((value, (place[: len(key)], row)), shape=(len(distinct), left.shape[0])),
        indices=(distinct % m if m else distinct).astype(np.int32),
        indptr=np.searchsorted(distinct, np.arange(n + 1) * m).astype(np.int32),
        diagonal=place[len(key) :].copy(),  # a view would keep all places
        shape=(n, m),
    )


def entry_pairs(left: csr_array, right: csr_array) -> tuple[Codes, Codes, Codes]:
    """Row, and entry of either matrix, for every pair of entries in one row.

    Examples
    --------
    >>> one, two = csr_array(np.array([[1, 0], [0, 1]])), csr_array(np.array([[1, 1], [0, 1]]))
    >>> [part.tolist() for part in entry_pairs(one, two)]
    [[0, 0, 1], [0, 0, 1], [0, 1, 2]]
    """
    n_left, n_right = np.diff(left.indptr), np.diff(right.indptr)
    first = np.repeat(np.arange(len(left.indices)), np.repeat(n_right, n_left))
    row = np.repeat(np.arange(left.shape[0]), n_left * n_right)
    # Each left entry meets all right entries of its row, one after the other.
    begin = np.cumsum(n_left * n_right) - n_left * n_right
    within = np.arange(len(row)) - begin[row]
    second = right.indptr[row] + within % np.maximum(n_right, 1)[row]
    return row, first, second

"""Ratings put in the order of their codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes
from leadline.measurement.kernels.cells import combined_key
from leadline.measurement.kernels.large import Kind, compiled

_BLOCK = 1 << 20


def rises(codes: Sequence[Codes], sizes: Sequence[int]) -> bool:
    """Whether combinations of codes rise strictly from row to row; looked at a block at a time.

    Examples
    --------
    >>> rises([np.array([0, 0, 1]), np.array([1, 2, 0])], [2, 3])
    True
    """
    for begin in range(0, len(codes[0]), _BLOCK):
        key = combined_key([code[begin : begin + _BLOCK + 1] for code in codes], sizes)
        if not bool((key[1:] > key[:-1]).all()):
            return False
    return True


def sorting(codes: Sequence[Codes], sizes: Sequence[int], then: Sequence[NDArray[Any]] = ()) -> Codes:
    """Rows in the order of their combinations of codes, equal ones as they come.

    Parameters
    ----------
    codes : sequence of int arrays, shape (N,)
        The first counts most.
    sizes : sequence of int
    then : sequence of arrays, shape (N,)
        What orders rows of equal codes; the last counts most.

    Returns
    -------
    array of int, shape (N,)

    Notes
    -----
    Many rows are sorted by counting, one code after the other from the last: O(N) each, 8 bytes a row.

    Examples
    --------
    >>> sorting([np.array([1, 0, 1]), np.array([2, 0, 1])], [2, 3])
    array([1, 2, 0])
    """
    n = len(codes[0])
    kernels = compiled(n)
    if kernels is None or then:
        return np.lexsort((*then, combined_key(codes, sizes)))
    order: Codes = np.arange(n, dtype=np.uint32 if n < 1 << 32 else np.int64)
    spare: Codes = np.empty_like(order)
    for code, size in zip(reversed(codes), reversed(sizes), strict=True):
        kernels.sort_by(code, size, order, spare)
        order, spare = spare, order
    return order


def taken(values: NDArray[Kind], order: Codes) -> NDArray[Kind]:
    """Values in an order; without the wide copy of it that numpy would make."""
    kernels = compiled(len(order))
    found: NDArray[Kind] = np.empty_like(values)
    if kernels is None:
        np.take(values, order, out=found)
    else:
        kernels.gather(values, order, found)
    return found

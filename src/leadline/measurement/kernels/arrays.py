"""Array types, and sums by element."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.integer[Any]]
Flags: TypeAlias = NDArray[np.bool_]


def add_up(at: Codes, size: int, values: Floats | None = None) -> Floats:
    """Sum of values, or number of rows, by code.

    Parameters
    ----------
    at : array of int, shape (N,)
    size : int
        Number of codes.
    values : array, shape (N,), optional

    Returns
    -------
    array, shape (size,)

    Examples
    --------
    >>> add_up(np.array([0, 2, 0]), 3, np.array([1.0, 5.0, 2.0]))
    array([3., 0., 5.])
    """
    return np.bincount(at, values, size).astype(np.float64, copy=False)


def n_distinct(group: Codes, what: Codes, groups: Codes) -> NDArray[np.int64]:
    """Number of distinct things seen in each group.

    Parameters
    ----------
    group, what : array of int, shape (n,)
    groups : array of int, shape (G,)
        Sorted.

    Returns
    -------
    array of int, shape (G,)

    Examples
    --------
    >>> n_distinct(np.array([4, 4, 4, 7]), np.array([1, 1, 2, 1]), np.array([4, 7]))
    array([2, 1])
    """
    width = int(what.max(initial=0)) + 1
    pairs = np.unique(group.astype(np.int64) * width + what)
    at = np.searchsorted(groups, pairs // width)
    return add_up(at, len(groups)).astype(np.int64)


def random_signs(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Signs of equal chance, -1 or 1.

    Examples
    --------
    >>> sorted({*random_signs(np.random.default_rng(0), (8, 8)).ravel().tolist()})
    [-1.0, 1.0]
    """
    size = shape[0] * shape[1]
    # A bit is a sign: whole numbers drawn one by one take four times as long.
    bits = np.unpackbits(np.frombuffer(rng.bytes((size + 7) // 8), dtype=np.uint8), count=size)
    return np.where(bits.reshape(shape), 1.0, -1.0)

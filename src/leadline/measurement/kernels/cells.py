"""Ratings collapsed into cells: what one rater's ratings of one ratee share.

A cell is a combination of elements of all facets but the item; its likelihood depends on its total
score and its item set (form) alone, so millions of ratings become thousands of cells exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes, Flags, Floats, add_up
from leadline.measurement.kernels.large import compiled, run_starts, strided

MOST_FORMS = 64
"""Above as many item sets, tables of each cost more than they save."""

_ROOM = 1 << 62
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


class Cells(NamedTuple):
    """C cells in the order of their keys, or one row a rating where item sets are too many.

    Attributes
    ----------
    order : array of int, shape (N,), or None
        Ratings sorted by cell; None where they are already.
    start : array of int, shape (C,)
        First sorted rating of each cell.
    form : array of int32, shape (C,) or (N,)
        Item set of the cell, or item of the sorted rating where ``forms`` is None.
    forms : bool array, shape (F, I), or None
        Items of each set.
    """

    order: NDArray[np.intp] | None
    start: NDArray[np.intp]
    form: Codes
    forms: NDArray[np.bool_] | None


def combined_key(index: Sequence[Codes], sizes: Sequence[int]) -> NDArray[np.int64]:
    """One integer for each combination of codes, in lexicographic order.

    Parameters
    ----------
    index : sequence of int arrays, shape (N,)
    sizes : sequence of int
        Number of codes of each.

    Returns
    -------
    array of int64, shape (N,)

    Examples
    --------
    >>> combined_key([np.array([0, 1]), np.array([2, 0])], [2, 3])
    array([2, 3])
    """
    key = index[0].astype(np.int64)
    room = int(sizes[0])
    for code, size in zip(index[1:], sizes[1:], strict=True):
        if room * int(size) >= _ROOM:
            distinct, key = np.unique(key, return_inverse=True)
            room = len(distinct)
        key = key * int(size) + code
        room *= int(size)
    return key


def collapse(
    index: Sequence[Codes], sizes: Sequence[int], item: Codes, n_items: int, *, whole: bool = True
) -> Cells:
    """Cells of N ratings, each combination of facets and item occurring once.

    Item sets are told apart by the sum of a hash of their items; the sum is then checked against
    the items themselves. Where item sets are many (ratings missing at random) rows stay ratings.

    Parameters
    ----------
    index : sequence of int arrays, shape (N,)
        Elements of the facets other than the item.
    sizes : sequence of int
    item : array of int, shape (N,)
    n_items : int
    whole : bool
        False where weights differ, so that scores of a cell do not suffice.

    Returns
    -------
    Cells

    Notes
    -----
    Cost: one sort of N integers, none where the ratings are sorted already.

    Examples
    --------
    >>> cells = collapse([np.array([1, 0, 1])], [2], np.array([0, 0, 1]), 2)
    >>> cells.start, cells.form, cells.forms
    (array([0, 1]), array([0, 1], dtype=int32), array([[ True, False],
           [ True,  True]]))
    """
    start = run_starts(list(index))
    order, items = None, item.astype(np.int32, copy=False)
    if not _rises(combined_key([code[start] for code in index], sizes)):
        key = combined_key(index, sizes)
        order = np.argsort(key, kind="stable")
        start, items = run_starts([key[order]]), items[order]
    if not whole:
        return Cells(order, start, items, None)
    ends = np.append(start, len(items))
    distinct, first, form = np.unique(
        _signatures(ends, items, n_items), return_index=True, return_inverse=True
    )
    if len(distinct) > min(MOST_FORMS, 2 + len(start) // 20):
        return Cells(order, start, items, None)
    rank = np.argsort(np.argsort(first))  # forms in order of first appearance, not of their hash
    form = rank[form]
    size = np.diff(ends)
    forms = np.zeros((len(distinct), n_items), dtype=bool)
    for number, cell in zip(rank, first, strict=True):
        forms[number, items[start[cell] : ends[cell + 1]]] = True
    agreed = (forms.sum(axis=1)[form] == size).all() and _all_in(ends, items, form, forms)
    if not agreed:
        return Cells(order, start, items, None)
    return Cells(order, start, form.astype(np.int32), forms)


def scores(cells: Cells, rung: Codes) -> Floats:
    """Total score of every cell of ratings that count once.

    Parameters
    ----------
    cells : Cells
    rung : array of int, shape (N,)
        In the order the ratings were given in.

    Returns
    -------
    array, shape (C,)

    Examples
    --------
    >>> scores(collapse([np.array([1, 0, 1])], [2], np.array([0, 0, 1]), 2), np.array([1, 5, 2]))
    array([5., 3.])
    """
    rung = rung if cells.order is None else rung[cells.order]
    kernels = compiled(len(rung))
    if kernels is None:
        return np.add.reduceat(rung.astype(float), cells.start)
    found = np.zeros(len(cells.start))
    kernels.scores(np.append(cells.start, len(rung)), rung, found)
    return found


def totals(at: Codes, size: int, rating: Codes, weight: Floats) -> Floats:
    """Ratings, their weights, and weighted ratings of each element, shape (3, size).

    Examples
    --------
    >>> totals(np.array([1, 1]), 2, np.array([3, 4]), np.ones(2))
    array([[0., 2.],
           [0., 2.],
           [0., 7.]])
    """
    kernels = compiled(len(at))
    if kernels is None:
        return np.stack([add_up(at, size), add_up(at, size, weight), add_up(at, size, weight * rating)])
    found = np.zeros((size, 3))
    kernels.totals(at, rating, *strided(weight), found)
    return np.ascontiguousarray(found.T)


def item_counts(item: Codes, rung: Codes, weight: Floats, shape: tuple[int, int]) -> Floats:
    """Ratings of each item on each rung, weights added up.

    Parameters
    ----------
    item, rung : array of int, shape (N,)
    weight : array, shape (N,)
    shape : tuple of two int, (I, K)

    Returns
    -------
    array, shape (I, K)

    Examples
    --------
    >>> item_counts(np.array([0, 1, 1]), np.array([0, 1, 1]), np.ones(3), (2, 2))
    array([[1., 0.],
           [0., 2.]])
    """
    kernels = compiled(len(item))
    if kernels is None:
        return add_up(item.astype(np.int64) * shape[1] + rung, shape[0] * shape[1], weight).reshape(shape)
    found = np.zeros(shape)
    kernels.counts(item, rung, *strided(weight), found)
    return found


def _rises(key: NDArray[np.int64]) -> bool:
    return bool((key[1:] > key[:-1]).all())


def _signatures(ends: NDArray[np.intp], items: Codes, n_items: int) -> NDArray[np.uint64]:
    """Sum of a hash of every cell's items."""
    mixed = _mixed(np.arange(n_items))
    kernels = compiled(len(items))
    if kernels is None:
        return np.add.reduceat(mixed[items], ends[:-1])
    found = np.zeros(len(ends) - 1, dtype=np.uint64)
    kernels.signatures(ends, items, mixed, found)
    return found


def _all_in(ends: NDArray[np.intp], items: Codes, form: Codes, forms: Flags) -> bool:
    kernels = compiled(len(items))
    if kernels is None:
        return bool(forms[np.repeat(form, np.diff(ends)), items].all())
    return bool(kernels.all_in(ends, items, form, forms))


def _mixed(items: Codes) -> NDArray[np.uint64]:
    """Splitmix64 of item numbers: sums of it identify sets (Steele, Lea and Flood 2014)."""
    z = (items.astype(np.uint64) + np.uint64(1)) * _MIX[0]
    z = (z ^ (z >> np.uint64(30))) * _MIX[1]
    z = (z ^ (z >> np.uint64(27))) * _MIX[2]
    return z ^ (z >> np.uint64(31))

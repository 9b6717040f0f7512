"""Ratings collapsed into cells: what one rater's ratings of one ratee share.

A cell is a combination of elements of all facets but the item; its likelihood depends on its total
score and its item set (form) alone, so millions of ratings become thousands of cells exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes

MOST_FORMS = 64
"""Above as many item sets, tables of each cost more than they save."""

_ROOM = 1 << 62
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


class Cells(NamedTuple):
    """C cells in the order of their keys, or one row a rating where item sets are too many.

    Attributes
    ----------
    order : array of int, shape (N,)
        Ratings sorted by cell.
    start : array of int, shape (C,)
        First sorted rating of each cell.
    form : array of int32, shape (C,) or (N,)
        Item set of the cell, or item of the sorted rating where ``forms`` is None.
    forms : bool array, shape (F, I), or None
        Items of each set.
    """

    order: NDArray[np.intp]
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


def starts(sorted_key: NDArray[np.int64]) -> NDArray[np.intp]:
    """Where each run of equal values begins.

    Examples
    --------
    >>> starts(np.array([4, 4, 7]))
    array([0, 2])
    """
    return np.flatnonzero(np.concatenate([[True], sorted_key[1:] != sorted_key[:-1]]))


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
    key = combined_key(index, sizes)
    if bool((key[1:] >= key[:-1]).all()):
        order = np.arange(len(key))
    else:
        order = np.argsort(key, kind="stable")
        key = key[order]
    start = starts(key)
    items = item[order].astype(np.int32, copy=False)
    if not whole:
        return Cells(order, start, items, None)
    signature = np.add.reduceat(_mixed(items), start)
    distinct, first, form = np.unique(signature, return_index=True, return_inverse=True)
    if len(distinct) > min(MOST_FORMS, 2 + len(start) // 20):
        return Cells(order, start, items, None)
    rank = np.argsort(np.argsort(first))  # forms in order of first appearance, not of their hash
    form = rank[form]
    size = np.diff(np.append(start, len(key)))
    forms = np.zeros((len(distinct), n_items), dtype=bool)
    for number, cell in zip(rank, first, strict=True):
        forms[number, items[start[cell] : start[cell] + size[cell]]] = True
    agreed = forms[np.repeat(form, size), items].all() and (forms.sum(axis=1)[form] == size).all()
    if not agreed:
        return Cells(order, start, items, None)
    return Cells(order, start, form.astype(np.int32), forms)


def _mixed(items: Codes) -> NDArray[np.uint64]:
    """Splitmix64 of item numbers: sums of it identify sets (Steele, Lea and Flood 2014)."""
    z = (items.astype(np.uint64) + np.uint64(1)) * _MIX[0]
    z = (z ^ (z >> np.uint64(30))) * _MIX[1]
    z = (z ^ (z >> np.uint64(27))) * _MIX[2]
    return z ^ (z >> np.uint64(31))

"""Elements with only lowest or only highest ratings, and the categories that are left.

They have no finite estimate, so they and their ratings stay out of the calibration (FACETS: "PROX
recount"). Without them another element may be extreme, or a category empty, so it goes on in rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes, Flags, Floats, add_up
from leadline.measurement.kernels.cells import item_counts
from leadline.measurement.kernels.large import compiled, picked


class Screened(NamedTuple):
    """What takes part in the calibration. A facets, the item last, L labels, N ratings.

    Attributes
    ----------
    kept : bool array, shape (N,)
    rung : array of the smallest int, shape (N,)
        Category counted from 0 within those that occur (of the item, in partial credit); ratings
        left out are put on the nearest rung.
    ladder : array of int, shape (T, L)
        Rung of each label, T = 1 or I; labels that no kept rating uses share the rung below, or 0.
    top : array of int, shape (I,)
        Highest rung of each item; 0 where an item is left out.
    rounds : tuple of tuple of A bool arrays, shape (E,)
        Elements that turned out extreme, round by round.
    """

    kept: Flags
    rung: Codes
    ladder: NDArray[np.int64]
    top: NDArray[np.int64]
    rounds: tuple[tuple[Flags, ...], ...]


def screened(
    index: Sequence[Codes],
    sizes: Sequence[int],
    label: Codes,
    *,
    n_labels: int,
    shared: bool,
    held: Sequence[Flags],
) -> Screened:
    """Find extreme elements and the rungs of the scale.

    Parameters
    ----------
    index : sequence of A int arrays, shape (N,)
        Elements of all facets, the item last.
    sizes : sequence of A int
    label : array of int, shape (N,)
        Category, counted from 0 over all labels that occur.
    n_labels : int
    shared : bool
        One scale for all items.
    held : sequence of A bool arrays, shape (E,)
        Anchored elements, which are never extreme.

    Returns
    -------
    Screened

    Examples
    --------
    Rater 1 gives nothing but the highest.

    >>> rater, item = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> free = [np.zeros(2, bool)] * 2
    >>> label = np.array([0, 1, 1, 1])
    >>> found = screened([rater, item], [2, 2], label, n_labels=2, shared=True, held=free)
    >>> found.rounds[0][0]
    array([False,  True])
    """
    kept = np.ones(len(label), dtype=bool)
    rounds: list[tuple[Flags, ...]] = []
    while True:
        here = picked(index[-1], kept), picked(label, kept)
        counts = item_counts(*here, np.broadcast_to(1.0, len(here[0])), (sizes[-1], n_labels))
        ladder, top_of_scale = _ladder(counts.sum(axis=0, keepdims=True) if shared else counts)
        found = tuple(
            _extreme_in((at, size), index[-1], label, kept, (ladder == 0, ladder == ladder[:, -1:])) & ~fixed
            for at, size, fixed in zip(index, sizes, held, strict=True)
        )
        if not any(each.any() for each in found):
            break
        rounds.append(found)
        for at, each in zip(index, found, strict=True):
            if each.any():
                kept &= ~each[at]
        if not kept.any():
            counts[:] = 0
            break
    rated = counts.sum(axis=1) > 0
    of_items = np.broadcast_to(top_of_scale, (sizes[-1],))
    rung = _rungs(ladder, index[-1], label)
    return Screened(kept, rung, ladder, np.where(rated, of_items, 0), tuple(rounds))


def _ladder(counts: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rungs = np.maximum((counts > 0).cumsum(axis=1) - 1, 0)
    return rungs, rungs[:, -1]


def _rungs(ladder: NDArray[np.int64], item: Codes, label: Codes) -> Codes:
    if len(ladder) == 1 and (ladder[0] == np.arange(ladder.shape[1])).all():
        return label
    small = ladder.astype(label.dtype)
    return small[0][label] if len(ladder) == 1 else small[item, label]


def extreme_flags(
    screen: Screened, index: Sequence[Codes], sizes: Sequence[int], label: Codes
) -> tuple[Flags, ...]:
    """Elements with only lowest or only highest ratings; items set aside among them.

    Parameters
    ----------
    screen : Screened
    index : sequence of A int arrays, shape (N,)
    sizes : sequence of A int
    label : array of int, shape (N,)

    Returns
    -------
    tuple of A bool arrays, shape (E,)
    """
    rungs = np.broadcast_to(screen.ladder, (len(screen.top), screen.ladder.shape[1]))
    ends = rungs == 0, rungs == screen.top[:, None]
    whole = np.ones(len(label), dtype=bool)
    facets = zip(index[:-1], sizes[:-1], strict=True)
    return (*(_extreme_in(facet, index[-1], label, whole, ends) for facet in facets), screen.top == 0)


def _extreme_in(
    facet: tuple[Codes, int], item: Codes, label: Codes, kept: Flags, ends: tuple[Flags, Flags]
) -> Flags:
    """Elements whose every kept rating is the lowest, or every one the highest, of its scale.

    ``ends`` says so of each label, by scale: one row for all items, or a row an item.
    """
    at, size = facet
    kernels = compiled(len(label))
    if kernels is None:
        at, rated = at[kept], label[kept]
        scale = np.zeros_like(rated) if len(ends[0]) == 1 else item[kept]
        n, low, high = add_up(at, size), *(add_up(at[end[scale, rated]], size) for end in ends)
    else:
        found = np.zeros((size, 3))
        kernels.ends(at, item, label, kept, *map(np.ascontiguousarray, ends), found)
        n, low, high = found.T
    flags: Flags = (n > 0) & ((low == n) | (high == n))
    return flags


def extreme_elements(at: Codes, size: int, rung: Codes, top: Codes) -> Flags:
    """Elements whose every rating is the lowest, or every one the highest, of its scale."""
    n = add_up(at, size)
    low = add_up(at[rung == 0], size)
    high = add_up(at[rung == top], size)
    found: Flags = (n > 0) & ((low == n) | (high == n))
    return found

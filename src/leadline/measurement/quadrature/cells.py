"""Answers as cells (item, category, weight), packed so that kernels run over whole blocks of units.

Shapes: U units, J cells a unit, I items, M predictors an item (category boundaries), Q nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int16]

MISSING = -1
# Cells x predictors of a block: with 15 nodes its arrays of 8-byte numbers stay near a core's cache.
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Block:
    """Units handled together. A leading length of 1 means that all units share the row.

    Attributes
    ----------
    units : array of int, shape (U,)
        Positions in arrays over all units.
    item : array of int, shape (1 or U, J)
    category : array of int, shape (1 or U, J)
    weight : array, shape (U, J), or None
        None where every cell counts once; 0 for padding and for missing answers.
    count : array, shape (U,)
        How many people the unit stands for.
    share : array, shape (M, U, J), or None
        Where a unit stands for people whose answers differ: the share of category m. `category` then says
        nothing.
    """

    units: Ints
    item: Ints
    category: Codes
    weight: Floats | None
    count: Floats
    share: Floats | None = None


class Cells(NamedTuple):
    """A block with its item parameters fetched, ready to be broadcast against (U, Q, J).

    Attributes
    ----------
    slope : array, shape (1 or U, 1, J)
    intercept : array, shape (M, 1 or U, 1, J)
    category : array of int, shape (1 or U, 1, J)
    weight : array, shape (U, 1, J), or None
    share : array, shape (M, U, 1, J), or None
    """

    slope: Floats
    intercept: Floats
    category: Codes
    weight: Floats | None
    share: Floats | None


class Derivatives(NamedTuple):
    """Log-likelihood of units at nodes, and its derivatives by the predictors of each cell.

    Attributes
    ----------
    log_likelihood : array, shape (U, Q)
    first : list of M arrays, shape (U, Q, J)
    second : iterator of (m, l, array of shape (U, Q, J)), l >= m
        Pairs left out are zero.
    """

    log_likelihood: Floats
    first: list[Floats]
    second: Iterator[tuple[int, int, Floats]]


def fetched(block: Block, slope: Floats, intercept: Floats) -> Cells:
    """Item parameters laid beside the cells of a block.

    Parameters
    ----------
    block : Block
    slope : array, shape (I,)
    intercept : array, shape (M, I)

    Returns
    -------
    Cells
    """
    return Cells(
        slope[block.item][:, None, :],
        intercept[:, block.item][:, :, None, :],
        block.category[:, None, :],
        None if block.weight is None else block.weight[:, None, :],
        None if block.share is None else block.share[:, :, None, :],
    )


def dense_blocks(category: Codes, count: Floats, n_predictors: int) -> tuple[Block, ...]:
    """Blocks of a units x items table in which most answers are there.

    Parameters
    ----------
    category : array of int, shape (U, I)
        -1 for a missing answer.
    count : array, shape (U,)
    n_predictors : int

    Returns
    -------
    tuple of Block

    Examples
    --------
    >>> (block,) = dense_blocks(np.array([[1, 0], [1, -1]], dtype=np.int16), np.ones(2), 1)
    >>> block.item, block.weight
    (array([[0, 1]]), array([[1., 1.],
           [1., 0.]]))
    """
    n_units, n_items = category.shape
    item = np.arange(n_items)[None, :]
    blocks = []
    for rows in _slices(n_units, n_items * n_predictors):
        there = category[rows] != MISSING
        weight = None if there.all() else there.astype(np.float64)
        units = np.arange(n_units)[rows]
        blocks.append(Block(units, item, np.maximum(category[rows], 0), weight, count[units]))
    return tuple(blocks)


def shared_blocks(share: Floats, asked: NDArray[np.bool_], count: Floats) -> tuple[Block, ...]:
    """Blocks of units that stand for people with different answers.

    Parameters
    ----------
    share : array, shape (M, U, I)
        Of the unit's people, those whose answer to the item was in category m = 1..M.
    asked : bool array, shape (U, I)
        Whether the unit's people answered the item.
    count : array, shape (U,)

    Returns
    -------
    tuple of Block
    """
    size, n_units, n_items = share.shape
    item, nothing = np.arange(n_items)[None, :], np.zeros((1, n_items), dtype=np.int16)
    blocks = []
    for rows in _slices(n_units, n_items * size):
        weight = None if asked[rows].all() else asked[rows].astype(np.float64)
        units = np.arange(n_units)[rows]
        blocks.append(Block(units, item, nothing, weight, count[units], share[:, rows]))
    return tuple(blocks)


def _slices(n_units: int, width: int) -> Iterator[slice]:
    size = max(1, _BLOCK // max(1, width))
    return (slice(first, first + size) for first in range(0, n_units, size))


class CellList(NamedTuple):
    """Cells one after another, in any order.

    Attributes
    ----------
    unit, item, category : array of int, shape (N,)
    weight : array, shape (N,)
    """

    unit: Ints
    item: Ints
    category: Codes
    weight: Floats


def ragged_blocks(cells: CellList, count: Floats, n_predictors: int) -> tuple[Block, ...]:
    """Blocks of a list of cells, units of like length together so that little padding is needed.

    Parameters
    ----------
    cells : CellList
    count : array, shape (U,)
        Units without a cell are in no block.
    n_predictors : int

    Returns
    -------
    tuple of Block

    Examples
    --------
    >>> unit, item, category = np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([1, 0, 1], dtype=np.int16)
    >>> (block,) = ragged_blocks(CellList(unit, item, category, np.ones(3)), np.ones(2), 1)
    >>> block.units, block.item, block.weight
    (array([0, 1]), array([[0, 0],
           [0, 1]]), array([[1., 0.],
           [1., 1.]]))
    """
    order = np.argsort(cells.unit, kind="stable")
    length = np.bincount(cells.unit, minlength=len(count))
    start = np.cumsum(length) - length
    by_length = np.argsort(length, kind="stable")
    by_length = by_length[length[by_length] > 0]
    blocks = []
    for units in _runs(by_length, length[by_length], max(1, _BLOCK // n_predictors)):
        column = np.arange(length[units[-1]])
        there = column[None, :] < length[units][:, None]
        # Padding repeats the unit's first cell with weight 0.
        cell = order[start[units][:, None] + np.where(there, column, 0)]
        weight = np.where(there, cells.weight[cell], 0.0)
        blocks.append(Block(units, cells.item[cell], cells.category[cell], weight, count[units]))
    return tuple(blocks)


def _runs(units: Ints, length: Ints, most: int) -> Iterator[Ints]:
    first = 0
    while first < len(units):
        # Ascending lengths: the last unit of a run sets its width.
        last = first + 1
        while last < len(units) and (last + 1 - first) * length[last] <= most:
            last += 1
        yield units[first:last]
        first = last

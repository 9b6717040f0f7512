"""People with the same answers, or under equal slopes the same score, are one unit with a count.

Under equal slopes of adjacent logits the score is sufficient: the posteriors of people with one score on the
same items are equal, and their log-likelihoods differ by what does not depend on location. So the unit's
answers may be the group's average, and a million people become as many units as there are scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.quadrature.cells import (
    MISSING,
    Block,
    CellList,
    Codes,
    Floats,
    Ints,
    dense_blocks,
    ragged_blocks,
    shared_blocks,
)

# Below this share of answers that are there, a list of cells costs less than a table.
_DENSE = 0.5


@dataclass(frozen=True, eq=False)
class Packed:
    """Answers packed for the kernels.

    Attributes
    ----------
    blocks : tuple of Block
    n_units : int
    unit : array of int, shape (U,)
        The packed unit of each person.
    """

    blocks: tuple[Block, ...]
    n_units: int
    unit: Ints


def _numbered(rows: NDArray[np.int16]) -> tuple[Ints, Ints]:
    """First place of each distinct row, and the number of each row; numbers follow the rows' bytes."""
    flat = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
    _, first, number = np.unique(flat, return_index=True, return_inverse=True)
    return first, number.ravel()


def by_pattern(category: Codes, weight: Floats, n_predictors: int) -> Packed:
    """One unit for each distinct row of answers.

    Parameters
    ----------
    category : array of int, shape (U, I)
        -1 for a missing answer.
    weight : array, shape (U,)
        Of each person.
    n_predictors : int

    Returns
    -------
    Packed

    Examples
    --------
    >>> packed = by_pattern(np.array([[1, 0], [0, 1], [1, 0]], dtype=np.int16), np.ones(3), 1)
    >>> packed.unit, packed.blocks[0].count
    (array([1, 0, 1]), array([1., 2.]))
    """
    first, unit = _numbered(category)
    count = np.bincount(unit, weight).astype(np.float64)
    distinct = category[first]
    there = distinct != MISSING
    if there.mean() >= _DENSE:
        return Packed(dense_blocks(distinct, count, n_predictors), len(count), unit)
    row, item = np.nonzero(there)
    cells = CellList(row, item, distinct[row, item], np.ones(len(row)))
    return Packed(ragged_blocks(cells, count, n_predictors), len(count), unit)


def by_score(category: Codes, weight: Floats, n_predictors: int) -> Packed:
    """One unit for each score on each set of items; by pattern where that would not be fewer.

    Parameters
    ----------
    category : array of int, shape (U, I)
        -1 for a missing answer.
    weight : array, shape (U,)
        Of each person.
    n_predictors : int

    Returns
    -------
    Packed
        Valid for equal slopes of adjacent logits only.

    Examples
    --------
    >>> answers = np.array([[1, 0], [0, 1], [1, 1], [0, 1], [0, 1]], dtype=np.int16)
    >>> packed = by_score(answers, np.ones(5), 1)
    >>> packed.unit, packed.blocks[0].share[0]
    (array([0, 0, 1, 0, 0]), array([[0.25, 0.75],
           [1.  , 1.  ]]))
    """
    n_items, size = category.shape[1], n_predictors + 1
    there = category != MISSING
    form = np.zeros(len(category), dtype=np.int64)
    if not there.all():
        _, form = _numbered(there.astype(np.int16))
    score = np.where(there, category, 0).sum(axis=1, dtype=np.int64)
    _, first, unit = np.unique(
        form * (n_items * n_predictors + 1) + score, return_index=True, return_inverse=True
    )
    groups = len(first)
    if groups * size > len(category):
        return by_pattern(category, weight, n_predictors)
    count = np.bincount(unit, weight).astype(np.float64)
    row, item = np.nonzero(there)
    cell = (category[row, item].astype(np.int64) * groups + unit[row]) * n_items + item
    share = np.bincount(cell, weight[row], size * groups * n_items).reshape(size, groups, n_items)
    return Packed(shared_blocks(share[1:] / count[:, None], there[first], count), groups, unit)

"""Sparse rows whose entries lie in one block each, such as what a rating adds up of its ratee."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.kernels.large import compiled
from leadline.measurement.variational.blocks import Blocks

_FEW = 4
"""Entries a row up to which pairs of them are taken one by one."""


class Entry(NamedTuple):
    """One entry of each of some sparse rows."""

    row: Codes
    column: Codes
    value: Floats


def each_entry(rows: csr_array) -> Iterator[Entry]:
    """First entries of all rows that have one, then second ones, and so on."""
    lengths = np.diff(rows.indptr)
    for n in range(int(lengths.max(initial=0))):
        having = np.flatnonzero(lengths > n)
        at = rows.indptr[having] + n
        yield Entry(having, rows.indices[at], rows.data[at])


def block_of(rows: csr_array, width: int) -> Codes:
    """Block that each row's entries are in, 0 for one without any."""
    lengths = np.diff(rows.indptr)
    near = np.zeros(rows.shape[0], dtype=np.int64)
    having = lengths > 0
    near[having] = rows.indices[rows.indptr[:-1][having]] // width
    return near


def sandwich(rows: csr_array, blocks: Blocks) -> Floats:
    """``a' B a`` for every sparse row a, whose entries lie in one block; rows of one length at a time."""
    found = np.zeros(rows.shape[0])
    if kernels := compiled(rows.shape[0]):
        kernels.sandwich(rows.indptr, rows.indices, rows.data, blocks.values, found)
        return found
    lengths = np.diff(rows.indptr)
    for many in np.unique(lengths[lengths > 0]).tolist():
        lines = np.flatnonzero(lengths == many)
        if many > _FEW:
            part = rows[lines]
            found[lines] = (part @ blocks.sparse()).multiply(part).sum(axis=1)
            continue
        entries = rows.indptr[lines][:, None] + np.arange(many)
        near, at = np.divmod(rows.indices[entries], blocks.width)
        value = rows.data[entries]
        for a in range(many):
            for b in range(many):
                found[lines] += value[:, a] * value[:, b] * blocks.values[near[:, 0], at[:, a], at[:, b]]
    return found


def crossed(own: csr_array, rest: csr_array, rows: Codes, product: Floats, begin: int) -> Floats:
    """``a' P r`` for some rows a of ``own`` and r of ``rest``; P has the former's columns from ``begin``."""
    found = np.zeros(len(rows))
    if kernels := compiled(own.shape[0]):
        parts = (own.indptr, own.indices, own.data, rest.indptr, rest.indices, rest.data)
        kernels.crossed(rows, *parts, product, begin, found)
        return found
    mine = own[rows][:, begin : begin + len(product)]
    for entry in each_entry(mine):
        found[entry.row] += entry.value * row_dots(rest[rows[entry.row]], product, entry.column)
    return found


def products(lines: csr_array, product: Floats, width: int) -> Floats:
    """Products of the rows of each block with one another, shape (n, B, B)."""
    if width == 1:
        dots: Floats = row_dots(lines, product).reshape(-1, 1, 1)
        return dots
    parts = product.reshape(-1, width, product.shape[1])
    found: Floats = parts @ lines.toarray().reshape(parts.shape).transpose(0, 2, 1)
    return found


def row_dots(rows: csr_array, dense: Floats, at: Codes | None = None) -> Floats:
    """Product of every sparse row with a row of a dense matrix: its own, or the one named."""
    number = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    line = number if at is None else at[number]
    return add_up(number, rows.shape[0], rows.data * dense[line, rows.indices])


def quadratic(rows: csr_array, covariance: Floats) -> Floats:
    """``a' S a`` for every sparse row a, from selected entries of S, rows of one length at a time."""
    found = np.zeros(rows.shape[0])
    if kernels := compiled(rows.shape[0]):
        kernels.quadratic(rows.indptr, rows.indices, rows.data, covariance, found)
        return found
    lengths = np.diff(rows.indptr)
    for width in np.unique(lengths[lengths > 0]).tolist():
        lines = np.flatnonzero(lengths == width)
        entries = rows.indptr[lines][:, None] + np.arange(width)
        columns, values = rows.indices[entries], rows.data[entries]
        for i in range(width):
            for j in range(width):
                found[lines] += values[:, i] * values[:, j] * covariance[columns[:, i], columns[:, j]]
    return found

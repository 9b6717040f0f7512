"""Which elements the data can compare: comparable groups and connected subsets.

Two elements of a facet are comparable when they meet the same elements of all other facets, or
comparable ones, and so on (Weeks and Williams 1964; FACETS finds its subsets in the same way).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from leadline.measurement.kernels.arrays import Codes
from leadline.measurement.kernels.cells import combined_key
from leadline.measurement.kernels.large import compiled, run_starts

Labels = NDArray[np.int64]


class Design(NamedTuple):
    """Groups of comparable elements, and how groups meet.

    Attributes
    ----------
    groups : tuple of A arrays, shape (E,)
        Group of each element, numbered from 0; -1 where an element has no ratings.
    n_groups : tuple of A int
    meetings : array, shape (M, A)
        Distinct combinations of groups that occur.
    subset : tuple of A arrays, shape (E,)
        Connected subset of each element, numbered from 0, the one with most elements of the first
        facet first; -1 where an element has no ratings.
    n_subsets : int
    """

    groups: tuple[Labels, ...]
    n_groups: tuple[int, ...]
    meetings: NDArray[np.int64]
    subset: tuple[Labels, ...]
    n_subsets: int


def comparable(index: Sequence[Codes], sizes: Sequence[int]) -> Design:
    """Comparable groups of elements and connected subsets.

    Parameters
    ----------
    index : sequence of A int arrays, shape (N,)
    sizes : sequence of A int
        At least two facets.

    Returns
    -------
    Design

    Notes
    -----
    Elements that could be compared only through a chain of equations over three or more facets at
    once may stay apart, as in FACETS; never are elements joined that the data cannot compare.

    Examples
    --------
    Raters 0 and 1 share ratee 0; rater 2 rates ratee 1 alone.

    >>> ratee, rater = np.array([0, 0, 1]), np.array([0, 1, 2])
    >>> comparable([ratee, rater], [2, 3]).groups
    (array([0, 1]), array([0, 0, 1]))
    """
    index, items = _by_cells(index, sizes)
    labels = [_first_labels(at, size) for at, size in zip(index, sizes, strict=True)]
    meetings = np.stack([label[at] for label, at in zip(labels, index, strict=True)], axis=1)
    labels[-1] = labels[-1] if items is None else labels[-1][items]
    meetings = _distinct(meetings)
    changed = True
    while changed:
        changed = False
        # The last facet first: items, as a rule, whose merging leaves one meeting for each cell.
        for facet in reversed(range(len(sizes))):
            merged = _merged(meetings, facet)
            if merged is not None:
                labels[facet] = np.where(labels[facet] >= 0, merged[labels[facet]], -1)
                meetings[:, facet] = merged[meetings[:, facet]]
                meetings = _distinct(meetings)
                changed = True
    n_groups = tuple(int(label.max(initial=-1)) + 1 for label in labels)
    of_group, n_subsets = _subsets(meetings, n_groups)
    subset = tuple(np.where(g >= 0, s[g], -1) for g, s in zip(labels, of_group, strict=True))
    rank = _by_size(subset[0], n_subsets)
    subset = tuple(np.where(s >= 0, rank[s], -1) for s in subset)
    return Design(tuple(labels), n_groups, meetings, subset, n_subsets)


def _by_cells(index: Sequence[Codes], sizes: Sequence[int]) -> tuple[list[Codes], Codes | None]:
    """One row a cell instead of one a rating where ratings are many, items that share a cell being one.

    The second value is the item that stands for each item, itself where it has no ratings.
    """
    kernels = compiled(len(index[0]))
    if kernels is None:
        return list(index), None
    start = run_starts(list(index[:-1]))
    parent = np.arange(sizes[-1])
    kernels.unite(np.append(start, len(index[-1])), index[-1], parent)
    while (parent[parent] != parent).any():
        parent = parent[parent]
    return [*(at[start] for at in index[:-1]), parent[index[-1][start]]], parent


def _first_labels(at: Codes, size: int) -> Labels:
    present = np.bincount(at, minlength=size) > 0
    return np.where(present, np.cumsum(present) - 1, -1)


def _distinct(meetings: NDArray[np.int64]) -> NDArray[np.int64]:
    sizes = [int(n) for n in meetings.max(axis=0) + 1]
    key = combined_key([meetings[:, f] for f in range(meetings.shape[1])], sizes)
    if bool((key[1:] >= key[:-1]).all()):
        return meetings[run_starts([key])]
    return meetings[np.unique(key, return_index=True)[1]]


def _merged(meetings: NDArray[np.int64], facet: int) -> Labels | None:
    """New labels of a facet where groups meet the same groups of all others; None if none do."""
    others = [f for f in range(meetings.shape[1]) if f != facet]
    sizes = [int(meetings[:, f].max()) + 1 for f in others]
    key = combined_key([meetings[:, f] for f in others], sizes)
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    group = meetings[order, facet]
    left, right = group[same], group[same + 1]
    if not (left != right).any():
        return None
    size = int(meetings[:, facet].max()) + 1
    return _components(left, right, size)


def _components(left: Labels, right: Labels, size: int) -> Labels:
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    found = connected_components(graph, directed=False)[1].astype(np.int64)
    first = np.unique(found, return_index=True)[1]
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[found]


def _subsets(meetings: NDArray[np.int64], n_groups: tuple[int, ...]) -> tuple[list[Labels], int]:
    """Connected parts of the meetings, facets with a single group left out as links.

    A facet all of whose elements are comparable (items, as a rule) says nothing about who is
    connected; if every facet is such there is one subset.
    """
    offsets = np.concatenate([[0], np.cumsum(n_groups)])
    linking = [f for f, n in enumerate(n_groups) if n > 1]
    if not linking:
        return [np.zeros(n, dtype=np.int64) for n in n_groups], 1
    nodes = meetings[:, linking] + offsets[linking]
    left = np.repeat(nodes[:, 0], nodes.shape[1])
    parts = _components(left, nodes.ravel(), int(offsets[-1]))
    used = np.unique(parts[nodes[:, 0]])
    renumbered = np.full(int(parts.max()) + 1, 0, dtype=np.int64)
    renumbered[used] = np.arange(len(used))
    by_facet = []
    for f, n in enumerate(n_groups):
        at = parts[offsets[f] : offsets[f] + n]
        by_facet.append(renumbered[at] if f in linking else np.zeros(n, dtype=np.int64))
    return by_facet, len(used)


def _by_size(subset: Labels, n_subsets: int) -> Labels:
    """Rank of every subset: more elements first, then order of appearance."""
    size = np.bincount(subset[subset >= 0], minlength=n_subsets)
    rank = np.empty(n_subsets, dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(n_subsets)
    return rank

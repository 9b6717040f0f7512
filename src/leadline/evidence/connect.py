"""Connected subsets: groups of ratees and raters between whom measures can be compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


def components(one: Indices, other: Indices, n_nodes: int) -> Indices:
    """The connected component of each node of a graph.

    Parameters
    ----------
    one, other : arrays of int64, shape (E,)
        The two ends of each edge, nodes counted from 0.
    n_nodes : int

    Returns
    -------
    array of int64, shape (n_nodes,)
        The smallest node of the component that each node is in.

    Notes
    -----
    Roots hook onto smaller neighbours and paths are halved until nothing changes: O(E log n) in all.
    Source: Shiloach and Vishkin (1982), An O(log n) parallel connectivity algorithm.

    Examples
    --------
    >>> components(np.array([0, 2]), np.array([1, 3]), 5)
    array([0, 0, 2, 2, 4])
    """
    label = np.arange(n_nodes)
    while True:
        roots, others = label[one], label[other]
        lowest = np.minimum(roots, others)
        hooked = label.copy()
        np.minimum.at(hooked, roots, lowest)
        np.minimum.at(hooked, others, lowest)
        while not np.array_equal(shorter := hooked[hooked], hooked):
            hooked = shorter
        if np.array_equal(hooked, label):
            return label
        label = hooked

r"""How firmly raters are tied to one another through the ratees they share.

Raters and ratees are the two sides of a graph whose edges carry the information of a rater's ratings
of a ratee. With ratees eliminated the raters have the Laplacian :math:`L = D_R - W' D_P^{-1} W`, and
the effective resistance :math:`(e_r - e_s)' L^+ (e_r - e_s)` between two of them is the variance of
the difference of their severities (Klein and Randic 1993; Ghosh, Boyd and Saberi 2008).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, lapack
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from leadline.measurement.kernels.arrays import Codes, Floats, add_up, random_signs
from leadline.measurement.kernels.threads import in_order

EXACT = 2500
"""Up to as many raters resistances are exact (a dense inverse); above, 48 random projections (10-20 %)."""

_PROBES, _AT_ONCE = 48, 8
_ROUNDS, _TOLERANCE = 200, 1e-3


class Web(NamedTuple):
    """C edges between P ratees and R raters.

    Attributes
    ----------
    ratee, rater : array of int, shape (C,)
        Each pair once.
    information : array, shape (C,), logits to the power -2
    n_ratees, n_raters : int
    """

    ratee: Codes
    rater: Codes
    information: Floats
    n_ratees: int
    n_raters: int


def rater_parts(web: Web) -> NDArray[np.int64]:
    """Number of the connected part of every rater, shape (R,)."""
    size = web.n_raters + web.n_ratees
    ones = np.ones(len(web.rater), dtype=np.int8)
    graph = coo_array((ones, (web.rater, web.n_raters + web.ratee)), shape=(size, size))
    found: NDArray[np.int64] = connected_components(graph, directed=False)[1][: web.n_raters].astype(np.int64)
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


def comparison_variances(web: Web, exact: int = EXACT) -> Floats:
    r"""Mean effective resistance of every rater to the others of its connected part.

    Parameters
    ----------
    web : Web
    exact : int
        Most raters for whom it is computed exactly.

    Returns
    -------
    array, shape (R,), logits squared
        Mean variance of the difference of severities, ratees unknown and items known; NaN where a
        part has one rater.

    Notes
    -----
    With :math:`L^+` of a part of m raters it is :math:`(m L^+_{rr} + \operatorname{tr} L^+) / (m - 1)`. Above
    ``exact`` raters :math:`L^+_{rr}` comes from random projections (Spielman and Srivastava 2011).

    Examples
    --------
    Two raters who share one ratee with information 4 and 4: resistances in series.

    >>> web = Web(np.array([0, 0]), np.array([0, 1]), np.array([4.0, 4.0]), 1, 2)
    >>> comparison_variances(web)
    array([0.5, 0.5])
    """
    part = rater_parts(web)
    size = add_up(part, int(part.max(initial=-1)) + 1)[part]
    diagonal = _exact(web, part) if web.n_raters <= exact else _projected(web, part)
    trace = add_up(part, len(size), diagonal)[part]
    found: Floats = np.where(size > 1, (size * diagonal + trace) / np.maximum(size - 1, 1), np.nan)
    return found


class _Schur:
    """Products with the raters' Laplacian."""

    def __init__(self, web: Web) -> None:
        shape = (web.n_ratees, web.n_raters)
        self.between = csr_array((web.information, (web.ratee, web.rater)), shape=shape)
        of_ratee = add_up(web.ratee, web.n_ratees, web.information)
        self.inverse = 1 / np.where(of_ratee > 0, of_ratee, 1.0)
        self.of_rater = add_up(web.rater, web.n_raters, web.information)

    def __matmul__(self, x: Floats) -> Floats:
        through = self.between.T @ (self.inverse[:, None] * (self.between @ x))
        found: Floats = self.of_rater[:, None] * x - through
        return found


def _exact(web: Web, part: Codes) -> Floats:
    schur = _Schur(web)
    through = (schur.between.T @ (diags_array(schur.inverse) @ schur.between)).toarray()
    size = add_up(part, int(part.max(initial=-1)) + 1)
    scale = max(float(schur.of_rater.max(initial=0.0)), 1.0)
    # A constant added within each part makes the Laplacian invertible and is taken off again.
    together = np.where(part[:, None] == part, scale / size[part], 0.0)
    whole = np.diag(schur.of_rater) - through + together
    factor, _ = cho_factor(whole, lower=True, overwrite_a=True, check_finite=False)
    inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
    # A part's constant vector has the eigenvalue ``scale``, so its inverse is 1 / scale.
    found: Floats = np.maximum(inverse.diagonal() - 1 / (scale * size[part]), 0.0)
    return found


def _projected(web: Web, part: Codes) -> Floats:
    schur, root = _Schur(web), np.sqrt(web.information / _PROBES)
    edges, raters, n_parts = np.arange(len(web.rater)), np.arange(web.n_raters), int(part.max()) + 1
    at_raters = csr_array((root, (web.rater, edges)), shape=(web.n_raters, len(edges)))
    at_ratees = csr_array((root, (web.ratee, edges)), shape=(web.n_ratees, len(edges)))
    gather = csr_array((np.ones(web.n_raters), (part, raters)), shape=(n_parts, web.n_raters))
    size: Floats = np.asarray(gather.sum(axis=1)).reshape(-1, 1)

    def squares(seed: int) -> Floats:
        signs = random_signs(np.random.default_rng(seed), (len(edges), _AT_ONCE))
        through = schur.between.T @ (schur.inverse[:, None] * (at_ratees @ signs))
        x = _solved(schur, at_raters @ signs - through)
        found: Floats = ((x - (np.asarray(gather @ x) / size)[part]) ** 2).sum(axis=1)
        return found

    total: Floats = np.sum(list(in_order(squares, range(_PROBES // _AT_ONCE))), axis=0)
    return total


def _solved(schur: _Schur, right: Floats) -> Floats:
    """Conjugate gradients for all columns at once."""
    scale = 1 / np.where(schur.of_rater > 0, schur.of_rater, 1.0)[:, None]
    x, residual = np.zeros_like(right), right.copy()
    direction = z = scale * residual
    rho = (residual * z).sum(axis=0)
    goal = _TOLERANCE**2 * rho
    for _ in range(_ROUNDS):
        product = schur @ direction
        curve = (direction * product).sum(axis=0)
        step = np.where(curve > 0, rho / np.where(curve > 0, curve, 1.0), 0.0)
        x += step * direction
        residual -= step * product
        z = scale * residual
        now = (residual * z).sum(axis=0)
        if (now <= goal).all():
            break
        direction = z + np.where(rho > 0, now / np.where(rho > 0, rho, 1.0), 0.0) * direction
        rho = now
    return x


class Bridges(NamedTuple):
    """Edges without which raters fall apart.

    ``edge`` (B,) are numbers of edges, ``beyond`` (B,) the raters on the smaller side.
    """

    edge: NDArray[np.int64]
    beyond: NDArray[np.int64]


def bridges(web: Web) -> Bridges:
    """Pairs of a rater and a ratee that alone join two groups of raters.

    Parameters
    ----------
    web : Web

    Returns
    -------
    Bridges

    Notes
    -----
    Every edge off a spanning tree gets a random 64-bit number, every tree edge the exclusive or of
    those that pass over it; a bridge is a tree edge with 0. Wrong with chance 2^-64 an edge. Cost O(C).

    Examples
    --------
    Raters 0 and 1 share ratees 0 and 1; rater 2 is tied to them through ratee 1 alone.

    >>> web = Web(np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 2]), np.ones(5), 2, 3)
    >>> bridges(web)
    Bridges(edge=array([4]), beyond=array([1]))
    """
    several = add_up(web.ratee, web.n_ratees)[web.ratee] > 1
    kept = np.flatnonzero(several)
    rater, ratee = web.rater[kept].astype(np.int64), web.n_raters + web.ratee[kept].astype(np.int64)
    size = web.n_raters + web.n_ratees + 1
    tree = _spanning(rater, ratee, size)
    up = tree.parent[ratee] == rater
    down = tree.parent[rater] == ratee
    over = ~(up | down)
    mark = np.random.default_rng(0).integers(1, 2**63, int(over.sum()), dtype=np.uint64)
    passing = np.zeros(size, dtype=np.uint64)
    np.bitwise_xor.at(passing, rater[over], mark)
    np.bitwise_xor.at(passing, ratee[over], mark)
    below = np.zeros(size, dtype=np.int64)
    below[: web.n_raters] = 1
    for begin, end in reversed(tree.levels[1:]):
        nodes = tree.order[begin:end]
        np.bitwise_xor.at(passing, tree.parent[nodes], passing[nodes])
        np.add.at(below, tree.parent[nodes], below[nodes])
    child = np.where(up, ratee, rater)
    found = np.flatnonzero(~over & (passing[child] == 0))
    whole = np.zeros(size, dtype=np.int64)
    for begin, end in tree.levels[1:]:
        nodes = tree.order[begin:end]
        root = tree.parent[nodes] == size - 1
        whole[nodes] = np.where(root, below[nodes], whole[tree.parent[nodes]])
    side = below[child[found]]
    return Bridges(kept[found], np.minimum(side, whole[child[found]] - side))


class _Tree(NamedTuple):
    """A breadth-first tree; the last node is the root, above one node of every connected part."""

    parent: NDArray[np.int64]
    order: NDArray[np.int64]
    levels: list[tuple[int, int]]


def _spanning(rater: Codes, ratee: Codes, size: int) -> _Tree:
    graph = coo_array((np.ones(len(rater), dtype=np.int8), (rater, ratee)), shape=(size, size)).tocsr()
    part = connected_components(graph, directed=False)[1]
    tops = np.unique(part[:-1], return_index=True)[1]
    rows, columns = np.concatenate([rater, np.full(len(tops), size - 1)]), np.concatenate([ratee, tops])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(size, size)).tocsr()
    order, parent = breadth_first_order(graph, size - 1, directed=False)
    place = np.empty(size, dtype=np.int64)
    place[order] = np.arange(size)
    above = place[np.maximum(parent[order], 0)]
    above[0] = -1
    levels, begin, end = [(0, 1)], 0, 1
    while end < size:
        begin, end = end, int(np.searchsorted(above, end, side="left"))
        levels.append((begin, end))
    return _Tree(parent.astype(np.int64), order.astype(np.int64), levels)

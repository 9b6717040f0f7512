"""Ratings one by one: what models need whose likelihood does not depend on total scores alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes, Floats
from leadline.measurement.kernels.cells import collapse
from leadline.measurement.kernels.system import System
from leadline.measurement.variational.averages import nodes_for


class Rows(NamedTuple):
    """N ratings in the order of C combinations of elements.

    Attributes
    ----------
    combination : array of int, shape (N,)
    start : array of int, shape (C,)
        First rating of each combination.
    item, rung : array of int, shape (N,)
    weight : array, shape (N,)
    """

    combination: NDArray[np.int64]
    start: NDArray[np.intp]
    item: Codes
    rung: NDArray[np.int64]
    weight: Floats


class ItemErrors(NamedTuple):
    """Standard errors of items, locations taken as known.

    ``difficulty`` and ``slope`` have shape (I,), ``threshold`` (T, K-1).
    """

    difficulty: Floats
    threshold: Floats
    slope: Floats


def rows_of(index: Sequence[Codes], sizes: Sequence[int], rung: NDArray[np.int64], weight: Floats) -> Rows:
    """Ratings in the order that their combinations have in a design.

    Parameters
    ----------
    index : sequence of A int arrays, shape (N,)
        Elements of each facet, the item last.
    sizes : sequence of A int
    rung : array of int, shape (N,)
    weight : array, shape (N,)

    Returns
    -------
    Rows
    """
    cells = collapse(index[:-1], sizes[:-1], index[-1], sizes[-1], whole=False)
    lengths = np.diff(np.append(cells.start, len(rung)))
    order = cells.order
    number = np.repeat(np.arange(len(cells.start)), lengths)
    return Rows(number, cells.start, index[-1][order], rung[order], weight[order])


def of_combinations(rows: Rows, values: Floats) -> Floats:
    """Values of ratings (N,) added up by combination (C,)."""
    added: Floats = np.add.reduceat(values, rows.start)
    return added


def at_nodes(rows: Rows, eta: Floats, spread: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Quadrature nodes of every rating's location, and the weight of each, shape (N,) both.

    Parameters
    ----------
    rows : Rows
    eta, spread : array, shape (C,), logits and logits squared
        Mean and variance of the location of each combination.

    Yields
    ------
    tuple of array
    """
    nodes, weights = nodes_for(float(spread.max()))
    sd = np.sqrt(spread)
    for node, weight in zip(nodes, weights, strict=True):
        yield (eta + node * sd)[rows.combination], weight * rows.weight


def item_move(system: System, slope: Floats, curvature: Floats) -> Floats:
    """Newton's step for item parameters (M,), anchored items left where they are."""
    if not system.free_item.all():
        onto_free = np.apply_along_axis(system.project, 0, np.eye(len(curvature)))
        curvature = onto_free @ curvature @ onto_free
    values, vectors = np.linalg.eigh(curvature)
    kept = values > 1e-9 * float(values[-1])
    move = vectors[:, kept] @ ((vectors[:, kept].T @ system.project(slope)) / values[kept])
    return system.project(np.clip(move, -1.0, 1.0))


def centring(system: System, steps: Floats) -> float:
    """Mean difficulty of the items rated; 0 where an item is anchored."""
    rated = system.top > 0
    if not (system.free_item.all() and rated.any()):
        return 0.0
    difficulty = np.where(system.valid, steps, 0.0).sum(axis=1) / np.maximum(system.top, 1)
    return float(difficulty[rated].mean())

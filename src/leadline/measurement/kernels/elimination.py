r"""Newton's linear system, the largest facet eliminated.

The curvature H over all locations and item parameters is an arrow: the largest facet's own block is
diagonal, so that facet is eliminated exactly, and conjugate gradients solve the Schur complement for
the rest, item parameters preconditioned by their own. Directions the data cannot see (a constant
added to ratees and raters alike) lie in the null space of H; the right-hand side has no part in it,
and the search stops where curvature vanishes, so nothing moves along them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from leadline.measurement.kernels.arrays import Floats, add_up
from leadline.measurement.kernels.system import Curvature, System

ACCURACY = 1e-4
_NULL = 1e-9


class Direction(NamedTuple):
    """One value for each element of A facets, and for each of M item parameters."""

    locations: tuple[Floats, ...]
    items: Floats


def newton_direction(system: System, bend: Curvature, slope: Direction) -> Direction:
    """Solve ``bend @ direction = slope`` to a relative accuracy of 1e-4.

    Parameters
    ----------
    system : System
    bend : Curvature
    slope : Direction
        Gradient of the log-likelihood, 0 for whatever is anchored.

    Returns
    -------
    Direction
        Always uphill, so that a line search along it succeeds.
    """
    arrow = _Arrow(system, bend, int(np.argmax(system.sizes)))
    solved = conjugate_gradients(arrow.product, arrow.right_side(slope), arrow.precondition)
    return arrow.completed(solved, slope)


@dataclass(frozen=True, eq=False)
class _Arrow:
    """The reduced system of all facets but the largest, and the item parameters."""

    system: System
    bend: Curvature
    largest: int

    @cached_property
    def others(self) -> list[int]:
        return [f for f in range(len(self.system.sizes)) if f != self.largest]

    @cached_property
    def cuts(self) -> list[int]:
        return [0, *np.cumsum([self.system.sizes[f] for f in self.others]).astype(int).tolist()]

    @cached_property
    def inverse(self) -> Floats:
        """Inverse diagonal of the largest facet, 0 where an element is anchored or unrated."""
        diagonal = self.bend.diagonal[self.largest]
        open_ = self.system.free[self.largest] & (diagonal > 0)
        return np.where(open_, 1.0 / np.where(open_, diagonal, 1.0), 0.0)

    def split(self, x: Floats) -> tuple[dict[int, Floats], Floats]:
        parts = (x[a:b] for a, b in pairwise(self.cuts))
        return dict(zip(self.others, parts, strict=True)), x[self.cuts[-1] :]

    def change(self, moves: dict[int, Floats]) -> Floats:
        """Change of every combination's expected score when elements move."""
        total = np.zeros(len(self.bend.variance))
        for f, move in moves.items():
            total += self.system.sign[f] * move[self.bend.index[f]]
        return total * self.bend.variance

    def on_facet(self, facet: int, change: Floats) -> Floats:
        return self.system.sign[facet] * add_up(self.bend.index[facet], self.system.sizes[facet], change)

    def product(self, x: Floats) -> Floats:
        moves, items = self.split(x)
        change = self.change(moves)
        cross = self.bend.cross
        back = -self.inverse * (self.on_facet(self.largest, change) + cross[self.largest] @ items)
        change += self.change({self.largest: back})
        rows = [self.system.free[f] * (self.on_facet(f, change) + cross[f] @ items) for f in self.others]
        on_items = self.bend.items @ items + back @ cross[self.largest]
        for f, move in moves.items():
            on_items = on_items + move @ cross[f]
        return np.concatenate([*rows, self.system.project(on_items)])

    def right_side(self, slope: Direction) -> Floats:
        settled = self.inverse * slope.locations[self.largest]
        change = self.change({self.largest: settled})
        rows = [slope.locations[f] - self.system.free[f] * self.on_facet(f, change) for f in self.others]
        on_items = self.system.project(slope.items - settled @ self.bend.cross[self.largest])
        return np.concatenate([*rows, on_items])

    def completed(self, x: Floats, slope: Direction) -> Direction:
        moves, items = self.split(x)
        pull = self.on_facet(self.largest, self.change(moves)) + self.bend.cross[self.largest] @ items
        moves[self.largest] = self.inverse * (slope.locations[self.largest] - pull)
        return Direction(tuple(moves[f] for f in sorted(moves)), items)

    @cached_property
    def item_inverse(self) -> Floats:
        """Pseudo-inverse of the item parameters' Schur complement after the largest facet."""
        cross = self.bend.cross[self.largest]
        values, vectors = np.linalg.eigh(self.bend.items - cross.T @ (self.inverse[:, None] * cross))
        kept = values > _NULL * max(float(values[-1]), 1e-300)
        inverse: Floats = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
        return inverse

    @cached_property
    def diagonal(self) -> Floats:
        parts = [self.bend.diagonal[f] for f in self.others] or [np.empty(0)]
        whole = np.concatenate(parts)
        return np.where(whole > 0, whole, 1.0)

    def precondition(self, rest: Floats) -> Floats:
        n = len(self.diagonal)
        items = self.system.project(self.item_inverse @ rest[n:])
        return np.concatenate([rest[:n] / self.diagonal, items])


def conjugate_gradients(
    product: Callable[[Floats], Floats],
    right: Floats,
    precondition: Callable[[Floats], Floats],
    accuracy: float = ACCURACY,
) -> Floats:
    """Preconditioned conjugate gradients for a semi-definite, consistent system.

    Parameters
    ----------
    product, precondition : callable
        The matrix, and an approximate inverse, applied to a vector of shape (n,) or to k of them.
    right : array, shape (n,) or (n, k)
    accuracy : float
        Relative, in the preconditioner's norm.

    Returns
    -------
    array, shape (n,) or (n, k)

    Notes
    -----
    Stops at the accuracy, or where the matrix is flat
    along the search. Source: Hestenes and Stiefel (1952).

    Examples
    --------
    >>> matrix = np.array([[2.0, 1.0], [1.0, 2.0]])
    >>> conjugate_gradients(lambda x: matrix @ x, np.array([3.0, 3.0]), lambda x: x / 2)
    array([1., 1.])
    """
    x, rest = np.zeros_like(right), right.copy()
    z = precondition(rest)
    along = z.copy()
    size = first = _dots(rest, z)
    length = size  # of the search direction, in the preconditioner's metric
    for _ in range(20 + 2 * len(right)):
        image = product(along)
        bend = _dots(along, image)
        going = (size > accuracy**2 * first) & (bend > _NULL * length)
        if not going.any():
            break
        step = np.where(going, size / np.where(going, bend, 1.0), 0.0)
        x += step * along
        rest -= step * image
        z = precondition(rest)
        size, before = _dots(rest, z), size
        share = np.where(going, size / np.where(going, before, 1.0), 0.0)
        along = z + share * along
        length = size + share**2 * length
    return x


def _dots(a: Floats, b: Floats) -> Floats:
    """Product of vectors, or of each with its own among several."""
    return np.asarray(np.einsum("i...,i...->...", a, b))

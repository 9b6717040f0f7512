"""How free parameters become slopes and intercepts, and how derivatives come back.

Every model is linear here: slope_i = A_i b, intercept_mi = C_mi b + base_mi. In `Free` each item owns
its parameters, so that A and C only select; in `Tied` a few parameters serve all items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.quadrature.cells import Block, Floats


class Parameters(Protocol):
    """Free parameters b of shape (p,), of a model with I items and M predictors an item."""

    def items(self, b: Floats) -> tuple[Floats, Floats]:
        """Slopes (I,) and intercepts (M, I)."""

    def gradient(self, full: Floats) -> Floats:
        """Derivatives by slopes and intercepts, (1 + M, I), as derivatives by b, (p,)."""

    def information(self, full: Floats) -> Floats:
        """Blocks (1 + M, 1 + M, I) of each item, as a matrix (p, p)."""

    def scores(self, block: Block, slopes: Floats, intercepts: list[Floats]) -> Floats:
        """Derivatives of each unit's log-likelihood at each node, (U * Q, columns)."""

    def square(self, gram: Floats) -> Floats:
        """A matrix over the columns of `scores`, as a matrix (p, p)."""

    def rows(self, columns: Floats) -> Floats:
        """Vectors over the columns of `scores`, (N, columns), as (N, p)."""

    def of_items(self, covariance: Floats) -> Floats:
        """Covariance of b, (p, p), as that of slope and intercepts of each item, (1 + M, 1 + M, I)."""


@dataclass(frozen=True, eq=False)
class Free:
    """Each item owns its slope and its intercepts.

    Attributes
    ----------
    used : bool array, shape (1 + M, I)
        Slope, then intercepts, that are estimated; b lists them in this order.
    base : array, shape (M, I)
        Intercepts of those that are not.
    """

    used: NDArray[np.bool_]
    base: Floats

    def items(self, b: Floats) -> tuple[Floats, Floats]:
        """Slopes (I,) and intercepts (M, I)."""
        full = np.concatenate([np.zeros_like(self.base[:1]), self.base])
        full[self.used] = b
        return full[0], full[1:]

    def gradient(self, full: Floats) -> Floats:
        """Derivatives by b."""
        return full[self.used]

    def information(self, full: Floats) -> Floats:
        """Items do not share parameters: a block for each."""
        size, count = self.used.shape
        wide = np.zeros((size, count, size, count))
        every = np.arange(count)
        wide[:, every, :, every] = full.transpose(2, 0, 1)
        return self.square(wide.reshape(size * count, size * count))

    def scores(self, block: Block, slopes: Floats, intercepts: list[Floats]) -> Floats:
        """Columns are all slopes, then all first intercepts, and so on."""
        units, nodes, width = slopes.shape
        size, count = self.used.shape
        if len(block.item) == 1 and width == count:
            return np.concatenate([slopes, *intercepts], axis=2).reshape(units * nodes, -1)
        # Padding goes to a column of its own; a unit answers an item once, so that values are put, not added.
        at = block.item if block.weight is None else np.where(block.weight > 0, block.item, count)
        at = np.broadcast_to(at, (units, width))[:, None, :]
        unit, node = np.arange(units)[:, None, None], np.arange(nodes)[None, :, None]
        found = np.zeros((units, nodes, size, count + 1))
        for m, part in enumerate([slopes, *intercepts]):
            found[unit, node, m, at] = part
        return found[..., :count].reshape(units * nodes, size * count)

    def square(self, gram: Floats) -> Floats:
        """Rows and columns of what is estimated."""
        chosen = np.flatnonzero(self.used)
        return gram[np.ix_(chosen, chosen)]

    def rows(self, columns: Floats) -> Floats:
        """Columns of what is estimated."""
        return columns[:, np.flatnonzero(self.used)]

    def of_items(self, covariance: Floats) -> Floats:
        """Covariances within items; 0 where nothing is estimated."""
        place = np.full(self.used.shape, -1)
        place[self.used] = np.arange(len(covariance))
        found = covariance[place[:, None, :], place[None, :, :]]
        return np.where(self.used[:, None, :] & self.used[None, :, :], found, 0.0)


@dataclass(frozen=True, eq=False)
class Tied:
    """Parameters shared among items.

    Attributes
    ----------
    slope : array, shape (I, p)
    intercept : array, shape (M, I, p)
    base : array, shape (M, I)
        What intercepts are when b is 0.
    """

    slope: Floats
    intercept: Floats
    base: Floats

    def items(self, b: Floats) -> tuple[Floats, Floats]:
        """Slopes (I,) and intercepts (M, I)."""
        return self.slope @ b, self.intercept @ b + self.base

    def _design(self) -> Floats:
        return np.concatenate([self.slope[None], self.intercept])

    def gradient(self, full: Floats) -> Floats:
        """Derivatives by b."""
        return np.asarray(np.tensordot(full, self._design(), axes=2))

    def information(self, full: Floats) -> Floats:
        """Sum over items of design' block design."""
        design = self._design()
        inner = np.einsum("mli,lip->mip", full, design)
        return np.asarray(np.tensordot(design, inner, axes=((0, 1), (0, 1))))

    def scores(self, block: Block, slopes: Floats, intercepts: list[Floats]) -> Floats:
        """Columns are the parameters themselves."""
        units, nodes, _ = slopes.shape
        parts = zip([slopes, *intercepts], self._design(), strict=True)
        found = sum(part @ design[block.item] for part, design in parts)
        return np.asarray(found).reshape(units * nodes, -1)

    def square(self, gram: Floats) -> Floats:
        """Already over b."""
        return gram

    def rows(self, columns: Floats) -> Floats:
        """Already over b."""
        return columns

    def of_items(self, covariance: Floats) -> Floats:
        """Design covariance design' of each item."""
        design = self._design()
        return np.asarray(np.einsum("mip,pq,liq->mli", design, covariance, design, optimize=True))

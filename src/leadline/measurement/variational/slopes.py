r"""Items with slopes where raters and ratees cross: the generalized partial-credit model.

.. math:: P(Y = k) \propto \exp\{a_i z_k\}, \qquad z_k = k \eta - \sum_{j \le k} \delta_{ij},

with the mean of :math:`\log a_i` at 0, which sets the unit. By :math:`(\log a_i, \delta_{i1}, \dots)` the
slope of the log-likelihood is :math:`a_i (g_y - E g)` and the expected information
:math:`a_i^2 \operatorname{Cov}(g)`, with :math:`g_k = (z_k, -[k \ge 1], \dots)`. Source: Muraki (1992),
Applied Psychological Measurement 16, 159-176.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from leadline.measurement.kernels.arrays import Floats, add_up
from leadline.measurement.kernels.curves import Curves
from leadline.measurement.kernels.system import System
from leadline.measurement.variational.averages import Averages
from leadline.measurement.variational.direct import (
    ItemErrors,
    Rows,
    at_nodes,
    centring,
    of_combinations,
)

_LONGEST = (0.5, 1.0)
"""Longest step of the logarithm of a slope, and of an item's step."""


class _At(NamedTuple):
    """Ratings at a location: probabilities and z of every category, (N, K), and log p of the one given."""

    prob: Floats
    z: Floats
    log_p: Floats


@dataclass(frozen=True, eq=False)
class Sloped:
    """Ratings under the generalized partial-credit model; a `Source`.

    Attributes
    ----------
    system : System
    rows : Rows
    steps : array, shape (I, K-1), logits
    slope : array, shape (I,)
    dimension : int
    rater_free : bool
    """

    system: System
    rows: Rows
    steps: Floats
    slope: Floats
    dimension: int = 0
    rater_free: bool = False

    @property
    def size(self) -> int:
        """Combinations of elements, C."""
        return len(self.rows.start)

    @property
    def curves(self) -> Curves:
        """How items answer."""
        return Curves(self.slope, np.zeros(len(self.slope)), cumulative=False)

    def _nodes(self, eta: Floats, spread: Floats) -> Iterator[tuple[_At, Floats]]:
        rows, valid = self.rows, self.system.valid
        there = np.concatenate([np.ones((len(valid), 1), dtype=bool), valid], axis=1)[rows.item]
        down = np.cumsum(np.where(valid, self.steps, 0.0), axis=1)
        down = np.concatenate([np.zeros((len(down), 1)), down], axis=1)[rows.item]
        k, slope = np.arange(down.shape[1]), self.slope[rows.item, None]
        for x, weight in at_nodes(rows, eta, spread):
            z = np.where(there, x[:, None] * k - down, 0.0)
            logits = np.where(there, slope * z, -np.inf)
            logits -= logits.max(axis=1, keepdims=True)
            prob = np.exp(logits)
            total = prob.sum(axis=1, keepdims=True)
            prob /= total
            given = np.take_along_axis(logits, rows.rung[:, None], axis=1)[:, 0]
            yield _At(prob, z, given - np.log(total[:, 0])), weight

    def averaged(self, eta: Floats, spread: Floats) -> Averages:
        """See `Source`."""
        rows, slope = self.rows, self.slope[self.rows.item]
        gap, variance = np.zeros(len(rows.rung)), np.zeros(len(rows.rung))
        k = np.arange(self.steps.shape[1] + 1)
        for at, weight in self._nodes(eta, spread):
            mean = at.prob @ k
            gap += weight * slope * (rows.rung - mean)
            variance += weight * slope**2 * (at.prob @ k**2 - mean**2)
        return Averages(of_combinations(rows, gap), of_combinations(rows, variance))

    def _items(self, eta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """Slope (I, K) by log slope and steps, and expected information (I, K, K)."""
        rows = self.rows
        n_items, size = len(self.slope), self.steps.shape[1] + 1
        slope = self.slope[rows.item]
        reached = np.arange(1, size) <= rows.rung[:, None]
        gradient, information = np.zeros((n_items, size)), np.zeros((n_items, size, size))
        for at, weight in self._nodes(eta, spread):
            tails = at.prob[:, :0:-1].cumsum(axis=1)[:, ::-1]
            mean = (at.prob * at.z).sum(axis=1)
            above = (at.prob * at.z)[:, :0:-1].cumsum(axis=1)[:, ::-1]
            given = np.take_along_axis(at.z, rows.rung[:, None], axis=1)[:, 0]
            gaps = np.concatenate([(given - mean)[:, None], tails - reached], axis=1)
            spread_z = (at.prob * at.z**2).sum(axis=1) - mean**2
            mixed = tails * mean[:, None] - above
            for j in range(size):
                gradient[:, j] += add_up(rows.item, n_items, weight * slope * gaps[:, j])
                for m in range(j, size):
                    if j == 0:
                        one = spread_z if m == 0 else mixed[:, m - 1]
                    else:
                        one = tails[:, m - 1] * (1 - tails[:, j - 1])
                    information[:, j, m] += add_up(rows.item, n_items, weight * slope**2 * one)
        upper = np.triu(np.ones((size, size)), 1)
        return gradient, information + np.swapaxes(information * upper, 1, 2)

    def _inverse(self, information: Floats) -> Floats:
        """Inverse information of every item (I, K, K); 0 for what is not estimated."""
        rated = (self.system.top > 0)[:, None]
        free = np.concatenate([rated, self.system.valid], axis=1)
        blank = ~(free[:, :, None] & free[:, None, :])
        filled = np.where(blank, 0.0, information)
        k = np.arange(free.shape[1])
        filled[:, k, k] += np.where(free, 1e-10, 1.0)
        found: Floats = np.where(blank, 0.0, np.linalg.inv(filled))
        return found

    def improved(self, eta: Floats, spread: Floats) -> tuple[Sloped, float]:
        """See `Source`; one step of Fisher scoring that keeps the mean of log slopes."""
        gradient, information = self._items(eta, spread)
        inverse = self._inverse(information)
        move = np.einsum("ijk,ik->ij", inverse, gradient)
        # Lagrange: among moves that keep the sum of log slopes, the best one.
        move -= inverse[:, :, 0] * (move[:, 0].sum() / inverse[:, 0, 0].sum())
        rated = self.system.top > 0
        log_slope = np.clip(move[:, 0], -_LONGEST[0], _LONGEST[0])
        log_slope = np.where(rated, log_slope - log_slope[rated].mean(), 0.0)
        steps = np.where(self.system.valid, np.clip(move[:, 1:], -_LONGEST[1], _LONGEST[1]), 0.0)
        moved = replace(self, steps=self.steps + steps, slope=self.slope * np.exp(log_slope))
        return moved, float(max(np.abs(steps).max(initial=0.0), np.abs(log_slope).max(initial=0.0)))

    def centred(self) -> tuple[Sloped, float]:
        """See `Source`."""
        move = centring(self.system, self.steps)
        return replace(self, steps=self.steps - move), move

    def expected(self, eta: Floats, spread: Floats) -> float:
        """See `Source`."""
        return sum(float(weight @ at.log_p) for at, weight in self._nodes(eta, spread))

    def errors(self, eta: Floats, spread: Floats) -> ItemErrors:
        """Standard errors of slopes, difficulties and thresholds."""
        inverse = self._inverse(self._items(eta, spread)[1])
        valid, top = self.system.valid, np.maximum(self.system.top, 1)
        of_steps = inverse[:, 1:, 1:]
        difficulty = np.sqrt(of_steps.sum(axis=(1, 2))) / top
        centre = np.eye(valid.shape[1]) - valid[:, None, :] / top[:, None, None]
        threshold = np.sqrt(np.einsum("ijk,ikl,ijl->ij", centre, of_steps, centre))
        return ItemErrors(difficulty, threshold, self.slope * np.sqrt(inverse[:, 0, 0]))

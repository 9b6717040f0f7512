r"""Cumulative logits where raters and ratees cross: a proportional-odds mixed model.

With :math:`F_k = \operatorname{logistic}(\eta - s_{ik})`, :math:`s_{ik} = b_i + \tau_k`, :math:`F_0 = 1`,
:math:`F_K = 0` and :math:`f = F (1 - F)`, a rating y has

.. math:: \log p = \log(F_y - F_{y+1}), \qquad \partial_\eta = 1 - F_y - F_{y+1}, \qquad
   -\partial^2_\eta = f_y + f_{y+1},

concave in locations and steps together. Sources: McCullagh (1980), Journal of the Royal Statistical
Society B 42, 109-142; Pratt (1981), Journal of the American Statistical Association 76, 103-106.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from leadline.measurement.kernels.arrays import Floats, add_up
from leadline.measurement.kernels.curves import Curves
from leadline.measurement.kernels.system import System, item_matrix
from leadline.measurement.variational.averages import Averages
from leadline.measurement.variational.direct import (
    ItemErrors,
    Rows,
    at_nodes,
    centring,
    item_move,
    of_combinations,
)


class _At(NamedTuple):
    """Ratings at a location: F and f / p below and above the rating's category, and log p."""

    below: Floats
    above: Floats
    slope_below: Floats
    slope_above: Floats
    log_p: Floats


def _at(low: Floats, high: Floats) -> _At:
    """From eta less the steps below and above a rating, exact far out in the tails."""
    with np.errstate(invalid="ignore"):
        apart = -np.expm1(np.where(np.isfinite(low) & np.isfinite(high), high - low, -np.inf))
    above, below = expit(high), expit(low)
    return _At(
        below,
        above,
        expit(-low) / (expit(-high) * apart),
        above / (below * apart),
        np.log(apart) - np.logaddexp(0.0, -low) - np.logaddexp(0.0, high),
    )


@dataclass(frozen=True, eq=False)
class Cumulative:
    """Ratings under cumulative logits with shared thresholds; a `Source`.

    Attributes
    ----------
    system : System
    rows : Rows
    steps : array, shape (I, K-1), logits
        Ascending in k.
    dimension : int
    rater_free : bool
    """

    system: System
    rows: Rows
    steps: Floats
    dimension: int = 0
    rater_free: bool = False

    @property
    def size(self) -> int:
        """Combinations of elements, C."""
        return len(self.rows.start)

    @property
    def curves(self) -> Curves:
        """How items answer."""
        ones = np.ones(len(self.steps))
        return Curves(ones, 0 * ones, cumulative=True)

    def _nodes(self, eta: Floats, spread: Floats) -> list[tuple[_At, Floats]]:
        edge = np.full((len(self.steps), 1), np.inf)
        steps = np.concatenate([-edge, self.steps, edge], axis=1)
        low, high = steps[self.rows.item, self.rows.rung], steps[self.rows.item, self.rows.rung + 1]
        return [(_at(x - low, x - high), weight) for x, weight in at_nodes(self.rows, eta, spread)]

    def averaged(self, eta: Floats, spread: Floats) -> Averages:
        """See `Source`."""
        gap, variance = np.zeros(len(self.rows.rung)), np.zeros(len(self.rows.rung))
        for at, weight in self._nodes(eta, spread):
            gap += weight * (1 - at.below - at.above)
            variance += weight * (at.below * (1 - at.below) + at.above * (1 - at.above))
        return Averages(of_combinations(self.rows, gap), of_combinations(self.rows, variance))

    def _steps(self, eta: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """Slope by step (I, K-1), and curvature between item parameters (M, M)."""
        n_items, n_steps = self.steps.shape
        # A step on either side that does not exist gets what is thrown away.
        size = n_steps + 2
        at_low = self.rows.item.astype(np.int64) * size + self.rows.rung
        slope, own, next_to = (np.zeros(n_items * size) for _ in range(3))
        for at, weight in self._nodes(eta, spread):
            low, high = at.slope_below, at.slope_above
            slope += add_up(at_low + 1, n_items * size, weight * high)
            slope -= add_up(at_low, n_items * size, weight * low)
            own += add_up(at_low, n_items * size, weight * low * (low - 1 + 2 * at.below))
            own += add_up(at_low + 1, n_items * size, weight * high * (high + 1 - 2 * at.above))
            next_to += add_up(at_low, n_items * size, weight * low * high)
        inside = [each.reshape(n_items, size)[:, 1:-1] for each in (slope, own, next_to)]
        block = np.zeros((n_items, n_steps, n_steps))
        k = np.arange(n_steps)
        block[:, k, k] = inside[1]
        block[:, k[:-1], k[1:]] = block[:, k[1:], k[:-1]] = -inside[2][:, :-1]
        return inside[0], item_matrix(self.system, block)

    def improved(self, eta: Floats, spread: Floats) -> tuple[Cumulative, float]:
        """See `Source`; steps stay in order."""
        slope, curvature = self._steps(eta, spread)
        move = self.system.expand(item_move(self.system, self.system.contract(slope), curvature))
        share = 1.0
        while (np.diff(self.steps + share * move, axis=1) <= 0).any():
            share /= 2
        moved = replace(self, steps=self.steps + share * move)
        return moved, float(np.abs(move).max(initial=0.0))

    def centred(self) -> tuple[Cumulative, float]:
        """See `Source`."""
        move = centring(self.system, self.steps)
        return replace(self, steps=self.steps - move), move

    def expected(self, eta: Floats, spread: Floats) -> float:
        """See `Source`."""
        return sum(float(weight @ at.log_p) for at, weight in self._nodes(eta, spread))

    def errors(self, eta: Floats, spread: Floats) -> ItemErrors:
        """Standard errors of difficulties and thresholds."""
        _, curvature = self._steps(eta, spread)
        n = len(self.steps)
        parts = [np.arange(len(curvature)) < n, np.arange(len(curvature)) >= n]
        centre = np.eye(len(curvature)) - sum(np.outer(part, part) / part.sum() for part in parts)
        error = np.sqrt(np.diag(centre @ np.linalg.pinv(curvature, hermitian=True) @ centre))
        return ItemErrors(error[:n], error[None, n:], np.zeros(n))


def start(system: System, steps: Floats) -> Floats:
    """Steps to begin with: difficulties as given, thresholds from the counts of all items.

    Parameters
    ----------
    system : System
    steps : array, shape (I, K-1), logits

    Returns
    -------
    array, shape (I, K-1), logits
    """
    counts = system.counts.sum(axis=0)
    reached = counts[::-1].cumsum()[::-1][1:]
    thresholds = np.log(counts.sum() - reached + 0.5) - np.log(reached + 0.5)
    # Items set aside stand at 0, where no rating meets them.
    difficulty = np.where(system.valid, steps, 0.0).mean(axis=1, keepdims=True)
    placed: Floats = difficulty + (thresholds - thresholds.mean())
    return placed

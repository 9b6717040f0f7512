r"""What each item set leads one to expect at a location, tabulated once and looked up for many rows.

The tables are fine enough (width w, error :math:`w^2 f''/8`, below 1e-5 of a rating) for straight
lines between nodes, so that a diagnostic costs a look-up a row and no exponential.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes, Flags, Floats
from leadline.measurement.kernels.curves import Curves, probabilities

_FINE = 0.01
_MOST_NODES = 4_000_000


class Expectations(NamedTuple):
    """Sums over the items of F item sets at G nodes, each array of shape (F, G) but ``chance``.

    ``variance`` is that of a rating k; ``bend`` the mean of :math:`(k - c)^2` with c the middle of the
    item's scale, ``bend_variance`` its variance and ``cross`` its covariance with k. ``chance`` of
    shape (L, F, G) holds the expected number of ratings with each label.
    """

    low: float
    width: float
    expected: Floats
    variance: Floats
    bend: Floats
    bend_variance: Floats
    cross: Floats
    chance: Floats

    def places(self, eta: Floats, form: Codes) -> tuple[NDArray[np.intp], Floats]:
        """Flat index of the node below each location, and the way to the next."""
        count = self.expected.shape[1]
        node, share = node_below(eta, self.low, self.width, count)
        return form.astype(np.intp) * count + node, share

    def of_sets(self, forms: Flags | None) -> Expectations:
        """Those of item sets (F, I) from those of each item; as they are where there are no sets."""
        if forms is None:
            return self
        sets = forms.astype(float)
        tables = [sets @ table for table in self[2:]]
        return Expectations._make((self.low, self.width, *tables))


def looked_up(table: Floats, left: NDArray[np.intp], share: Floats) -> Floats:
    """Values of a table between its nodes, shape (B,)."""
    flat = table.ravel()
    found: Floats = flat[left] * (1 - share) + flat[left + 1] * share
    return found


def node_below(eta: Floats, low: float, width: float, count: int) -> tuple[NDArray[np.intp], Floats]:
    """Number of the node below each location among equally spaced ones, and the way to the next."""
    at = (eta - low) / width
    node = np.clip(at.astype(np.intp), 0, count - 2)
    return node, at - node


def nodes_between(low: float, high: float, n_items: int, n_categories: int) -> Floats:
    """Equally spaced locations that cover a range, closer where there is room for it.

    Examples
    --------
    >>> nodes_between(-1.0, 1.0, 2, 3).shape
    (402,)
    """
    most = _MOST_NODES / (n_items * n_categories)
    width = max(_FINE / max(n_categories - 1, 1), (high - low) / most)
    width = max(width, 1e-9)
    return low + width * np.arange(np.ceil((high - low) / width) + 2, dtype=np.float64)


def expectations(
    steps: Floats, label: Codes, n_labels: int, nodes: Floats, curves: Curves | None = None
) -> Expectations:
    """Tabulate each of I items by itself.

    Parameters
    ----------
    steps : array, shape (I, K-1), logits
        ``inf`` where an item has no such category.
    label : array of int, shape (I, K)
        Label of each rung; any where there is none.
    n_labels : int
    nodes : array, shape (G,), logits
        Equally spaced.
    curves : Curves, optional
        Slopes and asymptotes; None for the rating-scale family.

    Returns
    -------
    Expectations

    Examples
    --------
    >>> found = expectations(np.zeros((1, 1)), np.array([[0, 1]]), 2, np.array([0.0, 0.1]))
    >>> found.expected[0, 0], found.variance[0, 0], found.chance[:, 0, 0]
    (np.float64(0.5), np.float64(0.25), array([0.5, 0.5]))
    """
    n_items, n_steps = steps.shape
    k = np.arange(n_steps + 1.0)
    per_item = np.empty((5, n_items, len(nodes)))
    chance = np.zeros((n_labels, n_items, len(nodes)))
    for i in range(n_items):
        prob = probabilities(curves, nodes, steps, np.full(len(nodes), i))
        middle = np.isfinite(steps[i]).sum() / 2
        square = (k - middle) ** 2
        mean, bend = prob @ k, prob @ square
        per_item[:, i] = (
            mean,
            prob @ (k * k) - mean * mean,
            bend,
            prob @ (square * square) - bend * bend,
            prob @ (k * square) - mean * bend,
        )
        np.add.at(chance[:, i], label[i], prob.T)
    return Expectations._make((float(nodes[0]), float(nodes[1] - nodes[0]), *per_item, chance))

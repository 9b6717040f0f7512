r"""Score equations averaged over the uncertainty of a cell's location.

Where the joint method takes the expected score at :math:`\hat\eta`, the marginal method takes its mean
over :math:`\eta \sim N(\hat\eta, v)` by Gauss-Hermite quadrature in this one dimension, centred and scaled
for each cell. Source: Opper and Archambeau (2009), Neural Computation 21, 786-792, eq. 10-13.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from leadline.measurement.kernels.arrays import Floats, add_up
from leadline.measurement.kernels.system import System, item_block, of_forms, of_items, tail_counts, tails_of
from leadline.measurement.kernels.tables import (
    ItemTables,
    Places,
    hermite,
    interpolated,
    item_tables,
    places,
    spread,
)
from leadline.measurement.kernels.threads import cuts, in_order

_SPACING = 0.2
"""Distance of nodes times steps: their error, 1e-8 of a score point, is that of the quadrature or less."""

_BY_SPREAD = ((0.03, 3), (0.3, 5), (np.inf, 7))
"""Largest variance of a location, logits squared, for which as many nodes keep 1e-6 of a score point."""

_ROWS = 1 << 16
"""Rows a thread works on at a time: what it needs of them stays near the processor."""


class Averages(NamedTuple):
    """Over the C combinations of elements: observed less expected score, and the rating variance."""

    gap: Floats
    variance: Floats


class ItemAverages(NamedTuple):
    """Observed less expected ratings in category k or above (I, K-1), and the curvature (M, M)."""

    residuals: Floats
    curvature: Floats


class Cloud(NamedTuple):
    """Uncertain locations of N rows, and tables that reach to the farthest of their nodes.

    Attributes
    ----------
    tables : ItemTables
    eta, sd : array, shape (N,), logits
    nodes, weights : array, shape (n,)
        Of the quadrature, for a standard normal deviate.
    """

    tables: ItemTables
    eta: Floats
    sd: Floats
    nodes: Floats
    weights: Floats

    def of(self, system: System, rows: slice) -> Iterator[tuple[Places, Floats]]:
        """Places and weights of some rows, node by node."""
        eta, sd, form, mass = self.eta[rows], self.sd[rows], system.form[rows], system.weight[rows]
        for node, weight in zip(self.nodes, self.weights, strict=True):
            yield places(eta + node * sd, form, self.tables), weight * mass


def cloud(system: System, steps: Floats, eta: Floats, variance: Floats) -> Cloud:
    """Tables and nodes for locations that are uncertain.

    Parameters
    ----------
    system : System
    steps : array, shape (I, K-1), logits
    eta, variance : array, shape (C,), logits and logits squared
        Mean and variance of the location of each combination.

    Returns
    -------
    Cloud
    """
    nodes, weights = nodes_for(float(variance.max()))
    sd = np.sqrt(variance)
    reach = float(nodes[-1]) * sd
    tables = item_tables(steps, float((eta - reach).min()), float((eta + reach).max()), _SPACING)
    return Cloud(tables, of_rows(system, eta), of_rows(system, sd), nodes, weights)


def nodes_for(variance: float) -> tuple[Floats, Floats]:
    """Gauss-Hermite nodes and weights for a standard normal deviate, more of them the wider it is.

    Examples
    --------
    >>> nodes_for(0.01)[0].round(3)
    array([-1.732,  0.   ,  1.732])
    """
    count = next(count for limit, count in _BY_SPREAD if variance < limit)
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / weights.sum()


def averaged(system: System, over: Cloud) -> Averages:
    """Averaged residual and rating variance of every combination.

    Parameters
    ----------
    system : System
    over : Cloud

    Returns
    -------
    Averages
    """
    tables = over.tables
    k1, k2, k3, k4 = (of_forms(system, each) for each in (tables.k1, tables.k2, tables.k3, tables.k4))

    def of_block(rows: slice) -> tuple[Floats, Floats]:
        gap = system.score[rows].copy()
        variance = np.zeros(len(gap))
        for at, weight in over.of(system, rows):
            basis = hermite(at.share, tables.width)
            gap -= weight * interpolated((k1, k2, k3), at.left, basis)
            variance += weight * interpolated((k2, k3, k4), at.left, basis)
        return gap, variance

    gaps, variances = zip(*in_order(of_block, cuts(len(system.form), _ROWS)), strict=True)
    gap, variance = np.concatenate(gaps), np.concatenate(variances)
    return Averages(_of_combinations(system, gap), _of_combinations(system, variance))


def item_averages(system: System, over: Cloud) -> ItemAverages:
    """Averaged residuals of item steps and their curvature.

    Parameters
    ----------
    system : System
    over : Cloud

    Returns
    -------
    ItemAverages
    """
    tables = over.tables
    size = tables.psi.shape[1] * (len(system.top) if system.forms is None else len(system.forms))

    def spread_out(rows: slice) -> Floats:
        found = np.zeros((4, size))
        for at, weight in over.of(system, rows):
            found[:3] += spread(at.left, hermite(at.share, tables.width), weight, size)
            found[3] += add_up(at.left, size, weight * (1 - at.share))
            found[3] += add_up(at.left + 1, size, weight * at.share)
        return found

    # Tables may be larger than a block, and would be gone through for each.
    *mass, density = sum(in_order(spread_out, cuts(len(system.form), max(_ROWS, size))), np.zeros((4, size)))
    tails = tail_counts(system, (mass[0], mass[1], mass[2]), tables)
    residuals = np.where(system.valid, system.at_least - tails, 0.0)
    return ItemAverages(residuals, item_block(system, of_items(system, density), tails_of(tables)))


def expected_log_likelihood(system: System, over: Cloud, steps: Floats, eta: Floats) -> float:
    """Log-likelihood of the ratings averaged over the uncertainty of locations.

    Parameters
    ----------
    system : System
    over : Cloud
    steps : array, shape (I, K-1), logits
    eta : array, shape (C,), logits

    Returns
    -------
    float
    """
    tables = over.tables
    psi, k1, k2 = (of_forms(system, each) for each in (tables.psi, tables.k1, tables.k2))

    def normaliser(rows: slice) -> float:
        parts = over.of(system, rows)
        basis = ((at, weight, hermite(at.share, tables.width)) for at, weight in parts)
        return sum(float(weight @ interpolated((psi, k1, k2), at.left, by)) for at, weight, by in basis)

    normalisers = sum(in_order(normaliser, cuts(len(system.form), _ROWS)))
    finite = np.where(system.valid, steps, 0.0)
    return float(of_rows(system, eta) @ system.score) - normalisers - float((finite * system.at_least).sum())


def of_rows(system: System, values: Floats) -> Floats:
    """Values of combinations (C,) given to their rows."""
    if system.start is None:
        return values
    lengths = np.diff(np.append(system.start, len(system.form)))
    return np.repeat(values, lengths)


def _of_combinations(system: System, values: Floats) -> Floats:
    return values if system.start is None else np.add.reduceat(values, system.start)

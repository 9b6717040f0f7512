r"""The joint likelihood of a many-facet model on cells: value, score equations and curvature.

.. math:: \ell = \sum_c \bigl[\eta_c S_c - w_c \psi_{f(c)}(\eta_c)\bigr] - \sum_{ik} \delta_{ik} N_{i, \ge k},
   \qquad \eta_c = \sum_f s_f\, x_{f, e(c)}

with S the total score of a cell, :math:`N_{i,\ge k}` the ratings of item i in category k or above,
and sign +1 for ratees, -1 for every other facet. It is concave in all locations and steps together.
Sources: Andrich (1978), Masters (1982), Linacre (1989, ch. 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.kernels.tables import (
    ItemTables,
    Places,
    hermite,
    interpolated,
    item_tables,
    places,
    spread,
)


@dataclass(frozen=True, eq=False, kw_only=True)
class System:
    """What the likelihood depends on. C cells, A facets other than the item, I items, K categories.

    Attributes
    ----------
    index : tuple of A int arrays, shape (C,)
        Element of each facet.
    sizes : tuple of A int
    sign : tuple of A float
    form : array of int32, shape (C,)
        Item set, or item where ``forms`` is None.
    forms : bool array, shape (F, I), or None
    weight, score : array, shape (C,)
        Weight and weighted total score counted from 0.
    start : array of int or None
        First row of each combination of elements where rows are single ratings in its order.
    counts : array, shape (I, K)
        Weighted ratings of each item in each category.
    top : array of int, shape (I,)
        Highest category of each item; the steps above it do not exist.
    shared : bool
        Rating scale: items share their thresholds. Otherwise partial credit.
    free : tuple of A bool arrays, shape (E,)
        False where an element is anchored.
    free_item : bool array, shape (I,)
    """

    index: tuple[Codes, ...]
    sizes: tuple[int, ...]
    sign: tuple[float, ...]
    form: Codes
    forms: NDArray[np.bool_] | None
    weight: Floats
    score: Floats
    start: NDArray[np.intp] | None
    counts: Floats
    top: NDArray[np.int64]
    shared: bool
    free: tuple[NDArray[np.bool_], ...]
    free_item: NDArray[np.bool_]

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """Steps that exist, shape (I, K-1)."""
        return np.arange(1, self.counts.shape[1]) <= self.top[:, None]

    @cached_property
    def at_least(self) -> Floats:
        """Weighted ratings of each item in category k or above, shape (I, K-1)."""
        return self.counts[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]

    @cached_property
    def totals(self) -> tuple[Floats, ...]:
        """Weighted total score of every element of every facet."""
        return _by_element(self, self.score)

    def contract(self, step_values: Floats) -> Floats:
        """Adjoint of `expand`, on the last two axes: (..., I, K-1) to (..., M)."""
        if self.shared:
            return np.concatenate([step_values.sum(axis=-1), step_values.sum(axis=-2)], axis=-1)
        return step_values.reshape(*step_values.shape[:-2], -1)

    def expand(self, parameters: Floats) -> Floats:
        """Steps (I, K-1) from item parameters (M,): difficulties and thresholds, or free steps."""
        if self.shared:
            n = len(self.top)
            return parameters[:n, None] + parameters[n:]
        return parameters.reshape(self.valid.shape)

    def project(self, parameters: Floats) -> Floats:
        """Part of a direction (M,) that leaves anchored items and absent steps where they are."""
        if self.shared:
            n = len(self.top)
            thresholds = parameters[n:] - (0.0 if self.free_item.all() else parameters[n:].mean())
            return np.concatenate([np.where(self.free_item, parameters[:n], 0.0), thresholds])
        steps = np.where(self.valid, parameters.reshape(self.valid.shape), 0.0)
        mean = steps.sum(axis=1, keepdims=True) / np.maximum(self.top, 1)[:, None]
        held = np.where(self.free_item[:, None] | ~self.valid, 0.0, mean)
        return (steps - held).ravel()


class Point(NamedTuple):
    """Locations of the elements of A facets, and steps (I, K-1) with ``inf`` where there is none."""

    locations: tuple[Floats, ...]
    steps: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class Evaluation:
    """The likelihood and its score equations at a point.

    Attributes
    ----------
    value : float
        Log-likelihood.
    residuals : tuple of A arrays, shape (E,)
        Observed less expected total score.
    step_residuals : array, shape (I, K-1)
        Observed less expected ratings in category k or above.
    tables, at
        Tabulated functions and where the cells lie among them.
    """

    value: float
    residuals: tuple[Floats, ...]
    step_residuals: Floats
    tables: ItemTables
    at: Places


def locations_of_cells(system: System, locations: tuple[Floats, ...]) -> Floats:
    """Location of every cell: ratee less the sum of the other facets, shape (C,)."""
    parts = zip(system.sign, locations, system.index, strict=True)
    return sum((sign * x[at] for sign, x, at in parts), np.zeros(len(system.form)))


def evaluate(system: System, point: Point) -> Evaluation:
    """Log-likelihood, residuals and information at a point.

    Parameters
    ----------
    system : System
    point : Point

    Returns
    -------
    Evaluation

    Notes
    -----
    Cost O(C) gathers and O(I K G) for the tables; exact to about 1e-10 of a score point.
    """
    eta = locations_of_cells(system, point.locations)
    tables = item_tables(point.steps, float(eta.min()), float(eta.max()))
    at = places(eta, system.form, tables)
    weights = hermite(at.share, tables.width)
    psi, k1, k2, k3 = (of_forms(system, each) for each in tables[3:7])
    normaliser = interpolated((psi, k1, k2), at.left, weights)
    expected = system.weight * interpolated((k1, k2, k3), at.left, weights)
    mass = spread(at.left, weights, system.weight, k1.size)
    step_residuals = np.where(system.valid, system.at_least - tail_counts(system, mass, tables), 0.0)
    steps = np.where(system.valid, point.steps, 0.0)
    value = eta @ system.score - system.weight @ normaliser - float((steps * system.at_least).sum())
    gap = system.score - expected
    return Evaluation(
        value=float(value),
        residuals=_by_element(system, gap),
        step_residuals=step_residuals,
        tables=tables,
        at=at,
    )


def information(system: System, evaluation: Evaluation) -> tuple[tuple[Floats, ...], Floats]:
    """Sum of rating variances of every element of every facet, and of every item.

    Minus the second derivatives of the log-likelihood by each location alone.
    """
    tables, at = evaluation.tables, evaluation.at
    weights = hermite(at.share, tables.width)
    k2, k3, k4 = (of_forms(system, each) for each in (tables.k2, tables.k3, tables.k4))
    variance = system.weight * interpolated((k2, k3, k4), at.left, weights)
    mass = [of_items(system, each) for each in spread(at.left, weights, system.weight, k2.size)]
    by_item = sum((m * k).sum(axis=1) for m, k in zip(mass, (tables.k2, tables.k3, tables.k4), strict=True))
    return _by_element(system, variance), np.asarray(by_item)


def _by_element(system: System, row_values: Floats) -> tuple[Floats, ...]:
    pairs = zip(system.index, system.sizes, strict=True)
    return tuple(add_up(at, size, row_values) for at, size in pairs)


def expected_counts(system: System, evaluation: Evaluation) -> Floats:
    """Expected ratings of each item in each category, shape (I, K)."""
    tail = system.at_least - evaluation.step_residuals
    tail = np.where(system.valid, tail, 0.0)
    total = system.counts.sum(axis=1, keepdims=True)
    padded = np.concatenate([total, tail, np.zeros_like(total)], axis=1)
    counts: Floats = padded[:, :-1] - padded[:, 1:]
    return counts


def of_forms(system: System, item_values: Floats) -> Floats:
    """Values (I, G) added up over the items of each form, flat over forms and nodes."""
    summed: Floats = item_values if system.forms is None else system.forms @ item_values
    return summed.ravel()


def of_items(system: System, flat: Floats) -> Floats:
    """Adjoint of `of_forms`: (F G,) to (I, G)."""
    if system.forms is None:
        return flat.reshape(len(system.top), -1)
    summed: Floats = system.forms.T @ flat.reshape(len(system.forms), -1)
    return summed


def tails_of(tables: ItemTables) -> Floats:
    """Probability of category k or above at the nodes, shape (G, I, K-1)."""
    tails: Floats = tables.prob[:, :, ::-1].cumsum(axis=2)[:, :, ::-1][:, :, 1:]
    return tails


def tail_counts(system: System, mass: tuple[Floats, ...], tables: ItemTables) -> Floats:
    """Expected ratings of each item in category k or above, shape (I, K-1)."""
    k = np.arange(tables.prob.shape[2])
    value, slope, curve = (of_items(system, each).T[:, :, None] for each in mass)
    off = k - tables.k1.T[:, :, None]
    factor = value + slope * off + curve * (off * off - tables.k2.T[:, :, None])
    counts = np.einsum("gik,gik->ik", tables.prob, factor)
    tails: Floats = counts[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    return tails


@dataclass(frozen=True, eq=False, kw_only=True)
class Curvature:
    """Minus the second derivatives of the log-likelihood, M item parameters.

    Attributes
    ----------
    index : tuple of A int arrays, shape (C,)
        Elements of each combination.
    variance : array, shape (C,)
        By combination.
    diagonal : tuple of A arrays, shape (E,)
    cross : tuple of A arrays, shape (E, M)
        Between an element and the item parameters, signs included.
    items : array, shape (M, M)
    """

    index: tuple[Codes, ...]
    variance: Floats
    diagonal: tuple[Floats, ...]
    cross: tuple[Floats, ...]
    items: Floats


def curvature(system: System, evaluation: Evaluation) -> Curvature:
    """Curvature at an evaluated point.

    Nodes are weighted linearly here, in all blocks alike: they are right to about 1e-4 of their
    size and consistent with one another, so the matrix has the null space of the exact one. It
    directs Newton's steps and does not enter the score equations.
    """
    tables, at = evaluation.tables, evaluation.at
    size = tables.psi.shape[1] * (len(system.top) if system.forms is None else len(system.forms))
    low, high = system.weight * (1 - at.share), system.weight * at.share
    density = add_up(at.left, size, low) + add_up(at.left + 1, size, high)
    tails = tails_of(tables)
    k = np.arange(1, tables.prob.shape[2])
    upper = (tables.prob[:, :, 1:] * k)[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]
    slopes = upper - tables.k1.T[:, :, None] * tails
    k2 = of_forms(system, tables.k2)
    index, variance = system.index, low * k2[at.left] + high * k2[at.left + 1]
    diagonal = _by_element(system, variance)
    if system.start is not None:
        index = tuple(each[system.start] for each in index)
        variance = np.add.reduceat(variance, system.start)
    signs = zip(system.sign, system.index, system.sizes, strict=True)
    cross = tuple(-sign * _cross(system, at_f, n, (at, low, high), slopes) for sign, at_f, n in signs)
    return Curvature(
        index=index,
        variance=variance,
        diagonal=diagonal,
        cross=tuple(system.contract(np.where(system.valid, each, 0.0)) for each in cross),
        items=item_block(system, of_items(system, density), tails),
    )


def _cross(
    system: System, element: Codes, n: int, placed: tuple[Places, Floats, Floats], slopes: Floats
) -> Floats:
    """Sum over an element's cells of d P(Y >= k) / d eta by item and step, shape (E, I, K-1)."""
    at, low, high = placed
    nodes, n_items, n_steps = slopes.shape
    sets = (
        [np.array([i]) for i in range(n_items)]
        if system.forms is None
        else list(map(np.flatnonzero, system.forms))
    )
    columns = np.concatenate([at.left, at.left + 1])
    where = (np.concatenate([element, element]), columns)
    on_nodes = csc_array((np.concatenate([low, high]), where), shape=(n, len(sets) * nodes))
    found = np.zeros((n, n_items, n_steps))
    for form, items in enumerate(sets):
        part = on_nodes[:, form * nodes : (form + 1) * nodes]
        found[:, items] += (part @ slopes[:, items].reshape(nodes, -1)).reshape(n, len(items), n_steps)
    return found


def item_block(system: System, density: Floats, tails: Floats) -> Floats:
    """Second derivatives by item parameters, shape (M, M)."""
    n_steps = system.valid.shape[1]
    both = np.einsum("ig,gik,gil->ikl", density, tails, tails, optimize=True)
    each = np.einsum("ig,gik->ik", density, tails)
    higher = np.maximum.outer(np.arange(n_steps), np.arange(n_steps))
    return item_matrix(system, each[:, higher] - both)


def item_matrix(system: System, block: Floats) -> Floats:
    """Second derivatives by steps of each item (I, K-1, K-1) as those by item parameters, (M, M)."""
    n_items, n_steps = system.valid.shape
    block = block * (system.valid[:, :, None] & system.valid[:, None, :])
    if system.shared:
        to_thresholds = block.sum(axis=1)
        full = np.zeros((n_items + n_steps, n_items + n_steps))
        full[:n_items, :n_items] = np.diag(block.sum(axis=(1, 2)))
        full[:n_items, n_items:] = to_thresholds
        full[n_items:, :n_items] = to_thresholds.T
        full[n_items:, n_items:] = block.sum(axis=0)
        return full
    full = np.zeros((n_items, n_steps, n_items, n_steps))
    full[np.arange(n_items), :, np.arange(n_items), :] = block
    return full.reshape(n_items * n_steps, n_items * n_steps)

r"""Item and form functions of one dimension, tabulated and interpolated.

For Rasch-family items a cell's likelihood depends on its location :math:`\eta` alone through the
log-normaliser :math:`\psi(\eta)` of its item set; :math:`E = \psi'`, :math:`V = \psi''`. They are
tabulated with their own exact derivatives and interpolated by quintic Hermite polynomials, whose
error is :math:`h^6 f^{(6)} / 46080`; with :math:`h (K-1) = 0.1` that is below 1e-10 of a score point.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes, Floats, add_up

Indices = NDArray[np.intp]


class ItemTables(NamedTuple):
    """Functions of every item at G equally spaced nodes.

    ``prob`` has shape (G, I, K); ``psi`` and the cumulants ``k1`` ... ``k4`` of a rating (I, G).
    """

    low: float
    width: float
    prob: Floats
    psi: Floats
    k1: Floats
    k2: Floats
    k3: Floats
    k4: Floats


class Places(NamedTuple):
    """Where C locations lie among the nodes.

    ``left`` is the flat index ``form * G + node`` of the node below, ``share`` the fraction of the
    way to the next node, both of shape (C,).
    """

    left: Indices
    share: Floats


def item_tables(steps: Floats, low: float, high: float, spacing: float = 0.1) -> ItemTables:
    """Tabulate every item between two locations.

    Parameters
    ----------
    steps : array, shape (I, K-1), logits
        ``inf`` where an item has no such category.
    low, high : float, logits
    spacing : float
        Distance of nodes in logits, times the item's steps.

    Returns
    -------
    ItemTables

    Examples
    --------
    >>> item_tables(np.array([[0.0]]), -1.0, 1.0).k1[0, [0, 10]].round(3)
    array([0.269, 0.5  ])
    """
    top = steps.shape[1]
    width = spacing / top
    count = int(np.ceil((high - low) / width)) + 2
    nodes = low + width * np.arange(count)
    k = np.arange(top + 1.0)
    cumulated = np.concatenate([np.zeros((len(steps), 1)), np.cumsum(steps, axis=1)], axis=1)
    logits = nodes[:, None, None] * k - cumulated
    peak = logits.max(axis=2, keepdims=True)
    prob = np.exp(logits - peak)
    total = (prob @ np.ones(top + 1))[:, :, None]
    prob /= total
    psi = (np.log(total) + peak)[:, :, 0]
    k1 = prob @ k
    off = k - k1[:, :, None]
    square = off * off
    k2 = np.einsum("gik,gik->gi", prob, square)
    k3 = np.einsum("gik,gik,gik->gi", prob, square, off)
    k4 = np.einsum("gik,gik,gik->gi", prob, square, square) - 3 * k2 * k2
    rows = (np.ascontiguousarray(each.T) for each in (psi, k1, k2, k3, k4))
    return ItemTables(low, width, prob, *rows)


def places(eta: Floats, form: Codes, tables: ItemTables) -> Places:
    """Where locations lie in the flattened tables of their forms.

    Parameters
    ----------
    eta : array, shape (C,), logits
        Inside the tabulated range.
    form : array of int, shape (C,)
    tables : ItemTables

    Returns
    -------
    Places
    """
    count = tables.psi.shape[1]
    at = (eta - tables.low) / tables.width
    node = np.minimum(at.astype(np.intp), count - 2)
    return Places(form.astype(np.intp) * count + node, at - node)


def hermite(share: Floats, width: float) -> tuple[Floats, ...]:
    """Quintic Hermite weights of value, slope and curvature at the left and the right node.

    Parameters
    ----------
    share : array, shape (C,)
        Between 0 and 1.
    width : float
        Distance of nodes.

    Returns
    -------
    tuple of six arrays, shape (C,)
        For left value, slope, curvature, then right value, slope, curvature.

    Examples
    --------
    >>> [round(float(weight[0]), 3) for weight in hermite(np.array([0.5]), 1.0)]
    [0.5, 0.156, 0.016, 0.5, -0.156, 0.016]
    """
    t, t2 = share, share * share
    t3 = t2 * t
    rise = t3 * (10 - 15 * t + 6 * t2)
    slope_left = t - t3 * (6 - 8 * t + 3 * t2)
    slope_right = t3 * (-4 + 7 * t - 3 * t2)
    curve_left = t2 * (0.5 - t * (1.5 - 1.5 * t + 0.5 * t2))
    curve_right = t3 * (0.5 - t + 0.5 * t2)
    w2 = width * width
    return 1 - rise, width * slope_left, w2 * curve_left, rise, width * slope_right, w2 * curve_right


def interpolated(triple: tuple[Floats, Floats, Floats], left: Indices, weights: tuple[Floats, ...]) -> Floats:
    """Value of a tabulated function at C places from its values, slopes and curvatures.

    Parameters
    ----------
    triple : three flat arrays over forms and nodes
        The function and its first two derivatives.
    left : array of int, shape (C,)
    weights : tuple of six arrays
        From `hermite`.

    Returns
    -------
    array, shape (C,)
    """
    value, slope, curve = triple
    right = left + 1
    found = weights[0] * value[left]
    found += weights[1] * slope[left]
    found += weights[2] * curve[left]
    found += weights[3] * value[right]
    found += weights[4] * slope[right]
    found += weights[5] * curve[right]
    return found


def spread(left: Indices, weights: tuple[Floats, ...], mass: Floats, size: int) -> tuple[Floats, ...]:
    """Adjoint of `interpolated`: mass at places moved to values, slopes and curvatures of the nodes.

    Parameters
    ----------
    left, weights
        As for `interpolated`.
    mass : array, shape (C,)
    size : int
        Length of the flat tables.

    Returns
    -------
    three arrays, shape (size,)

    Examples
    --------
    >>> weights = hermite(np.array([0.5]), 1.0)
    >>> spread(np.array([1]), weights, np.array([2.0]), 4)[0]
    array([0., 1., 1., 0.])
    """
    right = left + 1
    return tuple(
        add_up(left, size, mass * weights[n]) + add_up(right, size, mass * weights[n + 3]) for n in range(3)
    )

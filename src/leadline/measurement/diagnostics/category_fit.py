r"""How each category works: where it is used, where it should be, and how surely.

Ratings of an item in a category are spread over the nodes of a fine grid of locations; every
statistic is then a sum over items, categories and nodes, whatever the number of ratings.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leadline.measurement.diagnostics.facet_tables import listed_categories
from leadline.measurement.diagnostics.rater_sums import Rows
from leadline.measurement.kernels.arrays import Floats, add_up
from leadline.measurement.kernels.curves import probabilities
from leadline.measurement.kernels.grid import node_below
from leadline.measurement.kernels.large import compiled
from leadline.measurement.values.calibration import Calibration, rung_labels
from leadline.measurement.values.facet import Thresholds
from leadline.measurement.values.ratings import Ratings

FEW = 10
"""Ratings in a category below which its threshold is unsteady (Linacre 2002, guideline 1)."""

NOISY = 2.0
"""Outfit above which a category brings more noise than sense (Linacre 2002, guideline 4)."""


class CategoryFit(NamedTuple):
    """One row for each row of `Thresholds`.

    Attributes
    ----------
    share : array, shape (T,)
        Part of the scale's ratings.
    average_measure, expected_measure : array, shape (T,), logits
        Mean of location less difficulty over the ratings in the category, observed and to be expected.
    infit_mnsq, outfit_mnsq : array, shape (T,)
        Squared residuals, as they are and standardised, over what is expected of the category: 1.
    note : tuple of str
        ``unused``, ``few``, ``average_falls``, ``noisy``, ``threshold_falls``, separated by spaces.
    """

    share: Floats
    average_measure: Floats
    expected_measure: Floats
    infit_mnsq: Floats
    outfit_mnsq: Floats
    note: tuple[str, ...]


def category_fit(
    calibration: Calibration, thresholds: Thresholds, mass: Floats, nodes: Floats
) -> CategoryFit:
    """Statistics of every category of every scale.

    Parameters
    ----------
    calibration : Calibration
    thresholds : Thresholds
    mass : array, shape (I, K, G)
        From `category_mass`, blocks of ratings added up.
    nodes : array, shape (G,), logits

    Returns
    -------
    CategoryFit

    Notes
    -----
    Source: Linacre (2002), *Journal of Applied Measurement* 3, 85-106; average measures as in FACETS,
    Table 8. Mean squares are observed over expected sums, so that 1 is expected in every category.
    """
    scales = 1 if calibration.shared else calibration.steps.shape[0]
    sums = _sums(calibration, mass, nodes)
    of_scale = sums.sum(axis=1, keepdims=True) if calibration.shared else sums
    n, measure, inner, outer, likely, likely_measure, likely_inner, likely_outer = of_scale
    with np.errstate(invalid="ignore", divide="ignore"):
        by_rung = (measure / n, likely_measure / likely, inner / likely_inner, outer / likely_outer)
    categories = listed_categories(calibration.labels)
    found = np.full((4, scales, len(categories)), np.nan)
    for row, labels in enumerate(rung_labels(calibration)):
        rung = np.flatnonzero(np.isfinite(labels))
        at = np.searchsorted(categories, labels[rung])
        for number, values in enumerate(by_rung):
            found[number, row, at] = np.where(n[row, rung] > 0, values[row, rung], np.nan)
    count = thresholds.count.reshape(scales, -1)
    share = count / np.maximum(count.sum(axis=1, keepdims=True), 1e-300)
    notes = [
        _notes(c, average, outfit, steps)
        for c, average, outfit, steps in zip(
            count, found[0], found[3], thresholds.threshold.reshape(scales, -1), strict=True
        )
    ]
    average, expected, infit, outfit = found.reshape(4, -1)
    return CategoryFit(share.ravel(), average, expected, infit, outfit, tuple(np.concatenate(notes).tolist()))


def _sums(calibration: Calibration, mass: Floats, nodes: Floats) -> Floats:
    """Observed and expected sums by item and rung, shape (8, I, K)."""
    found, k = np.zeros((8, *mass.shape[:2])), np.arange(mass.shape[1])
    for i in np.flatnonzero(calibration.screen.top > 0):
        prob = probabilities(calibration.curves, nodes, calibration.steps, np.full(len(nodes), i)).T
        mean = k @ prob
        variance = np.maximum((k * k) @ prob - mean * mean, 1e-12)
        square = (k[:, None] - mean) ** 2
        location = nodes - calibration.locations[-1][i]
        for base, weights in ((0, mass[i]), (4, mass[i].sum(axis=0) * prob)):
            terms = (weights, weights * location, weights * square, weights * (square / variance))
            found[base : base + 4, i] = [term.sum(axis=1) for term in terms]
    return found


def mass_shape(calibration: Calibration, nodes: Floats) -> tuple[int, int, int]:
    """Items, rungs and nodes."""
    return calibration.steps.shape[0], calibration.steps.shape[1] + 1, len(nodes)


def category_mass(ratings: Ratings, calibration: Calibration, rows: Rows, nodes: Floats) -> Floats:
    """Weights of ratings by item and rung, given to the two nodes each lies between; blocks add up.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration
    rows : Rows
    nodes : array, shape (G,), logits

    Returns
    -------
    array, shape (I, K, G)
    """
    shape = mass_shape(calibration, nodes)
    left, share = node_below(rows.eta, float(nodes[0]), float(nodes[1] - nodes[0]), len(nodes))
    item, rung = ratings.index["item"][rows.kept], calibration.screen.rung[rows.kept]
    weight = ratings.weight[rows.kept]
    kernels = compiled(len(item))
    if kernels is not None:
        found = np.zeros(shape)
        ends = np.append(rows.start, len(item))
        kernels.shared_out(ends, item, rung, left, share, np.ascontiguousarray(weight), found)
        return found
    row, size = rows.row, int(np.prod(shape))
    flat = (item * shape[1] + rung) * shape[2] + left[row]
    each = add_up(flat, size, weight * (1 - share[row])) + add_up(flat + 1, size, weight * share[row])
    return each.reshape(shape)


def _notes(count: Floats, average: Floats, outfit: Floats, threshold: Floats) -> list[str]:
    """What to look at in each category of one scale, from the lowest up."""
    notes = []
    for k in range(len(count)):
        used, steps = average[:k][np.isfinite(average[:k])], threshold[:k][np.isfinite(threshold[:k])]
        said = {
            "unused": count[k] == 0,
            "few": 0 < count[k] < FEW,
            "average_falls": len(used) > 0 and average[k] < used[-1],
            "noisy": outfit[k] > NOISY,
            "threshold_falls": len(steps) > 0 and threshold[k] < steps[-1],
        }
        notes.append(" ".join(name for name, holds in said.items() if holds))
    return notes

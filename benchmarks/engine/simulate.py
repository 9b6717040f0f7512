"""Ratings with known truth, drawn block by block so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks.engine.designs import CATEGORIES, Design
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

BLOCK = 1_000_000
"""Ratings drawn at a time: 200 MB at the peak."""


class Truth(NamedTuple):
    """What made the ratings, in logits. P ratees, F factors, R raters, I items, K categories.

    ``theta`` (P, F); ``severity`` (R,); ``steps`` (I, K-1), difficulty plus threshold; ``panel``
    (P, raters each), who rated whom.
    """

    theta: Floats
    severity: Floats
    steps: Floats
    panel: Codes


class Ratings(NamedTuple):
    """N ratings as codes from 0; ``rating`` is the category, from 0 to K-1."""

    ratee: Codes
    rater: Codes
    item: Codes
    rating: NDArray[np.int8]


def truth(design: Design, seed: int) -> Truth:
    """Draw theta N(0, 1), severity N(0, .5) and difficulty N(0, .6), and who rates whom."""
    draw = np.random.default_rng([seed, 0])
    theta = draw.normal(0, 1, (design.n_ratees, design.n_factors))
    if design.correlation is not None:
        theta[:, 1] = design.correlation * theta[:, 0] + np.sqrt(1 - design.correlation**2) * theta[:, 1]
    severity = draw.normal(0, 0.5, design.n_raters)
    difficulty = draw.normal(0, 0.6, design.n_items)
    scatter = draw.normal(0, 1, (design.n_items, CATEGORIES - 1))
    thresholds = np.linspace(-1.8, 1.8, CATEGORIES - 1) + design.step_sd * scatter
    thresholds -= thresholds.mean(axis=1, keepdims=True)
    steps = (difficulty - difficulty.mean())[:, None] + thresholds
    return Truth(theta, severity - severity.mean(), steps, panels(draw, design))


def panels(draw: np.random.Generator, design: Design) -> Codes:
    """Raters of every ratee: nobody twice, everybody about equally often."""
    if design.raters_each > design.n_raters:
        raise ValueError(f"{design.name}: {design.raters_each} raters each, of {design.n_raters}")
    slots = np.resize(np.arange(design.n_raters, dtype=np.int32), design.n_ratees * design.raters_each)
    draw.shuffle(slots)
    panel = slots.reshape(design.n_ratees, design.raters_each)
    order = np.argsort(panel, axis=1, kind="stable")
    again = np.diff(np.take_along_axis(panel, order, axis=1), axis=1) == 0
    for row, place in np.argwhere(again):
        # A swap that repeats nobody in either row: no row gets worse, so one pass is enough.
        column = order[row, place + 1]
        while True:
            other = draw.integers(design.n_ratees), draw.integers(design.raters_each)
            if panel[other] not in panel[row] and panel[row, column] not in panel[other[0]]:
                panel[row, column], panel[other] = panel[other], panel[row, column]
                break
    return panel


def blocks(design: Design, made_by: Truth, seed: int) -> Iterator[Ratings]:
    """Draw the ratings, ratee by ratee, in blocks of whole forms."""
    n_cells, n_items = made_by.panel.size, design.n_items
    cells_each = max(1, BLOCK // n_items)
    k = np.arange(1, CATEGORIES)
    cumulated = np.cumsum(made_by.steps, axis=1)
    factor = np.arange(n_items) * design.n_factors // n_items
    for number, start in enumerate(range(0, n_cells, cells_each)):
        draw = np.random.default_rng([seed, 1, number])
        cell = np.arange(start, min(start + cells_each, n_cells))
        ratee = (cell // design.raters_each).astype(np.int32)
        rater = made_by.panel.ravel()[cell]
        halo = design.halo_sd * draw.normal(0, 1, len(cell))
        eta = made_by.theta[ratee][:, factor] - (made_by.severity[rater] + halo)[:, None]
        odds = np.exp(k * eta[:, :, None] - cumulated).cumsum(axis=2)
        level = draw.random((len(cell), n_items)) * (1 + odds[:, :, -1])
        rating = (level > 1).astype(np.int8)
        for step in range(CATEGORIES - 2):
            rating += level > 1 + odds[:, :, step]
        row, item = np.nonzero(draw.random(rating.shape) >= design.missing)
        if design.shuffled:
            order = draw.permutation(len(row))
            row, item = row[order], item[order]
        yield Ratings(ratee[row], rater[row], item.astype(np.int32), rating[row, item])


def simulate(design: Design, seed: int) -> tuple[Ratings, Truth]:
    """All ratings of a design in memory, and their truth."""
    made_by = truth(design, seed)
    parts = zip(*blocks(design, made_by, seed), strict=True)
    return Ratings(*(np.concatenate(part) for part in parts)), made_by


def write_columns(design: Design, seed: int, folder: Path) -> None:
    """Write a data set for the peers: one raw file a column, read by numpy and R alike, and the truth."""
    made_by = truth(design, seed)
    files = {name: (folder / f"{name}.bin").open("wb") for name in Ratings._fields}
    for block in blocks(design, made_by, seed):
        for name, column in block._asdict().items():
            column.tofile(files[name])
    for file in files.values():
        file.close()
    np.savez(folder / "truth.npz", **made_by._asdict())
    design.save(folder)


def read_columns(folder: Path) -> Ratings:
    """The columns of a data set, mapped rather than read."""
    kinds = {"ratee": np.int32, "rater": np.int32, "item": np.int32, "rating": np.int8}
    return Ratings(**{name: np.memmap(folder / f"{name}.bin", kind, "r") for name, kind in kinds.items()})


def read_truth(folder: Path) -> Truth:
    with np.load(folder / "truth.npz") as kept:
        return Truth(**{name: kept[name] for name in Truth._fields})

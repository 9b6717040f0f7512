"""Ratings at the estimates, added up by ratee and rater: what tests of raters are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from leadline.measurement.kernels.arrays import Codes, Flags, Floats, add_up
from leadline.measurement.kernels.cells import collapse
from leadline.measurement.kernels.grid import Expectations, expectations, looked_up, nodes_between
from leadline.measurement.kernels.large import is_even, picked, run_starts
from leadline.measurement.values.calibration import Calibration, located_at, rung_labels
from leadline.measurement.values.facet import sign_of
from leadline.measurement.values.ratings import Ratings

BLOCK = 500_000
"""Ratings a thread adds up at a time: some 50 MB of temporaries."""


class RaterSums(NamedTuple):
    """Ratings of C cells (a ratee by a rater), of R raters with L labels.

    Attributes
    ----------
    rater, ratee : array of int, shape (C,)
    n : array, shape (C,)
        Ratings.
    surplus, variance : array, shape (C,)
        Observed less expected rating, and the rating variance, both added up.
    place : array, shape (C,), logits
        Location of the ratee.
    bend, bend_variance, cross : array, shape (C,)
        Expected less observed square of the distance from the middle of the scale; its variance and
        its covariance with the rating.
    labels : array of int, shape (L,)
    given, likely : array, shape (R, L)
        Ratings with each label; and as many as a rater of mean severity would be expected to give.
    """

    rater: Codes
    ratee: Codes
    n: Floats
    surplus: Floats
    variance: Floats
    place: Floats
    bend: Floats
    bend_variance: Floats
    cross: Floats
    labels: Codes
    given: Floats
    likely: Floats


class Rows(NamedTuple):
    """Ratings with a place on the scale, in rows that share a location: cells, or one rating each.

    ``kept`` (n,) numbers the ratings, ``start`` (B,) the first of each row among them.
    """

    kept: Codes
    start: Codes
    form: Codes
    forms: Flags | None
    eta: Floats
    weight: Floats

    @property
    def row(self) -> Codes:
        """Row of each rating, shape (n,)."""
        return np.repeat(np.arange(len(self.start)), np.diff(np.append(self.start, len(self.kept))))


def in_blocks(ratings: Ratings, calibration: Calibration) -> Iterator[tuple[Ratings, Calibration]]:
    """Ratings a few million at a time, ratee by ratee, so that memory does not grow with their number.

    Examples
    --------
    >>> from leadline.evidence.frames import frame
    >>> from leadline.measurement import fit
    >>> table = {"ratee": ["a", "a", "b", "b"], "rater": ["r", "s"] * 2, "item": ["x"] * 4}
    >>> found = fit(frame({**table, "rating": [1, 2, 2, 3]}))
    >>> [block.n for block, _ in in_blocks(found.ratings, found.calibration)]
    [4]
    """
    ratee = ratings.index.get("ratee")
    if ratings.n <= BLOCK or ratee is None or calibration.facets[0] != "ratee":
        yield ratings, calibration
        return
    wanted = np.arange(BLOCK, ratings.n, BLOCK)
    cuts = np.unique(np.searchsorted(ratee, ratee[wanted]))
    for begin, end in pairwise([0, *cuts[cuts > 0].tolist(), ratings.n]):
        part = slice(begin, end)
        index = {facet: at[part] for facet, at in ratings.index.items()}
        some = replace(ratings, index=index, rating=ratings.rating[part], weight=ratings.weight[part])
        screen = calibration.screen
        screen = screen._replace(kept=screen.kept[part], rung=screen.rung[part])
        yield some, replace(calibration, screen=screen)


def added_up(each: Iterable[RaterSums]) -> RaterSums | None:
    """Sums of blocks of different ratees as one; None of none."""
    parts: list[RaterSums] = []
    given, likely, nothing = np.zeros(1), np.zeros(1), np.empty(0)
    for one in each:
        given, likely = given + one.given, likely + one.likely
        # These have a row for every rater, and would be kept once a block.
        parts.append(one._replace(given=nothing, likely=nothing))
    if not parts:
        return None
    by_cell = RaterSums._fields[: RaterSums._fields.index("labels")]
    cells = {name: np.concatenate([getattr(one, name) for one in parts]) for name in by_cell}
    return parts[0]._replace(**cells, given=given, likely=likely)


def rows_of(ratings: Ratings, calibration: Calibration) -> Rows:
    """Ratings whose elements all have a location and whose item has steps.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration

    Returns
    -------
    Rows
        Cells where item sets repeat and ratings weigh the same.
    """
    facets, item = calibration.facets, ratings.index["item"]
    eta = located_at(ratings, calibration)
    rated = np.isfinite(eta) & (calibration.screen.top[item] > 0)
    kept = np.flatnonzero(rated)
    index = [picked(ratings.index[facet], rated) for facet in facets[:-1]]
    sizes = [len(ratings.elements[facet]) for facet in facets]
    weight = picked(ratings.weight, rated)
    whole = is_even(weight) or bool((weight == 1.0).all())
    cells = collapse(index, sizes[:-1], picked(item, rated), sizes[-1], whole=whole)
    start = np.arange(len(kept)) if cells.forms is None else cells.start
    of_rows = weight if cells.forms is None else np.ones(len(start))
    return Rows(kept, start, cells.form, cells.forms, eta[kept][start], of_rows)


def nodes_of(calibration: Calibration) -> Floats:
    """Nodes that cover every sum of locations of a calibration, items apart."""
    low = high = 0.0
    for facet, values in zip(calibration.facets[:-1], calibration.locations[:-1], strict=True):
        known = sign_of(facet) * values[np.isfinite(values)]
        low, high = low + float(known.min(initial=0.0)), high + float(known.max(initial=0.0))
    n_items, n_steps = calibration.steps.shape
    return nodes_between(low, high, n_items, n_steps + 1)


def expected_of(calibration: Calibration, nodes: Floats) -> Expectations:
    """Tables of the items of a calibration."""
    rungs = np.nan_to_num(rung_labels(calibration), nan=float(calibration.labels[0]))
    shape = calibration.steps.shape[0], calibration.steps.shape[1] + 1
    label = np.broadcast_to(np.searchsorted(calibration.labels, rungs), shape)
    return expectations(calibration.steps, label, len(calibration.labels), nodes, calibration.curves)


def rater_sums(
    ratings: Ratings, calibration: Calibration, rows: Rows | None = None, items: Expectations | None = None
) -> RaterSums:
    """Add ratings up by ratee and rater.

    Parameters
    ----------
    ratings : Ratings
        With a facet ``rater``.
    calibration : Calibration
    rows : Rows, optional
        From `rows_of`, where they are at hand.
    items : Expectations, optional
        From `expected_of`, where they are at hand.

    Returns
    -------
    RaterSums

    Notes
    -----
    Cost O(N) additions and O(rows) look-ups; no exponential a rating.
    """
    rows = rows_of(ratings, calibration) if rows is None else rows
    first = rows.kept[rows.start]
    ratee, rater = ratings.index["ratee"][first], ratings.index["rater"][first]
    at = {facet: n for n, facet in enumerate(calibration.facets)}
    severity = calibration.locations[at["rater"]]
    mean = float(np.nanmean(severity[~calibration.extreme[at["rater"]]])) if len(rows.eta) else 0.0
    alike = rows.eta + severity[rater] - (mean if np.isfinite(mean) else 0.0)
    items = expected_of(calibration, nodes_of(calibration)) if items is None else items
    table = items.of_sets(rows.forms)
    left, share = table.places(rows.eta, rows.form)
    rung, weight = calibration.screen.rung[rows.kept].astype(float), ratings.weight[rows.kept]
    middle = np.isfinite(calibration.steps).sum(axis=1)[ratings.index["item"][rows.kept]] / 2
    cell = run_starts([ratee, rater])

    def added(observed: Floats, expected: Floats, sign: float) -> Floats:
        gap = _sums(observed * weight, rows.start) - rows.weight * looked_up(expected, left, share)
        return sign * _sums(gap, cell)

    def looked(values: Floats) -> Floats:
        return _sums(rows.weight * looked_up(values, left, share), cell)

    size = np.diff(np.append(rows.start, len(rows.kept))).astype(float)
    labels = calibration.labels
    of_label = _numbers(labels, ratings.rating)
    given = add_up(
        ratings.index["rater"].astype(np.int64) * len(labels) + of_label, len(severity) * len(labels)
    )
    left_alike, share_alike = table.places(alike, rows.form)
    likely = [add_up(rater, len(severity), looked_up(one, left_alike, share_alike)) for one in table.chance]
    return RaterSums(
        rater=rater[cell],
        ratee=ratee[cell],
        n=_sums(size, cell),
        surplus=added(rung, table.expected, 1.0),
        variance=np.maximum(looked(table.variance), 1e-12),
        place=calibration.locations[at["ratee"]][ratee[cell]],
        bend=added((rung - middle) ** 2, table.bend, -1.0),
        bend_variance=looked(table.bend_variance),
        cross=looked(table.cross),
        labels=labels,
        given=given.reshape(len(severity), len(labels)),
        likely=np.stack(likely, axis=1),
    )


def _numbers(labels: Codes, rating: Codes) -> Codes:
    """Which of the labels each rating is; bytes are looked up."""
    if rating.dtype != np.int8:
        return np.searchsorted(labels, rating)
    place = np.zeros(128, dtype=np.int64)
    place[labels] = np.arange(len(labels))
    return place[rating]


def _sums(values: Floats, start: Codes) -> Floats:
    """Sums of runs of values."""
    found: Floats = np.add.reduceat(values, start) if len(start) else np.empty(0)
    return found

"""Estimates of the elements that calibration set aside because they are extreme."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leadline.measurement.kernels.arrays import Codes, Floats
from leadline.measurement.kernels.extremes import Screened
from leadline.measurement.kernels.location import Located, located
from leadline.measurement.values.facet import sign_of
from leadline.measurement.values.ratings import Ratings


class Locations(NamedTuple):
    """Locations and standard errors of the elements of A facets; NaN where unknown."""

    locations: list[Floats]
    se: list[Floats]


def with_extremes(
    ratings: Ratings,
    facets: tuple[str, ...],
    screen: Screened,
    measured: Locations,
    thresholds: Floats,
    *,
    shared: bool,
) -> Locations:
    """Locate extreme elements, the last to be set aside first.

    Each is located where its score, moved 0.3 points inwards, is to be expected, with everything
    else held. What is itself unknown then (an extreme rater of an extreme ratee) stands at its
    facet's mean. An item with one category alone has no steps of its own in partial credit and
    stays unknown.

    Parameters
    ----------
    ratings : Ratings
    facets : tuple of A str
        The item last.
    screen : Screened
    measured : Locations
    thresholds : array, shape (T, K-1), logits
    shared : bool

    Returns
    -------
    Locations
    """
    locations, errors = [x.copy() for x in measured.locations], [x.copy() for x in measured.se]
    present = [np.ones(ratings.n, dtype=bool)]
    for found in screen.rounds:
        left = present[-1].copy()
        for facet, flags in zip(facets, found, strict=True):
            left &= ~flags[ratings.index[facet]]
        present.append(left)
    scale = _Scale(thresholds, screen, shared=shared)
    for found, kept in zip(reversed(screen.rounds), reversed(present[:-1]), strict=True):
        stand_in = [np.where(np.isnan(x), _mean(x), x) for x in locations]
        for number, flags in enumerate(found):
            rows = np.flatnonzero(kept & flags[ratings.index[facets[number]]])
            if len(rows):
                place = _place(ratings, facets, number, rows, known=stand_in, scale=scale)
                locations[number] = np.where(flags, place.location, locations[number])
                errors[number] = np.where(flags, place.se, errors[number])
    return Locations(locations, errors)


class _Scale:
    """Thresholds of each item, ``inf`` where there is no step."""

    def __init__(self, thresholds: Floats, screen: Screened, *, shared: bool) -> None:
        top = np.full_like(screen.top, screen.top.max()) if shared else screen.top
        steps = np.arange(1, thresholds.shape[1] + 1) <= top[:, None]
        self.thresholds = np.where(steps, thresholds, np.inf)
        self.rung = screen.rung


def _place(
    ratings: Ratings, facets: tuple[str, ...], number: int, rows: Codes, *, known: list[Floats], scale: _Scale
) -> Located:
    at = [ratings.index[facet][rows] for facet in facets]
    signs = [sign_of(facet) for facet in facets]
    rest = [sign * x[a] for sign, x, a in zip(signs, known, at, strict=True)]
    offset = np.sum([pull for n, pull in enumerate(rest) if n != number], axis=0)
    sign = signs[number]
    found = located(
        at[number],
        len(known[number]),
        offset=offset,
        steps=scale.thresholds[at[-1]],
        score=scale.rung[rows].astype(float),
        weight=ratings.weight[rows],
    )
    return found._replace(location=sign * found.location)


def _mean(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else 0.0

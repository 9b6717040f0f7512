"""Interactions of a fit as tables: bias between two facets, and items that favour a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, ndtr

from leadline.errors import MeasurementError
from leadline.evidence import Frame, frame
from leadline.measurement.diagnostics.bias_terms import (
    BiasTerms,
    Placed,
    bias_terms,
    fitted_bias,
    placed_ratings,
)
from leadline.measurement.diagnostics.dif import MantelHaenszel, contrasts, mantel_haenszel
from leadline.measurement.kernels.arrays import Codes, Flags, Floats
from leadline.measurement.kernels.testing import RATE, adjusted
from leadline.measurement.values.calibration import Calibration
from leadline.measurement.values.facet import FacetMeasures, sign_of
from leadline.measurement.values.ratings import Ratings

_TOGETHER, _SLICE, _MOST_STRATA = 5, 20, 20


class BiasTest(NamedTuple):
    """Whether a whole table of bias terms is more than chance."""

    chi2: float
    df: int
    p: float


def bias_table(
    ratings: Ratings,
    calibration: Calibration,
    facets: Mapping[str, FacetMeasures],
    facet_a: str,
    facet_b: str,
) -> Frame:
    """Bias terms of two facets; the columns are those of `FacetFit.bias`."""
    found = fitted_bias(ratings, calibration, facet_a, facet_b)
    t = found.bias / found.se
    p = 2 * ndtr(-np.abs(t))
    q = adjusted(p)
    sign = sign_of(facet_a)
    return frame(
        {
            facet_a: [facets[facet_a].elements[e] for e in found.first],
            facet_b: [facets[facet_b].elements[e] for e in found.second],
            "n": found.n,
            "observed": found.observed,
            "expected": found.expected,
            "difference": (found.observed - found.expected) / found.weight,
            "bias": found.bias,
            "se": found.se,
            "t": t,
            "p": p,
            "q": q,
            "flagged": q <= RATE,
            "local_measure": facets[facet_a].measure[found.first] + sign * found.bias,
        }
    )


def bias_test(table: Frame) -> BiasTest:
    r"""Test that all bias terms of a table are 0: :math:`\sum (b/s)^2`, as many degrees of freedom as terms.

    Parameters
    ----------
    table : polars.DataFrame
        From `FacetFit.bias`.

    Returns
    -------
    BiasTest

    Notes
    -----
    Source: FACETS manual, Table 13, "Fixed (all = 0) chi-squared". Approximate: terms sum to about 0
    over each element, and those of few ratings are not normal.

    Examples
    --------
    >>> from leadline.evidence.frames import frame
    >>> bias_test(frame({"t": [1.0, -1.0, 2.0]})).chi2
    6.0
    """
    t = table.get_column("t").drop_nulls().to_numpy()
    chi2 = float((t * t).sum())
    return BiasTest(chi2, len(t), float(chdtrc(len(t), chi2)) if len(t) else np.nan)


def dif_table(
    ratings: Ratings,
    calibration: Calibration,
    facets: Mapping[str, FacetMeasures],
    groups: Mapping[str, str],
) -> Frame:
    """Contrasts of items between groups; the columns are those of `FacetFit.dif`.

    Raises
    ------
    MeasurementError
        Fewer than two groups have a ratee of the fit.
    """
    of_ratee = [groups.get(name) for name in facets["ratee"].elements]
    names = sorted({name for name in of_ratee if name is not None})
    if len(names) < 2:
        raise MeasurementError("measurement.one_group", groups=", ".join(names) or "—")
    number = {name: n for n, name in enumerate(names)}
    code = np.array([-1 if name is None else number[name] for name in of_ratee], dtype=np.int64)
    placed = placed_ratings(ratings, calibration)
    group, item = code[ratings.index["ratee"][placed.kept]], ratings.index["item"][placed.kept]
    sizes = np.bincount(group[group >= 0], minlength=len(names))
    # With two groups the smaller one is compared with the larger; the mirror image says nothing new.
    wanted = [int(sizes.argmin())] if len(names) == 2 else range(len(names))
    parts = [_contrast(placed, g, group, item) for g in wanted]
    both = [_joined([part[side] for part in parts]) for side in (0, 1)]
    found = contrasts(both[0], both[1])
    tests = [
        _stratified(placed, (item == i) & (group >= 0), group == g, int(calibration.screen.top[i]))
        for g, i in zip(found.group.tolist(), found.item.tolist(), strict=True)
    ]
    return frame(
        {
            "group": [names[g] for g in found.group],
            "item": [facets["item"].elements[i] for i in found.item],
            "n": found.n,
            "contrast": found.contrast,
            "se": found.se,
            "z": found.z,
            "p": found.p,
            "q": found.q,
            "flagged": found.q <= RATE,
            "grade": found.grade,
            "mh_chi2": [test.chi2 for test in tests],
            "mh_p": [test.p for test in tests],
            "mh_log_odds": [test.log_odds for test in tests],
        }
    )


def _contrast(placed: Placed, g: int, group: Codes, item: Codes) -> tuple[BiasTerms, BiasTerms]:
    """Bias on the items that both saw of the ratings of a group, and of those of all other groups."""
    inside, outside = (
        bias_terms(np.full(len(at), g), item[at], **placed.of(at))
        for at in (np.flatnonzero(group == g), np.flatnonzero((group >= 0) & (group != g)))
    )
    both = np.intersect1d(inside.second, outside.second)
    return _taken(inside, np.searchsorted(inside.second, both)), _taken(
        outside, np.searchsorted(outside.second, both)
    )


def _taken(terms: BiasTerms, at: Codes) -> BiasTerms:
    return BiasTerms._make(column[at] for column in terms)


def _joined(parts: list[BiasTerms]) -> BiasTerms:
    return BiasTerms._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def _stratified(placed: Placed, kept: Flags, inside: Flags, top: int) -> MantelHaenszel:
    """Mantel-Haenszel test of some ratings, matched on the location of ratee and rater."""
    score = placed.rung[kept].astype(float)
    return mantel_haenszel(_strata(placed.eta[kept]), inside[kept], score, top)


def _strata(location: Floats) -> Codes:
    """Every location by itself where ratings share them; else slices of some twenty ratings or more."""
    distinct, stratum = np.unique(location.round(9), return_inverse=True)
    if len(location) >= _TOGETHER * len(distinct):
        return stratum
    slices = int(np.clip(len(location) // _SLICE, 1, _MOST_STRATA))
    cuts = np.quantile(location, np.linspace(0, 1, slices + 1)[1:-1])
    return np.searchsorted(cuts, location)

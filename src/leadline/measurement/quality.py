"""Raters, items and ratees that deserve a look, with false alarms held down.

Where a test is made, flags are those of Benjamini and Hochberg (1995) at a false discovery rate of
.05 over all elements of a kind, and the effect must be large as well: with many ratings anything is
significant. Figures are over all factors and cycles together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import chdtrc, ndtr

from leadline.measurement.dimension import QualityNote
from leadline.measurement.kernels.arrays import Floats, add_up
from leadline.measurement.kernels.halo import dispersion, halo_variance
from leadline.measurement.kernels.testing import discoveries
from leadline.measurement.panel import Panel
from leadline.measurement.rated import RatedFactor, cells_of

LARGE_SEVERITY = 1.0
"""Logits away from the middle rater beyond which a severity must surely lie to be worth a word."""

NOISY, MUTED = 1.5, 0.5
"""Mean squares beyond which ratings are unproductive (Linacre 2002)."""

HALO = 2.5
"""Times the usual agreement among one rater's ratings of one ratee."""

TRADED = 2.0
"""Standardised surplus that each of two people must give the other."""

ALIKE, LEAST_RATINGS = 0.9, 15
"""Share of equal ratings, and number of ratings, from which answering looks mechanical."""

FEW_RATERS = 3
LEAST_POOL = 8
"""Fewest raters among whom one can be called unusual."""


def quality_notes(panel: Panel, rated: Sequence[RatedFactor]) -> tuple[QualityNote, ...]:
    """What deserves a look.

    Parameters
    ----------
    panel : Panel
    rated : sequence of RatedFactor

    Returns
    -------
    tuple of QualityNote
        Raters first, then items, then ratees; sorted by element and reason.

    Notes
    -----
    *Severe, lenient*: severity surely more than 1 logit from the middle rater's (one-sided test of that
    bound, errors widened by halo). *Erratic, too
    predictable*: infit above 1.5 or below 0.5. *Straight-lining*: 90 % equal ratings. *Halo*: the
    sum of residuals within a rater's ratings of one ratee varies 2.5 times as much as among the
    other raters. *Reciprocal*: two people each rate the other far above what their measures lead
    one to expect. *Misfitting* items: as for raters. *Sparse*: fewer than three raters.
    """
    cells = _Cells(panel, rated)
    notes = [
        *_severities(panel, rated),
        *_misfits("rater", rated),
        *_straight_lines(panel),
        *_halos(panel, cells),
        *_trades(panel, cells),
        *_misfits("item", rated),
        *_sparse(panel),
    ]
    order = {"rater": 0, "item": 1, "ratee": 2}
    return tuple(sorted(notes, key=lambda note: (order[note.kind], note.element, note.reason)))


def _pooled(
    facet: str, column: str, rated: Sequence[RatedFactor], errors: Sequence[Floats] | None = None
) -> dict[str, list[tuple[float, float]]]:
    """Values of a column by element over all factors, weighted by precision or number of ratings."""
    found: dict[str, list[tuple[float, float]]] = {}
    for number, one in enumerate(rated):
        measures = one.fit.facets[facet]
        weights = measures.n.astype(float) if errors is None else errors[number] ** -2.0
        for element, value, weight, extreme in zip(
            measures.elements, getattr(measures, column), weights, measures.extreme, strict=True
        ):
            if np.isfinite(value) and np.isfinite(weight) and not extreme:
                found.setdefault(element, []).append((float(value), float(weight)))
    return found


def _weighted(pairs: list[tuple[float, float]]) -> float:
    return sum(value * weight for value, weight in pairs) / sum(weight for _, weight in pairs)


def _severities(panel: Panel, rated: Sequence[RatedFactor]) -> Iterator[QualityNote]:
    found = _pooled("rater", "measure", rated, [_rater_errors(panel, one) for one in rated])
    names = sorted(found)
    if len(names) < LEAST_POOL:
        return
    value = np.array([_weighted(found[name]) for name in names])
    error = np.array([1 / np.sqrt(sum(weight for _, weight in found[name])) for name in names])
    away = np.abs(value - np.median(value))
    flagged = discoveries(ndtr(-(away - LARGE_SEVERITY) / error))
    for n in np.flatnonzero(flagged).tolist():
        yield QualityNote(
            kind="rater",
            element=names[n],
            reason="severe" if value[n] > np.median(value) else "lenient",
            value=float(value[n] - np.median(value)),
            fields={"logits": round(float(away[n]), 2)},
        )


def _rater_errors(panel: Panel, rated: RatedFactor) -> Floats:
    """Standard errors of raters widened by halo, in the order of the fit."""
    raters = rated.fit.facets["rater"]
    cells = cells_of(panel.rater[rated.rows], rated.occasion, rated.residual, rated.variance)
    by_rater = dispersion(cells.rater, len(panel.raters), cells.variance, rated.halo)
    where = {name: n for n, name in enumerate(panel.raters)}
    return raters.se * np.sqrt(by_rater[[where[name] for name in raters.elements]])


def _misfits(facet: str, rated: Sequence[RatedFactor]) -> Iterator[QualityNote]:
    squares, deviates = _pooled(facet, "infit_mnsq", rated), _pooled(facet, "infit_z", rated)
    names = sorted(set(squares) & set(deviates))
    if not names:
        return
    mean = np.array([_weighted(squares[name]) for name in names])
    z = np.array([sum(v for v, _ in deviates[name]) / np.sqrt(len(deviates[name])) for name in names])
    noisy = discoveries(ndtr(-z)) & (mean > NOISY)
    muted = discoveries(ndtr(z)) & (mean < MUTED)
    for n in np.flatnonzero(noisy | muted).tolist():
        loud = "erratic" if facet == "rater" else "misfitting"
        yield QualityNote(
            kind=facet,
            element=names[n],
            reason=loud if noisy[n] else "too_predictable",
            value=float(mean[n]),
            fields={"mean_square": round(float(mean[n]), 2)},
        )


def _straight_lines(panel: Panel) -> Iterator[QualityNote]:
    """Raters who give nearly the same rating everywhere, however many people they rate."""
    rows = np.flatnonzero(panel.counts)
    lowest = int(panel.rating[rows].min(initial=0))
    width = int(panel.rating[rows].max(initial=0)) - lowest + 1
    flat = panel.rater[rows].astype(np.int64) * width + panel.rating[rows] - lowest
    counts = add_up(flat, len(panel.raters) * width).reshape(-1, width)
    total = counts.sum(axis=1)
    share = counts.max(axis=1) / np.maximum(total, 1)
    for n in np.flatnonzero((total >= LEAST_RATINGS) & (share >= ALIKE)).tolist():
        yield QualityNote(
            kind="rater",
            element=panel.raters[n],
            reason="straight_lining",
            value=float(share[n]),
            fields={"percent": round(100 * float(share[n])), "n": int(total[n])},
        )


class _Cells:
    """Cells of all factors together, their surplus in units of what is usual. C cells."""

    def __init__(self, panel: Panel, rated: Sequence[RatedFactor]) -> None:
        rows = np.concatenate([one.rows for one in rated] or [np.empty(0, dtype=np.intp)])
        residual = np.concatenate([one.residual for one in rated] or [np.empty(0)])
        variance = np.concatenate([one.variance for one in rated] or [np.empty(0)])
        occasion = np.concatenate([one.occasion for one in rated] or [np.empty(0, dtype=np.int64)])
        cells = cells_of(panel.rater[rows], occasion, residual, variance)
        self.rater, self.size = cells.rater, cells.size
        self.ratee = cells.occasion // (len(panel.cycles) + 1)
        halo = halo_variance(cells.surplus, cells.variance, 0)
        self.z: Floats = cells.surplus / np.sqrt(cells.variance * (1 + halo * cells.variance))


def _halos(panel: Panel, cells: _Cells) -> Iterator[QualityNote]:
    """Raters whose ratings of one person hang together far more than those of other raters."""
    several = cells.size > 2
    n = add_up(cells.rater[several], len(panel.raters))
    total = add_up(cells.rater[several], len(panel.raters), cells.z[several] ** 2)
    p = np.where(n > 1, chdtrc(np.maximum(n, 1), total), np.nan)
    ratio = total / np.maximum(n, 1)
    alike = _alike_within(panel)
    for rater in np.flatnonzero(discoveries(p) & (ratio > HALO)).tolist():
        yield QualityNote(
            kind="rater",
            element=panel.raters[rater],
            reason="halo",
            value=float(alike[rater]),
            fields={"percent": round(100 * float(alike[rater])), "times": round(float(ratio[rater]), 1)},
        )


def _alike_within(panel: Panel) -> Floats:
    """Mean share of a rater's ratings of one person that equal the most frequent one, shape (R,)."""
    rows = np.flatnonzero(panel.counts)
    width = int(panel.occasion.max(initial=0)) + 1
    pair = panel.rater[rows].astype(np.int64) * width + panel.occasion[rows]
    forms, form = np.unique(pair, return_inverse=True)
    lowest = int(panel.rating[rows].min(initial=0))
    levels = int(panel.rating[rows].max(initial=0)) - lowest + 1
    counts = add_up(form * levels + panel.rating[rows] - lowest, len(forms) * levels).reshape(-1, levels)
    share = counts.max(axis=1) / np.maximum(counts.sum(axis=1), 1)
    rater, n = forms // width, len(panel.raters)
    return add_up(rater, n, share) / np.maximum(add_up(rater, n), 1)


def _trades(panel: Panel, cells: _Cells) -> Iterator[QualityNote]:
    """Pairs who rate each other well above what both their measures lead one to expect."""
    number = {name: n for n, name in enumerate(panel.ratees)}
    as_ratee = np.array([number.get(name, -1) for name in panel.raters], dtype=np.int64)
    given: dict[tuple[int, int], list[float]] = {}
    for rater, ratee, z in zip(
        as_ratee[cells.rater].tolist(), cells.ratee.tolist(), cells.z.tolist(), strict=True
    ):
        if rater >= 0:
            given.setdefault((rater, ratee), []).append(z)
    surplus = {pair: sum(zs) / np.sqrt(len(zs)) for pair, zs in given.items()}
    pairs = sorted((a, b) for a, b in surplus if a < b and (b, a) in surplus)
    if not pairs:
        return
    both = np.array([[surplus[a, b], surplus[b, a]] for a, b in pairs])
    p = ndtr(-both.sum(axis=1) / np.sqrt(2))
    flagged = discoveries(p) & (both.min(axis=1) > TRADED)
    for n in np.flatnonzero(flagged).tolist():
        a, b = (panel.ratees[m] for m in pairs[n])
        for one, other, z in ((a, b, both[n, 0]), (b, a, both[n, 1])):
            yield QualityNote(
                kind="rater",
                element=one,
                reason="reciprocal",
                value=float(z),
                fields={"partner": other, "z": round(float(z), 1)},
            )


def _sparse(panel: Panel) -> Iterator[QualityNote]:
    """Ratees whom fewer than three people rated in a cycle, or whose raters rate nobody else."""
    rows = np.flatnonzero(panel.counts)
    pairs = np.unique(np.stack([panel.occasion[rows], panel.rater[rows]], axis=1), axis=0)
    occasions, at = np.unique(pairs[:, 0], return_inverse=True)
    n_raters = add_up(at, len(occasions))
    reach = add_up(pairs[:, 1], len(panel.raters))
    linking = add_up(at, len(occasions), (reach[pairs[:, 1]] > 1).astype(float))
    seen = set()
    for occasion, raters, links in zip(occasions.tolist(), n_raters.tolist(), linking.tolist(), strict=True):
        ratee = panel.ratees[occasion // (len(panel.cycles) + 1)]
        if (raters < FEW_RATERS or links < 1) and ratee not in seen:
            seen.add(ratee)
            yield QualityNote(
                kind="ratee",
                element=ratee,
                reason="sparse",
                value=float(raters),
                fields={"n": int(raters), "links": int(links)},
            )

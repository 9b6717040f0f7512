"""Raters, items and ratees that deserve a look, with false alarms held down.

Raters are judged by the rule of `rater_effects`; figures are over all factors and cycles together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import ndtr

from leadline.measurement.diagnostics.rater_effects import (
    MUTED,
    NOISY,
    Effect,
    RaterPart,
    RaterPool,
    rater_effects,
)
from leadline.measurement.diagnostics.rater_sums import rater_sums
from leadline.measurement.factors.kinds.rating_arrays import RatingArrays
from leadline.measurement.factors.kinds.ratings import RatedFactor
from leadline.measurement.kernels.arrays import Floats, add_up
from leadline.measurement.kernels.testing import discoveries
from leadline.measurement.values.dimension import QualityNote

FEW_RATERS = 3


def quality_notes(rating_arrays: RatingArrays, rated: Sequence[RatedFactor]) -> tuple[QualityNote, ...]:
    """What deserves a look.

    Parameters
    ----------
    rating_arrays : RatingArrays
    rated : sequence of RatedFactor

    Returns
    -------
    tuple of QualityNote
        Raters first, then items, then ratees; sorted by element and reason.

    Notes
    -----
    Raters: every effect that `rater_effects` flags. *Misfitting*, *too predictable* items: infit above
    1.5 or below 0.5, at a false discovery rate of .05. *Sparse*: fewer than three raters.
    """
    notes = [*_rater_notes(rating_arrays, rated), *_misfits(rated), *_sparse(rating_arrays)]
    order = {"rater": 0, "item": 1, "ratee": 2}
    return tuple(sorted(notes, key=lambda note: (order[note.kind], note.element, note.reason)))


def _rater_notes(rating_arrays: RatingArrays, rated: Sequence[RatedFactor]) -> Iterator[QualityNote]:
    n_cycles = len(rating_arrays.cycles) + 1
    parts = [
        RaterPart(
            rater_sums(one.ratings, one.calibration),
            one.ratings.elements["rater"],
            tuple(rating_arrays.ratees[number // n_cycles] for number in one.given.occasions.tolist()),
            one.fit.facets["rater"],
            widened=one.fit.posterior is not None,
        )
        for one in rated
    ]
    names = RaterPool(parts).raters
    number = {name: n for n, name in enumerate(rating_arrays.raters)}
    alike, given = (
        _alike_within(rating_arrays),
        add_up(rating_arrays.rater[rating_arrays.counts], len(rating_arrays.raters)),
    )
    for effect in rater_effects(parts):
        for n in np.flatnonzero(effect.flagged).tolist():
            name, value = names[int(effect.rater[n])], float(effect.statistic[n])
            at = number[name]
            fields = _fields(effect, n, value, names)
            if effect.name == "halo":
                fields["percent"] = round(100 * float(alike[at]))
                value = float(alike[at])
            if effect.name == "straight_lining":
                fields["n"] = int(given[at])
            yield QualityNote(
                kind="rater", element=name, reason=effect.finding[n], value=value, fields=fields
            )


def _fields(effect: Effect, n: int, value: float, names: Sequence[str]) -> dict[str, object]:
    """Values named in the text of a reason."""
    if effect.name in ("severity", "central_tendency"):
        return {"logits": round(abs(value), 2)}
    if effect.name == "fit":
        return {"mean_square": round(value, 2)}
    if effect.name == "halo":
        return {"times": round(value, 1)}
    if effect.name == "reciprocity":
        return {"partner": names[int(effect.partner[n])], "z": round(value, 1)}
    return {"percent": round(100 * max(value, 0.0))}


def _misfits(rated: Sequence[RatedFactor]) -> Iterator[QualityNote]:
    found: dict[str, tuple[float, float]] = {}
    for one in rated:
        items = one.fit.facets["item"]
        known = np.flatnonzero(np.isfinite(items.infit_z) & ~items.extreme)
        found |= {
            items.elements[n]: (float(items.infit_mnsq[n]), float(items.infit_z[n])) for n in known.tolist()
        }
    names = sorted(found)
    if not names:
        return
    mean, z = np.array([found[name] for name in names]).T
    noisy = discoveries(ndtr(-z)) & (mean > NOISY)
    muted = discoveries(ndtr(z)) & (mean < MUTED)
    for n in np.flatnonzero(noisy | muted).tolist():
        yield QualityNote(
            kind="item",
            element=names[n],
            reason="misfitting" if noisy[n] else "too_predictable",
            value=float(mean[n]),
            fields={"mean_square": round(float(mean[n]), 2)},
        )


def _alike_within(rating_arrays: RatingArrays) -> Floats:
    """Mean share of a rater's ratings of one person that equal the most frequent one, shape (R,)."""
    rows = np.flatnonzero(rating_arrays.counts)
    width = int(rating_arrays.occasion.max(initial=0)) + 1
    pair = rating_arrays.rater[rows].astype(np.int64) * width + rating_arrays.occasion[rows]
    forms, form = np.unique(pair, return_inverse=True)
    lowest = int(rating_arrays.rating[rows].min(initial=0))
    levels = int(rating_arrays.rating[rows].max(initial=0)) - lowest + 1
    counts = add_up(form * levels + rating_arrays.rating[rows] - lowest, len(forms) * levels).reshape(
        -1, levels
    )
    share = counts.max(axis=1) / np.maximum(counts.sum(axis=1), 1)
    rater, n = forms // width, len(rating_arrays.raters)
    return add_up(rater, n, share) / np.maximum(add_up(rater, n), 1)


def _sparse(rating_arrays: RatingArrays) -> Iterator[QualityNote]:
    """Ratees whom fewer than three people rated in a cycle, or whose raters rate nobody else."""
    rows = np.flatnonzero(rating_arrays.counts)
    pairs = np.unique(np.stack([rating_arrays.occasion[rows], rating_arrays.rater[rows]], axis=1), axis=0)
    occasions, at = np.unique(pairs[:, 0], return_inverse=True)
    n_raters = add_up(at, len(occasions))
    reach = add_up(pairs[:, 1], len(rating_arrays.raters))
    linking = add_up(at, len(occasions), (reach[pairs[:, 1]] > 1).astype(float))
    seen = set()
    for occasion, raters, links in zip(occasions.tolist(), n_raters.tolist(), linking.tolist(), strict=True):
        ratee = rating_arrays.ratees[occasion // (len(rating_arrays.cycles) + 1)]
        if (raters < FEW_RATERS or links < 1) and ratee not in seen:
            seen.add(ratee)
            yield QualityNote(
                kind="ratee",
                element=ratee,
                reason="sparse",
                value=float(raters),
                fields={"n": int(raters), "links": int(links)},
            )

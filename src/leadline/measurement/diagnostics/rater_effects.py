r"""Tests of raters, one rule for every fit and measurement.

Each effect has a statistic, its error, a p-value and, over all raters, the false discovery rate q of
Benjamini and Hochberg (1995). It is flagged where q <= .05 and the effect is large as well: with many
ratings anything is significant. Several parts (factors) are taken together.

Cells are a rater's ratings of one ratee, with residual sum S, variance V, and :math:`\sigma_u^2` the
variance of what they share; :math:`V^* = V (1 + \sigma_u^2 V)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import betainc, chdtrc, ndtr

from leadline.measurement.diagnostics.rater_sums import RaterSums
from leadline.measurement.kernels.arrays import Codes, Flags, Floats, add_up
from leadline.measurement.kernels.halo import dispersion, halo_variance
from leadline.measurement.kernels.testing import RATE, adjusted
from leadline.measurement.values.facet import FacetMeasures

LARGE_SEVERITY = 1.0
"""Logits away from the middle rater beyond which a severity must surely lie to be worth a word."""

NOISY, MUTED = 1.5, 0.5
"""Mean squares beyond which ratings are unproductive (Linacre 2002)."""

WIDER = 0.5
"""Logits by which thresholds must be further apart for central tendency."""

FLATTER = 0.5
"""Share of the usual difference between ratees below which range is restricted."""

HALO = 2.5
"""Times the usual agreement among one rater's ratings of one ratee."""

TRADED = 2.0
"""Standardised surplus that each of two people must give the other."""

ALIKE, LEAST_RATINGS = 0.9, 15
"""Share of equal ratings, and number of ratings, from which answering looks mechanical."""

LEAST_POOL = 8
"""Fewest raters among whom one can be called unusually severe."""


class Effect(NamedTuple):
    """One effect, T tests; ``rater`` and ``partner`` are positions, the latter -1 where there is none.

    ``finding`` names what was found where ``flagged``, as ``severe`` or ``lenient``.
    """

    name: str
    rater: Codes
    statistic: Floats
    se: Floats
    z: Floats
    p: Floats
    q: Floats
    flagged: Flags
    finding: tuple[str, ...]
    partner: Codes


@dataclass(frozen=True, eq=False)
class RaterPart:
    """A calibration's raters.

    Attributes
    ----------
    sums : RaterSums
    raters, ratees : tuple of str
        Names of its codes; a ratee of several occasions has one name.
    measures : FacetMeasures
        Of the raters.
    widened : bool
        Whether standard errors already count halo, as posterior ones do.
    """

    sums: RaterSums
    raters: tuple[str, ...]
    ratees: tuple[str, ...]
    measures: FacetMeasures
    widened: bool


@dataclass(frozen=True, eq=False)
class RaterPool:
    """Cells of all parts, by the names of people."""

    parts: Sequence[RaterPart]

    @cached_property
    def raters(self) -> tuple[str, ...]:
        """Names, in sorted order."""
        return tuple(sorted({name for part in self.parts for name in part.raters}))

    @cached_property
    def ratees(self) -> tuple[str, ...]:
        """Names, in sorted order."""
        return tuple(sorted({name for part in self.parts for name in part.ratees}))

    @cached_property
    def where(self) -> list[Codes]:
        """Position of every part's raters among all."""
        place = {name: n for n, name in enumerate(self.raters)}
        return [np.array([place[name] for name in part.raters], dtype=np.int64) for part in self.parts]

    def joined(self, column: str) -> Floats:
        """A column of the cells of all parts."""
        found: Floats = np.concatenate([getattr(part.sums, column) for part in self.parts] or [np.empty(0)])
        return found

    @cached_property
    def rater(self) -> Codes:
        """Rater of every cell."""
        each = [where[part.sums.rater] for part, where in zip(self.parts, self.where, strict=True)]
        return np.concatenate(each or [np.empty(0, np.int64)])

    @cached_property
    def ratee(self) -> Codes:
        """Ratee of every cell."""
        place = {name: n for n, name in enumerate(self.ratees)}
        each = [
            np.array([place[name] for name in part.ratees], dtype=np.int64)[part.sums.ratee]
            for part in self.parts
        ]
        return np.concatenate(each or [np.empty(0, np.int64)])

    @cached_property
    def halo(self) -> float:
        """Variance of what ratings of a cell share."""
        several = self.joined("n") > 1
        return halo_variance(self.joined("surplus")[several], self.joined("variance")[several], 0)

    def by_rater(self, column: Floats) -> Floats:
        """Sums over the cells of each rater."""
        return add_up(self.rater, len(self.raters), column)

    def averaged(self, column: str, weights: Sequence[Floats]) -> Floats:
        """Weighted mean of a column of the raters' measures over parts; NaN where no part has one."""
        total, weight = np.zeros(len(self.raters)), np.zeros(len(self.raters))
        for part, where, w in zip(self.parts, self.where, weights, strict=True):
            values = getattr(part.measures, column)
            known = np.where(np.isfinite(values) & np.isfinite(w), w, 0.0)
            total[where] += known * np.nan_to_num(values)
            weight[where] += known
        return total / np.where(weight > 0, weight, np.nan)

    def errors(self) -> list[Floats]:
        """Standard errors of the raters of every part, halo counted."""
        found = []
        for part in self.parts:
            n = len(part.raters)
            halo = 0.0 if part.widened else self.halo
            found.append(part.measures.se * np.sqrt(dispersion(part.sums.rater, n, part.sums.variance, halo)))
        return found

    def summed(self, weights: Sequence[Floats]) -> Floats:
        """Sums over parts of a value of every part's raters, NaN left out."""
        total = np.zeros(len(self.raters))
        for where, w in zip(self.where, weights, strict=True):
            total[where] += np.nan_to_num(w)
        return total


def rater_effects(parts: Sequence[RaterPart]) -> tuple[Effect, ...]:
    r"""Test every rater for every effect.

    Parameters
    ----------
    parts : sequence of RaterPart

    Returns
    -------
    tuple of Effect
        In the order below; raters about whom nothing can be said are left out. Positions are
        those of ``Pool(parts).raters``.

    Notes
    -----
    *Severity*: logits above the middle rater; p is that of lying within 1 logit of it (Myford and Wolfe
    2003; Eckes 2015, ch. 4). *Fit*: infit mean square, erratic above 1.5, too predictable below .5 (Linacre
    2002). *Central tendency*: how much further apart the rater's thresholds are than the others',
    :math:`2U/I` with :math:`U = \sum [E(k - c)^2 - (k - c)^2]`, severity profiled out (score test, Rao
    1948, of the dispersion parameter of Andrich 1982; cf. Jin and Wang 2018). *Range restriction*: slope
    on ratees' locations relative to the other raters', 1 expected, :math:`b = \sum S (\theta -
    \bar\theta) / \sum V (\theta - \bar\theta)^2` (score test of a rater's discrimination; Wolfe 2004;
    Myford and Wolfe 2004). *Halo*: mean of :math:`S^2 / V^*` over cells of three or more ratings,
    chi-squared. *Straight-lining*: share of the commonest rating; p by the binomial with the mean
    probability of a rater of mean severity, conservative by Hoeffding (1956). *Reciprocity*:
    :math:`S/\sqrt{V^*}` for each of two people who rated each other.
    """
    pool = RaterPool(parts)
    if not len(pool.rater):
        return ()
    z = pool.joined("surplus") / np.sqrt(_spread(pool, pool.joined("variance")))
    return (
        _severity(pool),
        _fit(pool),
        _central(pool),
        _restricted(pool),
        _halo(pool, z),
        _straight(pool),
        _reciprocal(pool, z),
    )


def _spread(pool: RaterPool, variance: Floats) -> Floats:
    return variance * (1 + pool.halo * variance)


def _tested(
    name: str,
    statistic: Floats,
    *,
    se: Floats,
    z: Floats,
    p: Floats,
    large: Flags,
    finding: str | tuple[str, ...],
    rater: Codes | None = None,
    partner: Codes | None = None,
) -> Effect:
    """Keep what was tested, and flag what is sure and large."""
    kept = np.flatnonzero(np.isfinite(p))
    p, q = p[kept], adjusted(p)[kept]
    flagged = (q <= RATE) & large[kept]
    names = np.full(len(statistic), finding) if isinstance(finding, str) else np.array(finding)
    return Effect(
        name,
        kept if rater is None else rater[kept],
        statistic[kept],
        se[kept],
        z[kept],
        p,
        q,
        flagged,
        tuple(str(x) if f else "" for x, f in zip(names[kept].tolist(), flagged.tolist(), strict=True)),
        np.full(len(kept), -1) if partner is None else partner[kept],
    )


def _severity(pool: RaterPool) -> Effect:
    weights = [
        np.where((e > 0) & ~part.measures.extreme, np.where(e > 0, e, 1.0) ** -2.0, np.nan)
        for e, part in zip(pool.errors(), pool.parts, strict=True)
    ]
    value = pool.averaged("measure", weights)
    error = 1 / np.sqrt(np.where(np.isfinite(value), pool.summed(weights), np.nan))
    known = np.isfinite(value)
    away = value - np.median(value[known]) if known.any() else value
    p = ndtr(-(np.abs(away) - LARGE_SEVERITY) / error)
    names = tuple(np.where(away > 0, "severe", "lenient").tolist())
    large = (np.abs(away) > LARGE_SEVERITY) & (known.sum() >= LEAST_POOL)
    return _tested("severity", away, se=error, z=away / error, p=p, large=large, finding=names)


def _fit(pool: RaterPool) -> Effect:
    sizes = [part.measures.n.astype(float) for part in pool.parts]
    square = pool.averaged("infit_mnsq", sizes)
    deviates = [part.measures.infit_z for part in pool.parts]
    counted = pool.summed([np.isfinite(one).astype(float) for one in deviates])
    z = pool.summed(deviates) / np.sqrt(np.where(counted > 0, counted, np.nan))
    names = tuple(np.where(square > 1, "erratic", "too_predictable").tolist())
    nothing, p = np.full_like(z, np.nan), 2 * ndtr(-np.abs(z))
    large = (square > NOISY) | (square < MUTED)
    return _tested("fit", square, se=nothing, z=z, p=p, large=large, finding=names)


def _central(pool: RaterPool) -> Effect:
    v, s = pool.joined("variance"), pool.joined("surplus")
    bend, cross = pool.joined("bend"), pool.joined("cross")
    g = (pool.by_rater(cross) / pool.by_rater(v))[pool.rater]
    # The score of dispersion less what a change of severity explains of it, and their variances.
    score = pool.by_rater(bend + g * s)
    own = pool.joined("bend_variance") - 2 * g * cross + g * g * v
    information = pool.by_rater(own)
    variance = information + pool.halo * pool.by_rater((cross - g * v) ** 2)
    estimate, error = _relative(score, information, variance)
    return _one_sided("central_tendency", 2 * estimate, 2 * error, 2 * estimate > WIDER)


def _restricted(pool: RaterPool) -> Effect:
    v, place = pool.joined("variance"), pool.joined("place")
    off = place - (pool.by_rater(v * place) / pool.by_rater(v))[pool.rater]
    score = pool.by_rater(pool.joined("surplus") * off)
    estimate, error = _relative(
        score, pool.by_rater(v * off * off), pool.by_rater(_spread(pool, v) * off * off)
    )
    found = _one_sided("range_restriction", -estimate, error, 1 + estimate < FLATTER)
    return found._replace(statistic=1 - found.statistic, z=-found.z)


def _relative(score: Floats, information: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """One-step estimates less that of all raters together, and their errors; NaN without information."""
    some = information > 1e-6
    level = score[some].sum() / max(information[some].sum(), 1e-300)
    held = np.where(some, information, np.nan)
    return score / held - level, np.sqrt(np.maximum(variance, 0.0)) / held


def _one_sided(name: str, estimate: Floats, error: Floats, large: Flags) -> Effect:
    z = estimate / error
    return _tested(name, estimate, se=error, z=z, p=ndtr(-z), large=large, finding=name)


def _halo(pool: RaterPool, z: Floats) -> Effect:
    several = pool.joined("n") > 2
    n = pool.by_rater(several.astype(float))
    total = pool.by_rater(np.where(several, z * z, 0.0))
    n = np.where(n > 1, n, np.nan)
    ratio, part = total / n, 2 / (9 * n)
    deviate = (np.cbrt(ratio) - (1 - part)) / np.sqrt(part)
    p, large = chdtrc(n, total), ratio > HALO
    return _tested("halo", ratio, se=np.sqrt(2 / n), z=deviate, p=p, large=large, finding="halo")


def _straight(pool: RaterPool) -> Effect:
    labels = np.unique(np.concatenate([part.sums.labels for part in pool.parts]))
    given, likely = (np.zeros((len(pool.raters), len(labels))) for _ in range(2))
    for part, where in zip(pool.parts, pool.where, strict=True):
        at = np.searchsorted(labels, part.sums.labels)
        given[where[:, None], at] += part.sums.given
        likely[where[:, None], at] += part.sums.likely
    n, mode = given.sum(axis=1), given.argmax(axis=1)
    n = np.where(n >= 2, n, np.nan)
    most = given.max(axis=1)
    chance = likely[np.arange(len(mode)), mode] / np.where(likely.sum(axis=1) > 0, likely.sum(axis=1), np.nan)
    p = betainc(most, n - most + 1, np.clip(chance, 1e-12, 1.0))
    share = most / n
    error = np.sqrt(chance * (1 - chance) / n)
    z = (share - chance) / np.where(error > 0, error, np.nan)
    large = (share >= ALIKE) & (n >= LEAST_RATINGS)
    return _tested("straight_lining", share, se=error, z=z, p=p, large=large, finding="straight_lining")


def _reciprocal(pool: RaterPool, z: Floats) -> Effect:
    """Pairs who rate each other well above what both their measures lead one to expect."""
    number = {name: n for n, name in enumerate(pool.ratees)}
    person = np.array([number.get(name, -1) for name in pool.raters], dtype=np.int64)
    back = np.full(len(pool.ratees), -1)
    back[person[person >= 0]] = np.flatnonzero(person >= 0)
    giver, size = person[pool.rater], len(pool.ratees)
    other = np.flatnonzero((giver >= 0) & (giver != pool.ratee))
    key, at = np.unique(giver[other] * size + pool.ratee[other], return_inverse=True)
    surplus = add_up(at, len(key), z[other]) / np.sqrt(add_up(at, len(key)))
    reverse = (key % size) * size + key // size
    found = np.minimum(np.searchsorted(key, reverse), max(len(key) - 1, 0))
    mutual = np.flatnonzero(key[found] == reverse) if len(key) else np.empty(0, np.int64)
    first = mutual[key[mutual] // size < key[mutual] % size]
    both = np.stack([surplus[first], surplus[found[first]]], axis=1)
    p = ndtr(-both.sum(axis=1) / np.sqrt(2))
    pair = np.concatenate([key[first], reverse[first]])
    given = np.concatenate([both[:, 0], both[:, 1]])
    return _tested(
        "reciprocity",
        given,
        se=np.ones_like(given),
        z=given,
        p=np.concatenate([p, p]),
        large=np.tile(both.min(axis=1, initial=np.inf) > TRADED, 2),
        finding="reciprocal",
        rater=back[pair // size],
        partner=back[pair % size],
    )

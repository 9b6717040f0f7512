"""Whether items favour a group: differential item functioning, everything else anchored."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from leadline.measurement.diagnostics.bias_terms import BiasTerms
from leadline.measurement.kernels.arrays import Codes, Flags, Floats, add_up
from leadline.measurement.kernels.testing import RATE, adjusted

SLIGHT, LARGE = 0.43, 0.64
"""1 and 1.5 units of the delta scale in logits (one unit is 1/2.35 logit): the limits of B and C."""


class Contrasts(NamedTuple):
    """How item difficulties differ between groups and everybody else. B rows.

    Attributes
    ----------
    group, item : array of int, shape (B,)
    n : array of int, shape (B,)
        Ratings of the group on the item.
    contrast, se : array, shape (B,), logits
        Difficulty for the group less difficulty for the others; positive: harder for the group.
    z, p, q : array, shape (B,)
    grade : tuple of str
        ``A`` negligible, ``B`` slight to moderate, ``C`` moderate to large.
    """

    group: NDArray[np.int64]
    item: NDArray[np.int64]
    n: NDArray[np.int64]
    contrast: Floats
    se: Floats
    z: Floats
    p: Floats
    q: Floats
    grade: tuple[str, ...]


def contrasts(inside: BiasTerms, outside: BiasTerms) -> Contrasts:
    r"""Contrast of every group on every item with the ratings of all others on it.

    Parameters
    ----------
    inside, outside : BiasTerms
        Bias of each group x item, of its ratings and of all other groups' ratings, in the same order.

    Returns
    -------
    Contrasts

    Notes
    -----
    Contrast :math:`b_{out} - b_{in}`, error :math:`\sqrt{s_{in}^2 + s_{out}^2}`. Grades are those of ETS
    (Zwick, Thayer and Lewis 1999, J. Educ. Meas. 36, 1-28) in logits: A unless the contrast exceeds .43
    and differs from 0; C where it exceeds .64 and differs surely from .43; else B. "Differs" is at
    q <= .05 for 0 and one-sided p <= .05 for .43.
    """
    contrast = outside.bias - inside.bias
    se = np.hypot(inside.se, outside.se)
    z = contrast / se
    p = 2 * ndtr(-np.abs(z))
    q = adjusted(p)
    beyond = ndtr(-(np.abs(contrast) - SLIGHT) / se)
    large = (np.abs(contrast) >= LARGE) & (beyond <= RATE) & (q <= RATE)
    some = (np.abs(contrast) >= SLIGHT) & (q <= RATE)
    grade = np.where(large, "C", np.where(some, "B", np.where(np.isfinite(contrast), "A", "")))
    return Contrasts(inside.first, inside.second, inside.n, contrast, se, z, p, q, tuple(grade.tolist()))


class MantelHaenszel(NamedTuple):
    """Association of group and rating within strata: chi-squared (1 df), its p, and the log-odds ratio."""

    chi2: float
    p: float
    log_odds: float


def mantel_haenszel(stratum: Codes, group: Flags, score: Floats, top: int) -> MantelHaenszel:
    r"""Mantel's test of two groups on an ordinal score within strata.

    With two categories it is the test of Mantel and Haenszel (without continuity correction), and
    the log-odds ratio theirs; with more, chi-squared is Mantel's (1963) and the log-odds ratio the
    generalisation of Liu and Agresti (1996) over all cuts of the scale. Positive: the group scores
    higher.

    Parameters
    ----------
    stratum : array of int, shape (N,)
    group : bool array, shape (N,)
        True for the group in question.
    score : array, shape (N,)
        From 0 to ``top``.
    top : int

    Returns
    -------
    MantelHaenszel
        NaN where the strata say nothing.

    Notes
    -----
    Sources: Mantel and Haenszel (1959); Mantel (1963); Liu and Agresti (1996), Biometrics 52, 1223-1234.

    Examples
    --------
    >>> stratum, group = np.zeros(6, int), np.array([True, True, True, False, False, False])
    >>> score = np.array([1.0, 1.0, 0.0, 1.0, 0.0, 0.0])
    >>> round(mantel_haenszel(stratum, group, score, 1).log_odds, 3)  # log of 4
    1.386
    """
    size = int(stratum.max(initial=-1)) + 1
    n, inside = add_up(stratum, size), add_up(stratum[group], size)
    total, square = add_up(stratum, size, score), add_up(stratum, size, score * score)
    observed = float(score[group].sum())
    some = n > 1
    n_safe = np.where(some, n, 2.0)
    expected = float((inside * total / n_safe)[some].sum())
    spread = inside * (n - inside) * (n * square - total * total) / (n_safe**2 * (n_safe - 1))
    variance = float(spread[some].sum())
    if variance <= 0:
        return MantelHaenszel(np.nan, np.nan, np.nan)
    up = down = 0.0
    for cut in range(1, top + 1):
        high = score >= cut
        a, b = add_up(stratum[group & high], size), add_up(stratum[group & ~high], size)
        c, d = add_up(stratum[~group & high], size), add_up(stratum[~group & ~high], size)
        up, down = up + float((a * d / n_safe)[some].sum()), down + float((b * c / n_safe)[some].sum())
    odds = float(np.log(up / down)) if up > 0 and down > 0 else np.nan
    chi2 = (observed - expected) ** 2 / variance
    return MantelHaenszel(chi2, float(chdtrc(1, chi2)), odds)

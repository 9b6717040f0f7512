"""Factors of all people, in the framework's order, with joint draws: what every score is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadline.errors import ScoringError
from leadline.frameworks import Framework
from leadline.measurement import Measures
from leadline.scoring.disclosure import least_numbers
from leadline.scoring.figures import Figures
from leadline.scoring.pool import drawn_from_group, group_means

Floats: TypeAlias = NDArray[np.float64]
Booleans: TypeAlias = NDArray[np.bool_]
Source: TypeAlias = Measures | Figures


@dataclass(frozen=True, eq=False)
class Factors:
    """Factors of P people; U of the framework's F factors are used, those that somebody has.

    Attributes
    ----------
    value, se : array, shape (P, F), 0-100
    partial : array of bool, shape (P, F)
    used : array of int, shape (U,)
        Columns that somebody has and that have a weight.
    filled : array, shape (P, U)
        Values with the group's mean where one is missing; NaN for a person who has none.
    draws : array, shape (n, P, U), or None
        None where errors are not known.
    """

    value: Floats
    se: Floats
    partial: Booleans
    used: NDArray[np.intp]
    filled: Floats
    draws: Floats | None

    @property
    def known(self) -> Booleans:
        """Used factors that a person has, shape (P, U)."""
        return np.isfinite(self.value[:, self.used])

    @property
    def means(self) -> Floats:
        """Mean of each used factor over the people who have it, shape (U,)."""
        return group_means(self.value[:, self.used])


def check_factors(source: Source, framework: Framework) -> None:
    """Refuse measures of a factor that the framework does not have."""
    ids = [factor.id for factor in framework.factors]
    strange = [factor for factor in source.factors if factor not in ids]
    if strange:
        raise ScoringError(
            "scoring.other_framework",
            factors=", ".join(strange),
            framework=framework.id,
            allowed=", ".join(ids),
        )


def least_raters(source: Source, framework: Framework) -> NDArray[np.int64]:
    """Raters it takes for any figure of a ratee to be shown.

    Parameters
    ----------
    source : Measures or Figures
    framework : Framework

    Returns
    -------
    array of int, shape (P,)

    Examples
    --------
    >>> from leadline.evidence import read_evidence
    >>> from leadline.frameworks import load_framework
    >>> from leadline.measurement import measure
    >>> framework = load_framework("technical-leadership")
    >>> goals = {"ratee": ["ada"], "item": ["goal_attainment"], "value": [80]}
    >>> goals |= {"target": [100], "baseline": [0]}
    >>> least_raters(measure(read_evidence({"outcomes": goals}, framework), framework), framework).tolist()
    [4]
    """
    numbers, groups = least_numbers(framework), source.by_relationship
    return np.array(
        [
            numbers.together(numbers.counted({group: int(n[p]) for group, n in groups.items()}))
            for p in range(len(source.ratees))
        ],
        dtype=np.int64,
    )


def gathered(
    source: Source,
    ids: Sequence[str],
    weighted: Booleans,
    *,
    draws: tuple[int, int],
    hidden: Booleans | None = None,
) -> Factors:
    """Factors of a source in the order of ``ids``, with draws.

    Parameters
    ----------
    source : Measures or Figures
    ids : sequence of str, F
    weighted : array of bool, shape (F,)
        Factors that count.
    draws : (int, int)
        How many, and their seed.
    hidden : array of bool, shape (P, F), optional
        Factors to treat as missing, for a reader to whom they may not be shown. Missing ones are then
        drawn from the group that remains, so that nothing hidden shines through.

    Returns
    -------
    Factors
    """
    places = [source.factors.index(factor) if factor in source.factors else -1 for factor in ids]
    value = _columns(source.factor_value, places, np.nan)
    se = _columns(source.factor_se, places, np.nan)
    partial = _columns(source.factor_partial, places, 1.0).astype(np.bool_)
    if hidden is not None:
        value, se = np.where(hidden, np.nan, value), np.where(hidden, np.nan, se)
        partial = partial | hidden
    used = np.flatnonzero(np.isfinite(value).any(axis=0) & weighted)
    filled = np.where(np.isnan(value), group_means(value), value)[:, used]
    filled[np.isnan(value[:, used]).all(axis=1)] = np.nan
    found = None
    if not isinstance(source, Figures) or source.has_errors:
        found = source.draws(*draws, [ids[f] for f in used.tolist()])
        if hidden is not None:
            shown = value[:, used]
            found = drawn_from_group(found, shown, np.isnan(shown), draws[1])
        elif not isinstance(source, Figures):
            lacking = np.isnan(value[:, used]) & np.isfinite(filled)
            filled = np.where(lacking, _columns(source.expected(), places, np.nan)[:, used], filled)
    return Factors(value, se, partial | np.isnan(value), used, filled, found)


def _columns(table: NDArray[np.generic], places: Sequence[int], fill: float) -> Floats:
    found = np.full((len(table), len(places)), fill)
    for f, place in enumerate(places):
        if place >= 0:
            found[:, f] = table[:, place]
    return found

"""The scorecard: every score of every person with its interval, and how sure the order is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadline.frameworks import Formula, Framework

if TYPE_CHECKING:
    from leadline.measurement import Measures, Notice
    from leadline.scoring.figures import Figures

Floats: TypeAlias = NDArray[np.float64]
Booleans: TypeAlias = NDArray[np.bool_]
DriverKind: TypeAlias = Literal["group", "cycle", "gain"]


@dataclass(frozen=True, slots=True)
class Driver:
    """The part of a difference in a person's score that goes with one factor.

    Attributes
    ----------
    ratee : str
    kind : {"group", "cycle", "gain"}
        Against the mean of the group; against the person's last cycle; what one more point in this
        factor alone (or less, up to 100) would add.
    factor : str
    contribution : float, score points
        Over the factors of a ratee, ``group`` and ``cycle`` sum to ``to_score - from_score`` exactly;
        for ``gain`` each is that difference by itself.
    from_score, to_score : float
        Overall score before and after.
    lower, upper : float, score points
        Interval of the contribution at the scorecard's level; NaN where errors are not known.
    """

    ratee: str
    kind: DriverKind
    factor: str
    contribution: float
    from_score: float
    to_score: float
    lower: float = float("nan")
    upper: float = float("nan")


@dataclass(frozen=True, eq=False, kw_only=True)
class Scorecard:
    """Scores, intervals, ranks and drivers of P people, on F factors and M competencies.

    Scores are on 0-100 (the overall of the source formula is unbounded). Every interval has
    coverage ``level`` and holds its score. Missing is NaN; intervals and probabilities are also
    NaN where the factors came without standard errors.

    Attributes
    ----------
    measures : Measures or Figures
        What was scored.
    framework : Framework
    formula : Formula
        Name and rho.
    weights : array, shape (F,)
        As used: 0 for a factor that nobody has, the others sum to 1.
    level : float
    seed, n_draws : int
        Of the joint draws behind every interval and probability.
    k : int
        The k of ``p_top``.
    ratees, factors, competencies : tuple of str
        Ids in the order of the arrays.
    factor_score, factor_lower, factor_upper, factor_se : array, shape (P, F)
    factor_partial : array of bool, shape (P, F)
        A kind of evidence that others have, or all of it, is missing.
    competency_score, competency_lower, competency_upper, competency_se : array, shape (P, M)
    overall, lower, upper, se : array, shape (P,)
        Missing factors stand at the mean of the group and are drawn from its spread. NaN for a ratee
        without any factor.
    partial : array of bool, shape (P,)
    band : tuple of (str or None), length P
        Id of the framework's band that holds the overall score; None without a score, and for the
        source formula, which has no bands.
    rank, rank_lower, rank_upper, p_best, p_top : array, shape (P,)
        See `Ranking`; ranks are whole numbers in floats, NaN without a score.
    p_greater : array, shape (P, P)
        ``p_greater[a, b]`` is P(a > b).
    groups : tuple of tuple of str
        Ratees who cannot be told apart, best first: longest runs, which may overlap.
    drivers : tuple of Driver
    notices : tuple of Notice
        What a reader must know, such as a factor that nobody has.
    engine_version, input_hash : str
    """

    measures: Measures | Figures
    framework: Framework
    formula: Formula
    weights: Floats
    level: float
    seed: int
    n_draws: int
    k: int
    ratees: tuple[str, ...]
    factors: tuple[str, ...]
    factor_score: Floats
    factor_lower: Floats
    factor_upper: Floats
    factor_se: Floats
    factor_partial: Booleans
    competencies: tuple[str, ...]
    competency_score: Floats
    competency_lower: Floats
    competency_upper: Floats
    competency_se: Floats
    overall: Floats
    lower: Floats
    upper: Floats
    se: Floats
    partial: Booleans
    band: tuple[str | None, ...]
    rank: Floats
    rank_lower: Floats
    rank_upper: Floats
    p_best: Floats
    p_top: Floats
    p_greater: Floats
    groups: tuple[tuple[str, ...], ...]
    drivers: tuple[Driver, ...]
    notices: tuple[Notice, ...]
    engine_version: str
    input_hash: str

    @property
    def names(self) -> Mapping[str, str]:
        """Name of each ratee."""
        return self.measures.names

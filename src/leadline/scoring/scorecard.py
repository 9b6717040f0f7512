"""The scorecard: every score of every person with its interval, and how sure the order is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadline.errors import Language
from leadline.evidence import Frame
from leadline.frameworks import Formula, Framework
from leadline.measurement import Measures, Notice
from leadline.scoring import store, tables
from leadline.scoring.driver import Driver
from leadline.scoring.figures import Figures

Floats: TypeAlias = NDArray[np.float64]
Booleans: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Scorecard:
    """Scores, intervals, ranks and drivers of P people, on F factors and M competencies.

    Scores are on 0-100 (the overall of the product is unbounded). Every interval has
    coverage ``level`` and holds its score. Missing is NaN; intervals and probabilities are also
    NaN where the factors came without standard errors.

    Attributes
    ----------
    measures : Measures or Figures
        What was scored.
    framework : Framework
    formula : Formula
        Name and rho.
    weights, declared_weights : array, shape (F,)
        As used: 0 for a factor that nobody has, the others sum to 1. And as asked for.
    level : float
    seed, n_draws : int
        Of the joint draws behind every interval and probability.
    k, top_k : int, int or None
        The k of ``p_top``, and the one asked for.
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
        product, which has no bands.
    rank, rank_lower, rank_upper, p_best, p_top : array, shape (P,)
        See `Ranking`; ranks are whole numbers in floats, NaN without a score.
    p_greater : array, shape (P, P)
        ``p_greater[a, b]`` is P(a > b).
    groups : tuple of tuple of str
        Ratees who cannot be told apart, best first: longest runs, which may overlap.
    drivers : tuple of Driver
    notices : tuple of Notice
        What a reader must know, such as a factor that nobody has.
    is_disclosed : bool
        Whether figures that too few raters stand behind were left out; see `shown`.
    engine_version, input_hash : str
    """

    measures: Measures | Figures
    framework: Framework
    formula: Formula
    weights: Floats
    declared_weights: Floats
    level: float
    seed: int
    n_draws: int
    k: int
    top_k: int | None
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
    is_disclosed: bool = False

    @property
    def names(self) -> Mapping[str, str]:
        """Name of each ratee."""
        return self.measures.names

    @property
    def order(self) -> tuple[int, ...]:
        """Positions of the ratees with a score, best first; ties by id."""
        ranked = np.flatnonzero(np.isfinite(self.rank))
        return tuple(sorted(ranked.tolist(), key=lambda p: (self.rank[p], self.ratees[p])))

    def scores_frame(self) -> Frame:
        """One row for each ratee and construct (``overall``, factors, competencies); ``scores.csv``."""
        return tables.scores(self)

    def ranking_frame(self) -> Frame:
        """One row for each ratee, best first; ``ranking.csv``."""
        return tables.ranking(self)

    def drivers_frame(self) -> Frame:
        """One row for each driver; ``drivers.csv``."""
        return tables.drivers(self)

    def information_frame(self) -> Frame:
        """Which evidence told how much of each factor; ``information.csv``."""
        return tables.information(self)

    def quality_frame(
        self, *, pseudonyms: Mapping[str, str] | None = None, language: Language = "en"
    ) -> Frame:
        """Raters, items and ratees to look at, with the reason; ``quality.csv``.

        Raters appear under their pseudonyms where these are given, and by id where not.
        """
        return tables.quality(self, pseudonyms, language)

    to_frame = scores_frame

    def to_json(self, language: Language = "en") -> dict[str, Any]:
        """Everything as JSON-ready values; missing is None. Only notices depend on the language."""
        return tables.document(self, language)

    def save(self, directory: str | Path) -> Path:
        """Write the four CSV tables, and all that `load` needs in the folder ``scorecard``.

        The tables and the measures name raters by id. Same scorecard, same bytes.
        """
        return store.save(self, Path(directory))

    @classmethod
    def load(cls, directory: str | Path) -> Scorecard:
        """Read from a folder that `save` wrote."""
        return cls(**store.load(Path(directory)))

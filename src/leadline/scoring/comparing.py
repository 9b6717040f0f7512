"""A few people side by side: who is ahead, how surely, and through which factors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadline.errors import ScoringError
from leadline.evidence import Frame, frame, to_json
from leadline.frameworks import spelling
from leadline.scoring.factors import Factors, gathered
from leadline.scoring.intervals import interval_of_draws
from leadline.scoring.ranks import ROUNDING
from leadline.scoring.rule import Combination
from leadline.scoring.scorecard import Scorecard

Floats = NDArray[np.float64]
Verdict: TypeAlias = Literal["ahead", "cannot be told apart"]

COLUMNS = (
    "first",
    "second",
    "construct",
    "difference",
    "lower",
    "upper",
    "level",
    "p_greater",
    "contribution",
    "contribution_lower",
    "contribution_upper",
    "verdict",
)


@dataclass(frozen=True, slots=True)
class FactorDifference:
    """Two people in one factor.

    Attributes
    ----------
    factor : str
    difference, lower, upper : float, 0-100
        First less second, with its interval; NaN where either lacks the factor.
    p_greater : float
        P(first > second) in the factor.
    contribution, contribution_lower, contribution_upper : float, score points
        Part of the overall difference that goes with the factor; over the factors they sum to it.
    """

    factor: str
    difference: float
    lower: float
    upper: float
    p_greater: float
    contribution: float
    contribution_lower: float
    contribution_upper: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people; the first has the higher score.

    Attributes
    ----------
    first, second : str
    difference, lower, upper : float, score points
        First less second, with its interval.
    p_greater : float
        P(first > second); NaN where errors are not known.
    verdict : {"ahead", "cannot be told apart"}
        ``ahead`` when ``p_greater`` is the scorecard's level or more.
    factors : tuple of FactorDifference
    """

    first: str
    second: str
    difference: float
    lower: float
    upper: float
    p_greater: float
    verdict: Verdict
    factors: tuple[FactorDifference, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Comparison:
    """N people compared.

    Attributes
    ----------
    ratees : tuple of str, N
    names : tuple of str, N
    level : float
    overall, lower, upper : array, shape (N,)
    p_greater : array, shape (N, N)
        ``p_greater[a, b]`` is P(a > b), the same as on the scorecard.
    pairs : tuple of Pair
    framework_id, framework_version, engine_version, input_hash : str
    seed : int
    """

    ratees: tuple[str, ...]
    names: tuple[str, ...]
    level: float
    overall: Floats
    lower: Floats
    upper: Floats
    p_greater: Floats
    pairs: tuple[Pair, ...]
    framework_id: str
    framework_version: str
    engine_version: str
    input_hash: str
    seed: int

    def to_frame(self) -> Frame:
        """One row for each pair and construct: ``overall``, then the factors."""
        rows = [row for pair in self.pairs for row in _rows(pair, self.level)]
        return frame({name: [row[at] for row in rows] for at, name in enumerate(COLUMNS)})

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON-ready values; missing is None."""
        people = {
            "ratee": list(self.ratees),
            "name": list(self.names),
            "score": self.overall.tolist(),
            "lower": self.lower.tolist(),
            "upper": self.upper.tolist(),
        }
        return {
            "framework": {"id": self.framework_id, "version": self.framework_version},
            "level": self.level,
            "people": to_json(frame(people)),
            "p_greater": [[None if np.isnan(p) else float(p) for p in row] for row in self.p_greater],
            "pairs": to_json(self.to_frame()),
            "engine_version": self.engine_version,
            "input_hash": self.input_hash,
            "seed": self.seed,
        }


def compare(scorecard: Scorecard, ratees: Iterable[str]) -> Comparison:
    """Compare people two by two, in the joint draws of their scorecard.

    Parameters
    ----------
    scorecard : Scorecard
    ratees : iterable of str
        Two or more, each once.

    Returns
    -------
    Comparison

    Raises
    ------
    ScoringError
        Unknown ratee (the message gives the nearest), one without a score, or fewer than two.

    Examples
    --------
    >>> from leadline.scoring import score
    >>> figures = {"ratee": ["ada", "lin"], "te": [85, 60], "la": [80, 80], "bi": [75, 70], "pg": [90, 85]}
    >>> errors = {f"{factor}_se": [3, 3] for factor in ("te", "la", "bi", "pg")}
    >>> pair = compare(score(figures | errors), ["ada", "lin"]).pairs[0]
    >>> pair.verdict, [round(one.contribution, 1) for one in pair.factors]
    ('ahead', [6.8, 0.0, 1.3, 1.1])
    """
    wanted = _known(scorecard, ratees)
    rows = [scorecard.ratees.index(ratee) for ratee in wanted]
    used = scorecard.weights > 0
    factors = gathered(
        scorecard.measures,
        scorecard.factors,
        used,
        draws=(scorecard.n_draws, scorecard.seed),
        hidden=np.isnan(scorecard.factor_score) if scorecard.is_disclosed else None,
    )
    combination = Combination(scorecard.formula, scorecard.weights[used])
    duel = _Duel(scorecard, factors, combination)
    return Comparison(
        ratees=wanted,
        names=tuple(scorecard.names.get(ratee, ratee) for ratee in wanted),
        level=scorecard.level,
        overall=scorecard.overall[rows],
        lower=scorecard.lower[rows],
        upper=scorecard.upper[rows],
        p_greater=scorecard.p_greater[np.ix_(rows, rows)],
        pairs=tuple(duel.pair(a, b) for a, b in combinations(rows, 2)),
        framework_id=scorecard.framework.id,
        framework_version=scorecard.framework.version,
        engine_version=scorecard.engine_version,
        input_hash=scorecard.input_hash,
        seed=scorecard.seed,
    )


class _Duel(NamedTuple):
    """What two rows of a scorecard are compared with."""

    card: Scorecard
    factors: Factors
    combination: Combination

    def pair(self, a: int, b: int) -> Pair:
        card = self.card
        if card.overall[a] < card.overall[b]:
            a, b = b, a
        chance = float(card.p_greater[a, b])
        difference = card.overall[a] - card.overall[b]
        lower, upper = self._interval(self._overall_draws(a, b), difference)
        return Pair(
            first=card.ratees[a],
            second=card.ratees[b],
            difference=float(difference),
            lower=float(lower),
            upper=float(upper),
            p_greater=chance,
            verdict="ahead" if chance >= card.level - ROUNDING else "cannot be told apart",
            factors=tuple(self._factors(a, b)),
        )

    def _factors(self, a: int, b: int) -> Iterator[FactorDifference]:
        card, factors = self.card, self.factors
        parts = self.combination.parts(factors.filled[b], factors.filled[a])
        draws = factors.draws
        part_draws = None if draws is None else self.combination.parts(draws[:, b], draws[:, a])
        part_lower, part_upper = self._interval(part_draws, parts)
        gaps = card.factor_score[a, factors.used] - card.factor_score[b, factors.used]
        gap_draws = None if draws is None else draws[:, a] - draws[:, b]
        lower, upper = self._interval(gap_draws, gaps)
        chances = np.full(len(gaps), np.nan)
        if gap_draws is not None:
            chances = ((gap_draws > 0).mean(axis=0) + (gap_draws >= 0).mean(axis=0)) / 2
        for u, f in enumerate(factors.used.tolist()):
            yield FactorDifference(
                factor=card.factors[f],
                difference=float(gaps[u]),
                lower=float(lower[u]),
                upper=float(upper[u]),
                p_greater=float("nan" if np.isnan(gaps[u]) else chances[u]),
                contribution=float(parts[u]),
                contribution_lower=float(part_lower[u]),
                contribution_upper=float(part_upper[u]),
            )

    def _overall_draws(self, a: int, b: int) -> Floats | None:
        draws = self.factors.draws
        if draws is None:
            return None
        return np.asarray(self.combination.score(draws[:, a]) - self.combination.score(draws[:, b]))

    def _interval(self, draws: Floats | None, point: Floats) -> tuple[Floats, Floats]:
        if draws is None:
            unknown = np.full_like(point, np.nan)
            return unknown, unknown
        return interval_of_draws(draws, point, self.card.level)


def _known(card: Scorecard, ratees: Iterable[str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(ratees))
    for ratee in wanted:
        if ratee not in card.ratees:
            code, fields = spelling("scoring.{}_ratee", ratee, card.ratees)
            raise ScoringError(code, **fields)
        if np.isnan(card.overall[card.ratees.index(ratee)]):
            raise ScoringError("scoring.unscored_ratee", ratee=ratee)
    if len(wanted) < 2:
        raise ScoringError("scoring.too_few_to_compare", n=len(wanted))
    return wanted


def _rows(pair: Pair, level: float) -> Iterator[Sequence[object]]:
    ends = (pair.first, pair.second)
    whole = (pair.difference, pair.lower, pair.upper)
    yield (*ends, "overall", *whole, level, pair.p_greater, *whole, pair.verdict)
    for one in pair.factors:
        parts = (one.contribution, one.contribution_lower, one.contribution_upper)
        yield (*ends, one.factor, one.difference, one.lower, one.upper, level, one.p_greater, *parts, None)

"""From measures to a scorecard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline import __version__
from leadline.errors import ScoringError
from leadline.frameworks import Band, Formula, Framework
from leadline.measurement import Measures, Notice
from leadline.scoring.driver import Driver
from leadline.scoring.drivers import against_cycle, against_group, change_drivers, gain_drivers
from leadline.scoring.factors import Booleans, Factors, Source, check_factors, gathered
from leadline.scoring.figures import Figures
from leadline.scoring.intervals import by_columns, interval_of_draws, interval_of_error
from leadline.scoring.options import (
    LEAST_DRAWS,
    Weights,
    checked_count,
    checked_level,
    chosen_formula,
    chosen_weights,
)
from leadline.scoring.ranks import Ranking, rank_people
from leadline.scoring.reading import Table, read_figures
from leadline.scoring.rule import Combination, Rule
from leadline.scoring.scorecard import Scorecard

Floats = NDArray[np.float64]

# Stream of the last cycle's draws; its errors are independent of this cycle's.
LAST_CYCLE = 1


def score(
    measures: Source | Table,
    framework: Framework | None = None,
    *,
    formula: str | None = None,
    rho: float | None = None,
    weights: Weights | None = None,
    level: float | None = None,
    n_draws: int = 4000,
    seed: int = 0,
    top_k: int | None = None,
) -> Scorecard:
    """Overall scores, ranks and drivers with their uncertainty, from measures or plain figures.

    Every interval and probability is counted in the same joint draws of all people's factors, carried
    through the formula one by one. A factor that others have is drawn from the group's spread
    where it is missing, and the score is marked partial. A factor that nobody has is left out, the
    weights of the rest are brought to a sum of 1, and every score is marked partial.

    Parameters
    ----------
    measures : Measures, or a table or mapping as of `read_figures`
    framework : Framework, optional
        That of the measures by default; ``technical-leadership`` for a table.
    formula : {"geometric", "product", "arithmetic", "ces"}, optional
        The framework's by default.
    rho : float, optional
        For ``ces`` alone; the framework's by default.
    weights : mapping of factor to float, or sequence of F floats, optional
        Sum to 1. The framework's, with the profiles applied, by default.
    level : float, optional
        Coverage of the intervals; the framework's by default.
    n_draws : int
        Joint draws; at least 100.
    seed : int
        Same input, seed and version: same scorecard to the last byte.
    top_k : int, optional
        For P(top k); a tenth of the people by default, and at least three where there are more.

    Returns
    -------
    Scorecard

    Raises
    ------
    ScoringError
        Options that do not fit, factors of another framework, or nothing to score.
    EvidenceError
        Faults in a table of figures, all of them.

    Notes
    -----
    Cost O(n P F + n P^2). Figures without standard errors get scores and ranks but neither intervals
    nor probabilities: how sure they are is not known.

    Examples
    --------
    >>> card = score({"te": 85, "la": 80, "bi": 75, "pg": 90})
    >>> card.overall.round(1), score({"te": 85, "la": 80, "bi": 75, "pg": 90}, formula="product").overall
    (array([82.3]), array([459000.]))
    """
    if isinstance(measures, (Measures, Figures)):
        source: Source = measures
    else:
        source = read_figures(measures, framework)
    framework = framework or source.framework
    check_factors(source, framework)
    chosen = chosen_formula(framework, formula, rho)
    rule = Rule(
        formula=chosen,
        weights=chosen_weights(framework, weights, chosen),
        level=checked_level(framework.level if level is None else level),
        n_draws=checked_count("n_draws", n_draws, LEAST_DRAWS),
        seed=checked_count("seed", seed, 0),
        top_k=None if top_k is None else checked_count("top_k", top_k, 1),
    )
    return scored(source, framework, rule)


def scored(
    source: Source,
    framework: Framework,
    rule: Rule,
    hidden: Booleans | None = None,
    last_hidden: Booleans | None = None,
) -> Scorecard:
    """Scorecard by a rule; ``hidden`` factors (P, F) count as missing, as do those of the last cycle."""
    ids = tuple(factor.id for factor in framework.factors)
    factors = gathered(source, ids, rule.weighted, draws=(rule.n_draws, rule.seed), hidden=hidden)
    if len(factors.used) == 0:
        raise ScoringError("scoring.nothing_to_score", n=len(source.ratees), framework=framework.id)
    combination = Combination(rule.formula, rule.weights_of(factors.used))
    overall = np.asarray(combination.score(factors.filled))
    k = rule.k(int(np.isfinite(overall).sum()))
    (lower, upper, se), ranking = _ranked(combination, factors, overall, rule.level, k)
    weights = np.zeros(len(ids))
    weights[factors.used] = combination.weights
    factor_lower, factor_upper = _factor_intervals(factors, rule.level)
    last = _last(source, ids, rule, factors, last_hidden)
    partial = np.asarray(factors.partial[:, rule.weighted].any(axis=1))
    return Scorecard(
        measures=source,
        framework=framework,
        formula=rule.formula,
        declared_weights=rule.weights,
        weights=weights,
        level=rule.level,
        seed=rule.seed,
        n_draws=rule.n_draws,
        top_k=rule.top_k,
        k=k,
        ratees=source.ratees,
        factors=ids,
        factor_score=factors.value,
        factor_lower=factor_lower,
        factor_upper=factor_upper,
        factor_se=factors.se,
        factor_partial=factors.partial,
        **_competencies(source, rule.level),
        overall=overall,
        lower=lower,
        upper=upper,
        se=se,
        partial=partial,
        band=tuple(_band(framework.bands, rule.formula, value) for value in overall),
        rank=ranking.rank,
        rank_lower=ranking.rank_lower,
        rank_upper=ranking.rank_upper,
        p_best=ranking.p_best,
        p_top=ranking.p_top,
        p_greater=ranking.p_greater,
        groups=tuple(tuple(source.ratees[p] for p in run) for run in ranking.groups),
        drivers=tuple(_drivers(source, (factors, last), combination, ids, rule.level)),
        notices=tuple(_notices(factors, rule, ids, partial, overall)),
        engine_version=__version__,
        input_hash=_hash(source, framework, rule),
    )


def _ranked(
    combination: Combination, factors: Factors, overall: Floats, level: float, k: int
) -> tuple[tuple[Floats, Floats, Floats], Ranking]:
    """Interval and standard error of each score, and the ranking: what takes draws of scores."""
    draws = None if factors.draws is None else combination.score(factors.draws)
    return _spread_of(draws, overall, level), rank_people(overall, draws, level, k)


def _spread_of(draws: Floats | None, point: Floats, level: float) -> tuple[Floats, Floats, Floats]:
    if draws is None:
        unknown = np.full_like(point, np.nan)
        return unknown, unknown, unknown
    lower, upper = interval_of_draws(draws, point, level)
    return lower, upper, np.where(np.isnan(point), np.nan, by_columns(_sd, draws))


def _sd(draws: Floats) -> Floats:
    return np.asarray(draws.std(axis=0))


def _factor_intervals(factors: Factors, level: float) -> tuple[Floats, Floats]:
    lower, upper = interval_of_error(factors.value, factors.se, level)
    if factors.draws is not None:
        for u, f in enumerate(factors.used):
            lower[:, f], upper[:, f] = interval_of_draws(factors.draws[..., u], factors.value[:, f], level)
    return lower, upper


def _competencies(source: Source, level: float) -> dict[str, Any]:
    found = source.competencies
    shape = (len(source.ratees), len(found))
    value = np.array([one.value for one in found], dtype=np.float64).T.reshape(shape)
    se = np.array([one.se for one in found], dtype=np.float64).T.reshape(shape)
    lower, upper = interval_of_error(value, se, level)
    return {
        "competencies": tuple(one.id for one in found),
        "competency_score": value,
        "competency_lower": lower,
        "competency_upper": upper,
        "competency_se": se,
    }


def _band(bands: Sequence[Band], formula: Formula, value: float) -> str | None:
    if formula.name == "product":
        return None
    reached = [band.id for band in bands if value >= band.start]
    return reached[-1] if reached else None


def _last(
    source: Source, ids: Sequence[str], rule: Rule, factors: Factors, hidden: Booleans | None
) -> Factors | None:
    """Factors of the last cycle, with draws that share no randomness with this cycle's."""
    if source.previous is None:
        return None
    used = np.isin(np.arange(len(ids)), factors.used)
    seed = int(np.random.SeedSequence([rule.seed, LAST_CYCLE]).generate_state(1)[0])
    return gathered(source.previous, ids, used, draws=(rule.n_draws, seed), hidden=hidden)


def _drivers(
    source: Source,
    cycles: tuple[Factors, Factors | None],
    combination: Combination,
    ids: Sequence[str],
    level: float,
) -> Iterator[Driver]:
    factors, last = cycles
    names = (source.ratees, [ids[f] for f in factors.used])
    group = against_group(factors)
    cycle = None
    if last is not None and source.previous is not None:
        cycle = against_cycle(factors, last, source.ratees, source.previous.ratees)
    return chain(
        change_drivers("group", group, combination, names, level) if group else (),
        change_drivers("cycle", cycle, combination, names, level) if cycle else (),
        gain_drivers(factors, combination, names, level),
    )


def _notices(
    factors: Factors, rule: Rule, ids: Sequence[str], partial: Booleans, overall: Floats
) -> Iterator[Notice]:
    left_out = [ids[f] for f in np.flatnonzero(rule.weighted).tolist() if f not in factors.used]
    if left_out:
        yield Notice("scoring.notice.left_out", {"factors": ", ".join(left_out)})
    elif partial.any():
        yield Notice("scoring.notice.partial", {"n": int(partial.sum())})
    if np.isnan(overall).any():
        yield Notice("scoring.notice.without_evidence", {"n": int(np.isnan(overall).sum())})
    if factors.draws is None:
        yield Notice("scoring.notice.without_errors")
    if rule.formula.name == "product":
        yield Notice("scoring.notice.source")
        if np.ptp(rule.weights) > 0:
            yield Notice("scoring.notice.source_ignores_weights")


def _hash(source: Source, framework: Framework, rule: Rule) -> str:
    parts = [
        source.input_hash,
        framework.hash,
        rule.formula.name,
        repr(rule.formula.rho),
        repr(rule.weights.tolist()),
        repr((rule.level, rule.n_draws, rule.seed, rule.top_k)),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()

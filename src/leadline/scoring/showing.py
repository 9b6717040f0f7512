"""What a report may show: only figures that enough people stand behind.

Hiding is done by scoring again with the hidden factors missing, so that no figure that is shown was made
from one that is not: a suppressed factor and one without evidence give the same scorecard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leadline.frameworks import Framework
from leadline.scoring.disclosure import least_numbers, named_counts
from leadline.scoring.factors import Source, least_raters
from leadline.scoring.rule import Rule
from leadline.scoring.scorecard import Scorecard
from leadline.scoring.scores import scored

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Disclosed:
    """A scorecard as a report may show it.

    Attributes
    ----------
    scorecard : Scorecard
        Scored again without what is hidden: hidden is NaN, as is what nobody observed. Its
        ``measures`` still hold everything; take figures from the scorecard alone.
    overall : array of bool, shape (P,)
        Whether there is an overall score to show.
    factors : array of bool, shape (P, F)
    competencies : array of bool, shape (P, M)
    groups : tuple of mapping of str to int, P
        Raters by group, for each ratee, as of :func:`leadline.scoring.named_counts`.
    """

    scorecard: Scorecard
    overall: Booleans
    factors: Booleans
    competencies: Booleans
    groups: tuple[Mapping[str, int], ...]


def shown(scorecard: Scorecard) -> Disclosed:
    """What may be shown of a scorecard, by the least numbers of its framework.

    A figure made of ratings, whatever else it is also made of, needs ``framework.disclosure.all`` distinct
    raters other than the ratee, more where a group of theirs needs more by itself, counted for each factor
    and each competency by itself. Where competencies of a factor are hidden, the one with the next fewest
    raters is hidden as well: the factor less those that are shown would give the hidden ones away, and they
    may all be of the same few raters.

    Parameters
    ----------
    scorecard : Scorecard

    Returns
    -------
    Disclosed

    Notes
    -----
    Plain figures hold no ratings: all of them are shown. Nothing hidden takes part in the group's mean,
    in ranks, or in what a missing factor is drawn from. Scoring again costs as much as scoring.

    Examples
    --------
    >>> from leadline.scoring import score
    >>> shown(score({"te": 85, "la": 80})).factors
    array([[ True,  True, False, False]])
    """
    source = scorecard.measures
    if scorecard.is_disclosed:
        return _disclosed(scorecard)
    hidden = hidden_factors(source, scorecard.framework, scorecard.factors)
    last = source.previous
    last_hidden = None if last is None else hidden_factors(last, scorecard.framework, scorecard.factors)
    card = scorecard
    if hidden.any() or (last_hidden is not None and last_hidden.any()):
        open_factors = np.isfinite(scorecard.factor_score) & ~hidden & (scorecard.weights > 0)
        if open_factors.any():
            card = scored(source, scorecard.framework, _rule(scorecard), hidden, last_hidden)
        else:
            card = _blank(scorecard)
    return _disclosed(_without_competencies(card, hidden_competencies(source, scorecard, hidden)))


def hidden_factors(source: Source, framework: Framework, factors: tuple[str, ...]) -> Booleans:
    """Factors made of ratings by fewer raters than may be shown.

    A factor for which nobody in the whole group was rated is not made of ratings.

    Parameters
    ----------
    source : Measures or Figures
    framework : Framework
    factors : tuple of str, F

    Returns
    -------
    bool array, shape (P, F)

    Examples
    --------
    >>> from leadline.evidence import read_evidence
    >>> from leadline.frameworks import load_framework
    >>> from leadline.measurement import measure
    >>> framework = load_framework("technical-leadership")
    >>> goals = {"ratee": ["ada"], "item": ["goal_attainment"], "value": [80]}
    >>> goals |= {"target": [100], "baseline": [0]}
    >>> found = measure(read_evidence({"outcomes": goals}, framework), framework)
    >>> hidden_factors(found, framework, ("performance_goals",)).tolist()
    [[False]]
    """
    hidden, least = np.zeros((len(source.ratees), len(factors)), np.bool_), least_raters(source, framework)
    for dimension in source.dimensions:
        if dimension.kind == "ratings" and dimension.factor in factors:
            hidden[:, factors.index(dimension.factor)] = dimension.n_raters < least
    return hidden


def hidden_competencies(source: Source, card: Scorecard, hidden: Booleans) -> Booleans:
    """Competencies that may not be shown, shape (P, M): too few raters, or given away by the others."""
    raters = np.array([one.n_raters for one in source.competencies], dtype=np.float64).T
    raters = raters.reshape(len(card.ratees), len(card.competencies))
    least = least_raters(source, card.framework)
    found = raters < least[:, None]
    factor_of = {one.id: one.factor for one in card.framework.competencies}
    for f, factor in enumerate(card.factors):
        columns = [m for m, one in enumerate(card.competencies) if factor_of.get(one) == factor]
        found[:, columns] |= hidden[:, [f]]
        few = found[:, columns]
        for p in np.flatnonzero((few.sum(axis=1) == 1) | (few & (raters[:, columns] > 0)).any(axis=1)):
            open_ones = [m for m in columns if not found[p, m]]
            if open_ones:
                found[p, min(open_ones, key=lambda m: (raters[p, m], m))] = True
    return found


def _disclosed(card: Scorecard) -> Disclosed:
    return Disclosed(
        scorecard=card,
        overall=np.isfinite(card.overall),
        factors=np.isfinite(card.factor_score),
        competencies=np.isfinite(card.competency_score),
        groups=_groups(card.measures, card.framework),
    )


def _groups(source: Source, framework: Framework) -> tuple[Mapping[str, int], ...]:
    by_relationship, numbers = source.by_relationship, least_numbers(framework)
    return tuple(
        named_counts({group: int(n[p]) for group, n in by_relationship.items()}, numbers)
        for p in range(len(source.ratees))
    )


def _rule(card: Scorecard) -> Rule:
    return Rule(card.formula, card.declared_weights, card.level, card.n_draws, card.seed, card.top_k)


def _without_competencies(card: Scorecard, hidden: Booleans) -> Scorecard:
    return replace(
        card,
        is_disclosed=True,
        competency_score=np.where(hidden, np.nan, card.competency_score),
        competency_lower=np.where(hidden, np.nan, card.competency_lower),
        competency_upper=np.where(hidden, np.nan, card.competency_upper),
        competency_se=np.where(hidden, np.nan, card.competency_se),
    )


def _blank(card: Scorecard) -> Scorecard:
    """The scorecard without any figure of a factor or an overall score."""
    people, factors = np.full(len(card.ratees), np.nan), np.full_like(card.factor_score, np.nan)
    return replace(
        card,
        factor_score=factors,
        factor_lower=factors,
        factor_upper=factors,
        factor_se=factors,
        factor_partial=np.ones_like(card.factor_partial),
        overall=people,
        lower=people,
        upper=people,
        se=people,
        partial=np.ones_like(card.partial),
        band=(None,) * len(people),
        rank=people,
        rank_lower=people,
        rank_upper=people,
        p_best=people,
        p_top=people,
        p_greater=np.full_like(card.p_greater, np.nan),
        groups=(),
        drivers=(),
    )

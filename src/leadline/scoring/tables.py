"""A scorecard as tables and as one JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.errors import Language, has_words, words
from leadline.evidence.frames import Frame, frame, to_json

if TYPE_CHECKING:
    from leadline.scoring.scorecard import Scorecard

Floats = NDArray[np.float64]

QUALITY = ("kind", "element", "reason", "value", "explanation")
DRIVER = (
    "ratee",
    "kind",
    "factor",
    "contribution",
    "lower",
    "upper",
    "level",
    "from_score",
    "to_score",
)


class _Construct(NamedTuple):
    """One construct of all P people; counts and logits are None where there are none."""

    id: str
    score: Floats
    lower: Floats
    upper: Floats
    se: Floats
    measure: Floats | None
    n_raters: NDArray[Any] | None
    n_items: NDArray[Any] | None
    partial: NDArray[np.bool_]


def scores(card: Scorecard) -> Frame:
    """Rows of ``scores.csv``: a ratee's overall score, then factors, then competencies."""
    constructs = list(_constructs(card))
    people, many = len(card.ratees), len(constructs)

    def column(values: Iterable[NDArray[Any] | None]) -> list[Any]:
        found = [_or_none(one, people) for one in values]
        return [found[c][p] for p in range(people) for c in range(many)]

    bands = [[card.band[p]] + [None] * (many - 1) for p in range(people)]
    return frame(
        {
            "ratee": [ratee for ratee in card.ratees for _ in constructs],
            "construct": [one.id for one in constructs] * people,
            "score": column(one.score for one in constructs),
            "lower": column(one.lower for one in constructs),
            "upper": column(one.upper for one in constructs),
            "level": [card.level] * (people * many),
            "se": column(one.se for one in constructs),
            "measure": _numbers(column(one.measure for one in constructs)),
            "n_raters": _wholes(column(one.n_raters for one in constructs)),
            "n_items": _wholes(column(one.n_items for one in constructs)),
            "reliability": _numbers([reliability(one.score, one.se) for one in constructs] * people),
            "partial": column(one.partial for one in constructs),
            "band": [band for row in bands for band in row],
        }
    )


def reliability(score: Floats, se: Floats) -> float:
    """Share of the spread of scores that is not error: 1 less mean squared error over variance.

    Parameters
    ----------
    score, se : array, shape (P,)
        People without either are left out.

    Returns
    -------
    float
        0 where error exceeds the spread; NaN with fewer than two people.

    Examples
    --------
    >>> reliability(np.array([60.0, 70.0, 80.0]), np.array([5.0, 5.0, 5.0]))
    0.75
    """
    known = np.isfinite(score) & np.isfinite(se)
    if known.sum() < 2:
        return float("nan")
    variance = float(np.var(score[known], ddof=1))
    return max(1 - float(np.mean(se[known] ** 2)) / variance, 0.0) if variance > 0 else 0.0


def ranking(card: Scorecard) -> Frame:
    """Rows of ``ranking.csv``, best first; ratees without a score come last, without a rank."""
    order = [*card.order, *(p for p in range(len(card.ratees)) if np.isnan(card.rank[p]))]
    n = len(order)
    return frame(
        {
            "ratee": [card.ratees[p] for p in order],
            "score": card.overall[order],
            "lower": card.lower[order],
            "upper": card.upper[order],
            "rank": _wholes(card.rank[order]),
            "rank_lower": _wholes(card.rank_lower[order]),
            "rank_upper": _wholes(card.rank_upper[order]),
            "p_best": card.p_best[order],
            "p_top_k": card.p_top[order],
            "k": [card.k] * n,
            "level": [card.level] * n,
            "partial": card.partial[order],
            "band": [card.band[p] for p in order],
        }
    )


def drivers(card: Scorecard) -> Frame:
    """Rows of ``drivers.csv``."""
    rows = card.drivers
    columns = {name: [getattr(row, name, card.level) for row in rows] for name in DRIVER}
    return frame(columns)


def quality(card: Scorecard, pseudonyms: Mapping[str, str] | None, language: Language) -> Frame:
    """Rows of ``quality.csv``."""
    names = pseudonyms or {}
    rows = [
        (
            note.kind,
            names.get(note.element, note.element) if note.kind == "rater" else note.element,
            note.reason,
            float(note.value),
            _explanation(note.reason, note.fields, language),
        )
        for note in card.measures.quality
    ]
    return frame({name: [row[at] for row in rows] for at, name in enumerate(QUALITY)})


def document(card: Scorecard, language: Language) -> dict[str, Any]:
    """The scorecard as one JSON-ready value."""
    return {
        "framework": {
            "id": card.framework.id,
            "version": card.framework.version,
            "applied": list(card.framework.applied),
            "hash": card.framework.hash,
        },
        "cycle": card.measures.cycle,
        # JSON has no infinity, which is the rho of the weakest factor.
        "formula": {"name": card.formula.name, "rho": _plain_number(card.formula.rho)},
        "weights": dict(zip(card.factors, card.weights.tolist(), strict=True)),
        "level": card.level,
        "n_draws": card.n_draws,
        "seed": card.seed,
        "k": card.k,
        "scores": to_json(card.scores_frame()),
        "ranking": to_json(card.ranking_frame()),
        "drivers": to_json(card.drivers_frame()),
        "p_greater": [[_plain_number(p) for p in row] for row in card.p_greater],
        "ratees": list(card.ratees),
        "cannot_be_told_apart": [list(group) for group in card.groups],
        "notices": [{**one.to_json(), "message": one.describe(language)} for one in card.notices],
        "engine_version": card.engine_version,
        "input_hash": card.input_hash,
    }


def _constructs(card: Scorecard) -> Iterator[_Construct]:
    source = card.measures
    yield _Construct(
        "overall",
        card.overall,
        card.lower,
        card.upper,
        card.se,
        None,
        source.n_raters,
        source.n_items,
        card.partial,
    )
    for f, factor in enumerate(card.factors):
        seen = {one.kind: one for one in source.dimensions if one.factor == factor}
        logits = seen.get("ratings") or seen.get("exam")
        yield _Construct(
            factor,
            card.factor_score[:, f],
            card.factor_lower[:, f],
            card.factor_upper[:, f],
            card.factor_se[:, f],
            logits.theta if logits else None,
            seen["ratings"].n_raters if "ratings" in seen else None,
            np.sum([one.n_items for one in seen.values()], axis=0) if seen else None,
            card.factor_partial[:, f],
        )
    for m, (competency, one) in enumerate(zip(card.competencies, source.competencies, strict=True)):
        value = card.competency_score[:, m]
        yield _Construct(
            competency,
            value,
            card.competency_lower[:, m],
            card.competency_upper[:, m],
            card.competency_se[:, m],
            None,
            one.n_raters,
            one.n_items,
            np.isnan(value),
        )


def _explanation(reason: str, fields: Mapping[str, Any], language: Language) -> str | None:
    key = f"measurement.quality.{reason}"
    return words(key, language, **fields) if has_words(key, language) else None


def _or_none(values: NDArray[Any] | None, n: int) -> list[Any]:
    return [None] * n if values is None else values.tolist()


def _numbers(values: list[Any]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _wholes(values: Iterable[Any]) -> list[int | None]:
    return [None if value is None or np.isnan(value) else int(value) for value in values]


def _plain_number(value: float) -> float | str | None:
    if np.isnan(value):
        return None
    return float(value) if np.isfinite(value) else repr(float(value))

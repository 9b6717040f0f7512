"""A scorecard as tables and as one JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.errors import Language, has_words, words
from leadline.evidence import Frame, frame, to_json
from leadline.measurement import Measures
from leadline.scoring.factors import least_raters

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
    """One construct of all P people: arrays of shape (P,), NaN where there is nothing to say."""

    id: str
    score: Floats
    lower: Floats
    upper: Floats
    se: Floats
    measure: Floats
    n_raters: Floats
    n_items: Floats
    partial: NDArray[np.bool_]


def scores(card: Scorecard) -> Frame:
    """Rows of ``scores.csv``: a ratee's overall score, then factors, then competencies.

    Where there is no score there is neither measure nor count: how many stand behind a figure that is
    not shown is not shown either.
    """
    constructs = list(_constructs(card))
    people, many = len(card.ratees), len(constructs)

    def column(name: str) -> NDArray[Any]:
        return np.stack([getattr(one, name) for one in constructs], axis=1).ravel()

    return frame(
        {
            "ratee": [ratee for ratee in card.ratees for _ in constructs],
            "construct": [one.id for one in constructs] * people,
            "score": column("score"),
            "lower": column("lower"),
            "upper": column("upper"),
            "level": [card.level] * (people * many),
            "se": column("se"),
            "measure": column("measure"),
            "n_raters": _wholes(column("n_raters")),
            "n_items": _wholes(column("n_items")),
            "reliability": np.array([reliability(one.score, one.se) for one in constructs] * people),
            "partial": column("partial"),
            "band": [band for one in card.band for band in (one, *(None,) * (many - 1))],
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


def information(card: Scorecard) -> Frame:
    """Rows of ``information.csv``: which evidence told how much of each factor that is shown.

    ``share`` is the part of the variance among people that a source took off; the row ``unknown`` is
    what nobody told. Sources that told less than half a hundredth are left out. Empty for factors that
    were given and not measured.
    """
    found: dict[str, list[Any]] = {"ratee": [], "factor": [], "source": [], "share": []}
    if isinstance(card.measures, Measures):
        told = card.measures.information
        names = [f"{one.kind}:{one.factor}" for one in card.measures.dimensions]
        place = {factor: f for f, factor in enumerate(card.measures.factors)}
        for p, f in np.argwhere(np.isfinite(card.factor_score)).tolist():
            shares = told[p, place[card.factors[f]]]
            rows = [
                (name, share)
                for name, share in zip(names, shares.tolist(), strict=True)
                if abs(share) >= 0.005
            ]
            for source, share in (*rows, ("unknown", 1.0 - float(shares.sum()))):
                for column, value in zip(
                    found, (card.ratees[p], card.factors[f], source, share), strict=True
                ):
                    found[column].append(value)
    return frame(found)


def quality(card: Scorecard, pseudonyms: Mapping[str, str] | None, language: Language) -> Frame:
    """Rows of ``quality.csv``."""
    names = pseudonyms or {}
    rows = []
    for note in card.measures.quality:
        of_rater = note.kind == "rater"
        # A rater's note may name another: the one with whom they trade favours.
        fields = {
            k: names.get(v, v) if of_rater and isinstance(v, str) else v for k, v in note.fields.items()
        }
        element = names.get(note.element, note.element) if of_rater else note.element
        explanation = _explanation(note.reason, fields, language)
        rows.append((note.kind, element, note.reason, float(note.value), explanation))
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
    nothing = np.full(len(card.ratees), np.nan)
    counted = np.isfinite(card.overall)
    if card.is_disclosed:
        counted = counted & (np.asarray(source.n_raters) >= least_raters(source, card.framework))
    yield _Construct(
        id="overall",
        score=card.overall,
        lower=card.lower,
        upper=card.upper,
        se=card.se,
        measure=nothing,
        n_raters=np.where(counted, source.n_raters, np.nan),
        n_items=np.where(counted, source.n_items, np.nan),
        partial=card.partial,
    )
    for f, factor in enumerate(card.factors):
        seen = {one.kind: one for one in source.dimensions if one.factor == factor}
        logits = seen.get("ratings") or seen.get("exam")
        known = np.isfinite(card.factor_score[:, f])
        items = np.sum([one.n_items for one in seen.values()], axis=0) if seen else nothing
        yield _Construct(
            id=factor,
            score=card.factor_score[:, f],
            lower=card.factor_lower[:, f],
            upper=card.factor_upper[:, f],
            se=card.factor_se[:, f],
            measure=np.where(known, logits.theta, np.nan) if logits else nothing,
            n_raters=np.where(known, seen["ratings"].n_raters, np.nan) if "ratings" in seen else nothing,
            n_items=np.where(known, items, np.nan),
            partial=card.factor_partial[:, f],
        )
    for m, one in enumerate(source.competencies):
        known = np.isfinite(card.competency_score[:, m])
        yield _Construct(
            id=one.id,
            score=card.competency_score[:, m],
            lower=card.competency_lower[:, m],
            upper=card.competency_upper[:, m],
            se=card.competency_se[:, m],
            measure=nothing,
            n_raters=np.where(known, one.n_raters, np.nan),
            n_items=np.where(known, one.n_items, np.nan),
            partial=~known,
        )


def _explanation(reason: str, fields: Mapping[str, Any], language: Language) -> str | None:
    key = f"measurement.quality.{reason}"
    return words(key, language, **fields) if has_words(key, language) else None


def _wholes(values: Iterable[Any]) -> list[int | None]:
    return [None if np.isnan(value) else int(value) for value in values]


def _plain_number(value: float) -> float | str | None:
    if np.isnan(value):
        return None
    return float(value) if np.isfinite(value) else repr(float(value))

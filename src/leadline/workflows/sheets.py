"""A scorecard taken apart into plain values: one sheet for each person, one for the group."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np

from leadline.errors import Language
from leadline.frameworks import Action, Text
from leadline.reports import PERSON, Lens, Reading, Suggestion, described, person_figure, side, suggested
from leadline.scoring import Scorecard, shown

Plain = dict[str, Any]
OVERALL = "overall"
LANGUAGES: tuple[Language, ...] = ("en", "zh")
DIGITS = 4


def disclosable(scorecard: Scorecard) -> Scorecard:
    """The scorecard without what fewer people gave than its framework asks for; see `scoring.shown`.

    Parameters
    ----------
    scorecard : Scorecard

    Returns
    -------
    Scorecard

    Examples
    --------
    >>> from leadline.scoring import score
    >>> card = disclosable(score({"te": 85, "la": 80}))
    >>> card.is_disclosed
    True
    """
    return shown(scorecard).scorecard


def figure_names(scorecard: Scorecard) -> dict[str, frozenset[str]]:
    """Names of the figures there are of each ratee: ``overall``, ``factor:<id>``, ``competency:<id>``.

    Parameters
    ----------
    scorecard : Scorecard

    Returns
    -------
    dict of ratee to frozenset of str

    Examples
    --------
    >>> from leadline.scoring import score
    >>> card = disclosable(score({"te": 85, "la": 80}))
    >>> sorted(figure_names(card)[card.ratees[0]])
    ['factor:leadership_ability', 'factor:technical_expertise', 'overall']
    """
    factors = [f"factor:{one}" for one in scorecard.factors]
    competencies = [f"competency:{one}" for one in scorecard.competencies]
    values = np.column_stack([scorecard.overall, scorecard.factor_score, scorecard.competency_score])
    names = np.array([OVERALL, *factors, *competencies])
    return {
        ratee: frozenset(names[known].tolist())
        for ratee, known in zip(scorecard.ratees, np.isfinite(values), strict=True)
    }


def person_sheets(scorecard: Scorecard, names: Mapping[str, Collection[str]]) -> dict[str, Plain]:
    """Everything a page of a person shows, from the figures named and from no other.

    Parameters
    ----------
    scorecard : Scorecard
        From `disclosable`.
    names : mapping of ratee to collection of str
        As `figure_names`; figures left out are treated as if they were not known.

    Returns
    -------
    dict of ratee to dict
        ``overall``, ``factors`` and ``competencies`` by id as ``score, lower, upper, se`` (0-100) or None,
        ``band``, ``partial``, ``rank`` and ``steps``, the suggestions. JSON-ready.

    Examples
    --------
    >>> from leadline.scoring import score
    >>> card = disclosable(score({"te": 85, "la": 80}))
    >>> person_sheets(card, figure_names(card))[card.ratees[0]]["overall"]["score"]
    82.4621
    """
    card = _kept(scorecard, names)
    lens = Lens(card, "en")
    return {ratee: _sheet(lens, row) for row, ratee in enumerate(card.ratees)}


def group_sheet(scorecard: Scorecard, names: Mapping[str, Collection[str]]) -> Plain:
    """What a page about everybody needs besides the figures: how it was computed, and its charts.

    Parameters
    ----------
    scorecard, names
        As :func:`person_sheets`.

    Returns
    -------
    dict
        ``charts`` by name and language as Vega-Lite specifications, ``notices`` by language, ``level``,
        ``formula``, ``versions``, ``input_hash``. JSON-ready.

    Examples
    --------
    >>> from leadline.scoring import score
    >>> card = disclosable(score({"te": 85, "la": 80}))
    >>> sorted(group_sheet(card, figure_names(card))["charts"])
    ['person']
    """
    card = _kept(scorecard, names)
    notices = (*card.measures.notices, *card.notices)
    return {
        "charts": {PERSON: {one: person_figure(one).to_dict() for one in LANGUAGES}},
        "notices": {one: [described(notice, card.framework, one) for notice in notices] for one in LANGUAGES},
        "level": card.level,
        "formula": card.formula.name,
        "seed": card.seed,
        "engine": card.engine_version,
        "input_hash": card.input_hash,
    }


def _kept(card: Scorecard, names: Mapping[str, Collection[str]]) -> Scorecard:
    def gone(prefix: str, ids: Collection[str]) -> Any:
        return np.array([[f"{prefix}:{one}" not in names[ratee] for one in ids] for ratee in card.ratees])

    competencies = gone("competency", card.competencies).reshape(card.competency_score.shape)
    factors = gone("factor", card.factors).reshape(card.factor_score.shape)
    overall = np.array([OVERALL not in names[ratee] for ratee in card.ratees])
    blank: Plain = {
        f"{kind}_{part}": np.where(mask, np.nan, getattr(card, f"{kind}_{part}"))
        for kind, mask in (("competency", competencies), ("factor", factors))
        for part in ("score", "lower", "upper", "se")
    }
    parts = ("overall", "lower", "upper", "se", "rank", "rank_lower", "rank_upper", "p_best", "p_top")
    blank |= {part: np.where(overall, np.nan, getattr(card, part)) for part in parts}
    bands = tuple(None if hidden else band for band, hidden in zip(card.band, overall, strict=True))
    return replace(card, band=bands, is_disclosed=True, **blank)


def _sheet(lens: Lens, row: int) -> Plain:
    card = lens.card
    factor_row = {
        one: _plain(
            Reading(
                float(card.factor_score[row, j]),
                float(card.factor_lower[row, j]),
                float(card.factor_upper[row, j]),
                float(card.factor_se[row, j]),
            )
        )
        for j, one in enumerate(card.factors)
    }
    competencies: Plain = {}
    for m, one in enumerate(lens.competencies):
        reading = lens.competency(row, m)
        found = _plain(reading)
        if found:
            found |= {"side": side(reading, one.expectation), "own": _number(lens.own_view(row, m))}
        competencies[one.id] = found
    return {
        "overall": _plain(lens.overall(row)),
        "band": card.band[row],
        "partial": bool(card.partial[row]),
        "rank": _rank(lens, row),
        "factors": factor_row,
        "competencies": competencies,
        "steps": [_step(one) for one in suggested(lens, row)],
    }


def _rank(lens: Lens, row: int) -> Plain | None:
    card = lens.card
    parts = ("rank", "rank_lower", "rank_upper", "p_best", "p_top")
    found = {part: _number(float(getattr(card, part)[row])) for part in parts}
    return found if found["rank"] is not None else None


def _plain(reading: Reading) -> Plain | None:
    if not reading.known:
        return None
    return {
        "score": _number(reading.value),
        "lower": _number(reading.lower),
        "upper": _number(reading.upper),
        "se": _number(reading.se),
    }


def _number(value: float) -> float | None:
    return round(float(value), DIGITS) if isfinite(value) else None


def _step(one: Suggestion) -> Plain:
    return {
        "competency": one.competency.id,
        "reason": one.reason,
        "action": _both(one.action),
        "next_level": None if one.next_level is None else {"en": one.next_level.en, "zh": one.next_level.zh},
        "values": {name: _number(value) for name, value in one.values.items()},
    }


def _both(action: Action | None) -> dict[str, str] | None:
    text: Text | None = action.text if action else None
    return None if text is None else {"en": text.en, "zh": text.zh}

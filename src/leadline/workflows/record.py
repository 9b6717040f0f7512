"""The record that stays of a sealed cycle."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from leadline.scoring import Scorecard, ShownFigures, calibration_of_cycle
from leadline.workflows.sheets import OVERALL, disclosable
from leadline.workflows.withheld import measures_of


def calibration_record(
    scorecard: Scorecard, sheets: Mapping[str, Mapping[str, Any] | None] | None = None
) -> dict[str, Any]:
    """All that may stay of a cycle once its ratings and its key are destroyed.

    * Of every item that at least ``disclosure.all`` raters judged, of as many ratees: difficulty with its
      error; with the thresholds of its dimension, likewise with errors, that gives its steps.
    * Of every item that 30 raters or more judged: ratings by category, over everybody.
    * Means, variances and covariances of people's dimensions and competencies; variances of raters,
      relationships and halos.
    * Effects of relationships by which at least ``disclosure.all`` raters judged, with errors.
    * Of every ratee the figures shown, to four decimals with standard errors, and the covariance of the
      factors among them.

    It holds no rater and nothing of one, nothing by item for one ratee, and no figure that was not shown.
    Linking later cycles to it is all that it is good for: nobody can be measured again with it.

    Parameters
    ----------
    scorecard : Scorecard
        Undisclosed, made with ``keep=True``; ``reassess(first, Evidence(), framework, ())`` gives back the
        one that was kept.
    sheets : mapping of ratee to sheet, optional
        What was shown, as from :func:`person_sheets`; None for a ratee of whom nothing was. All that
        :func:`disclosable` leaves, unless given.

    Returns
    -------
    dict
        JSON-ready; :meth:`leadline.scoring.record.Calibration.from_json` reads it.

    Raises
    ------
    ScoringError
        The scorecard was made without ``keep``.

    Examples
    --------
    >>> from leadline.evidence import read_evidence
    >>> from leadline.frameworks import load_framework
    >>> from leadline.workflows import assess_evidence
    >>> goals = {"ratee": ["ada", "lin"], "item": ["goal_attainment"] * 2, "value": [80, 60]}
    >>> goals |= {"target": [100, 100], "baseline": [0, 0]}
    >>> criteria = load_framework("technical-leadership")
    >>> card = assess_evidence(read_evidence({"outcomes": goals}, criteria), criteria, keep=True)
    >>> calibration_record(card)["ratees"][0]["scores"]
    {'overall': 76.7584, 'factor:performance_goals': 76.7584}
    """
    if sheets is None:
        figures = _of_card(disclosable(scorecard))
    else:
        figures = {ratee: _of_sheet(sheet or {}) for ratee, sheet in sheets.items()}
    return calibration_of_cycle(measures_of(scorecard), figures).to_json()


def _of_card(card: Scorecard) -> dict[str, ShownFigures]:
    columns = {OVERALL: (card.overall, card.se)}
    columns |= {
        f"factor:{name}": (card.factor_score[:, f], card.factor_se[:, f])
        for f, name in enumerate(card.factors)
    }
    columns |= {
        f"competency:{name}": (card.competency_score[:, m], card.competency_se[:, m])
        for m, name in enumerate(card.competencies)
    }
    return {
        ratee: {
            name: (float(score[p]), float(se[p]) if isfinite(se[p]) else None)
            for name, (score, se) in columns.items()
            if isfinite(score[p])
        }
        for p, ratee in enumerate(card.ratees)
    }


def _of_sheet(sheet: Mapping[str, Any]) -> ShownFigures:
    named = {OVERALL: sheet.get("overall")}
    named |= {f"factor:{name}": one for name, one in sheet.get("factors", {}).items()}
    named |= {f"competency:{name}": one for name, one in sheet.get("competencies", {}).items()}
    return {name: (one["score"], one["se"]) for name, one in named.items() if one}

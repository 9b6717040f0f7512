"""An assessment without the figures that too few people gave."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.measurement import CompetencyMeasure, Dimension, FacetFit, Measures
from leadline.scoring import Scorecard, hidden_factors, least_raters, shown

Booleans = NDArray[np.bool_]

_OF_RATEES = ("measure", "se", "raw_mean", "fair_mean", "infit_mnsq", "infit_z", "outfit_mnsq", "outfit_z")


def measures_of(scorecard: Scorecard) -> Measures:
    """The measures that a scorecard of evidence was made from."""
    if not isinstance(scorecard.measures, Measures):
        raise TypeError("this scorecard was made from plain figures")
    return scorecard.measures


def without_withheld(scorecard: Scorecard) -> Scorecard:
    """The scorecard as it may leave the analyst's hands: what may not be shown is in no file of it.

    Scoring hides figures that too few raters stand behind (:func:`leadline.scoring.shown`); here they also
    leave the measures underneath, because those are saved, and printed in ``measures.csv``.

    Parameters
    ----------
    scorecard : Scorecard

    Returns
    -------
    Scorecard
    """
    found = shown(scorecard)
    measures = measures_of(scorecard)
    hidden = dict(zip(scorecard.factors, ~found.factors.T, strict=True))
    hidden |= dict(zip(scorecard.competencies, ~found.competencies.T, strict=True))
    previous = measures.previous
    if previous is not None:
        previous = _withheld(previous, _hidden_then(previous, scorecard.factors))
    return replace(found.scorecard, measures=replace(_withheld(measures, hidden), previous=previous))


def _hidden_then(measures: Measures, factors: tuple[str, ...]) -> dict[str, Booleans]:
    hidden = hidden_factors(measures, measures.framework, factors)
    found = dict(zip(factors, hidden.T, strict=True))
    least = least_raters(measures, measures.framework)
    return found | {one.id: one.n_raters < least for one in measures.competencies}


def _withheld(measures: Measures, hidden: Mapping[str, Booleans]) -> Measures:
    columns = np.array([hidden[factor] for factor in measures.factors]).T
    return replace(
        measures,
        dimensions=tuple(_dimension(one, hidden[one.factor]) for one in measures.dimensions),
        competencies=tuple(_competency(one, hidden[one.id]) for one in measures.competencies),
        factor_value=np.where(columns, np.nan, measures.factor_value),
        factor_se=np.where(columns, np.nan, measures.factor_se),
        factor_partial=measures.factor_partial | columns,
        fits={
            factor: _fit(fit, {r for r, h in zip(measures.ratees, hidden[factor], strict=True) if h})
            for factor, fit in measures.fits.items()
        },
    )


def _dimension(one: Dimension, hidden: Booleans) -> Dimension:
    return replace(
        one,
        value=np.where(hidden, np.nan, one.value),
        se=np.where(hidden, np.nan, one.se),
        theta=np.where(hidden, np.nan, one.theta),
        theta_se=np.where(hidden, np.nan, one.theta_se),
    )


def _competency(one: CompetencyMeasure, hidden: Booleans) -> CompetencyMeasure:
    return replace(one, value=np.where(hidden, np.nan, one.value), se=np.where(hidden, np.nan, one.se))


def _fit(fit: FacetFit, hidden: Collection[str]) -> FacetFit:
    ratees = fit.facets["ratee"]
    rows = np.array([element in hidden for element in ratees.elements])
    blank: dict[str, Any] = {name: np.where(rows, np.nan, getattr(ratees, name)) for name in _OF_RATEES}
    return replace(fit, facets={**fit.facets, "ratee": replace(ratees, **blank)})

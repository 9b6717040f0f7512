"""The group seen by competency and factor, against what is expected."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan

import numpy as np

from leadline.frameworks import Competency, Factor, Framework
from leadline.reports.lens import Lens, Reading


@dataclass(frozen=True)
class Standing:
    """How a group stands in one competency.

    ``low`` and ``high`` hold the middle 80 % of the people. ``n_below`` and ``n_above`` count people
    whose whole interval lies below or above the expectation; the others may be on either side.
    """

    competency: Competency
    n: int
    mean: float
    low: float
    high: float
    n_below: int
    n_above: int

    @property
    def gap(self) -> float:
        """Mean less expectation, in points."""
        return self.mean - self.competency.expectation


def standings(lens: Lens) -> tuple[tuple[Factor, tuple[Standing, ...]], ...]:
    """Standing of the group in every competency, by factor."""
    return tuple(
        (factor, tuple(_standing(lens, column) for column in columns))
        for factor, columns in lens.columns_by_factor()
    )


def _standing(lens: Lens, column: int) -> Standing:
    competency = lens.competencies[column]
    scores = [score for row in lens.everyone if (score := lens.competency(row, column)).known]
    values = np.array([score.value for score in scores])
    low, high = np.quantile(values, [0.1, 0.9]) if scores else (nan, nan)
    sides = [side(score, competency.expectation) for score in scores]
    return Standing(
        competency=competency,
        n=len(scores),
        mean=float(values.mean()) if scores else nan,
        low=float(low),
        high=float(high),
        n_below=sides.count("below"),
        n_above=sides.count("above"),
    )


def side(score: Reading, expectation: float) -> str:
    """Where a whole interval lies: ``below`` or ``above`` the expectation, else ``around`` it.

    Parameters
    ----------
    score : Reading
    expectation : float

    Returns
    -------
    {"below", "around", "above", "unknown"}

    Examples
    --------
    >>> side(Reading(50, 45, 55, 3), 60), side(Reading(50, 45, 55, 3), 52)
    ('below', 'around')
    """
    if not (score.known and isfinite(expectation)):
        return "unknown"
    if score.upper < expectation:
        return "below"
    return "above" if score.lower > expectation else "around"


def factor_expectation(framework: Framework, factor: str) -> float:
    """Mean expectation of a factor's competencies by their weights; NaN where it has none."""
    parts = framework.competencies_of(factor)
    weight = sum(part.weight for part in parts)
    return sum(part.weight * part.expectation for part in parts) / weight if weight > 0 else nan


def group_means(lens: Lens, more_than: int = 0) -> tuple[float, ...]:
    """Mean of the people's scores in every factor; NaN where not more than so many people have one."""
    columns = range(len(lens.factors))
    known = [[s.value for row in lens.everyone if (s := lens.factor(row, j)).known] for j in columns]
    return tuple(float(np.mean(values)) if len(values) > more_than else nan for values in known)

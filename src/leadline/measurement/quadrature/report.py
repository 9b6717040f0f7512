"""From a solution to what is reported of items and the people who answered them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leadline.measurement.quadrature.answers import Answers, Kept
from leadline.measurement.quadrature.cells import MISSING, Floats
from leadline.measurement.quadrature.curves import Curves, Location, by_item
from leadline.measurement.quadrature.estimates import Estimates, estimates
from leadline.measurement.quadrature.extreme import Edge, People, edge
from leadline.measurement.quadrature.families.adjacent import NEVER
from leadline.measurement.quadrature.families.family import GUESSING
from leadline.measurement.quadrature.models import Model
from leadline.measurement.quadrature.notices import of_items, of_solution
from leadline.measurement.quadrature.problem import Problem
from leadline.measurement.quadrature.result import ItemMeasures, ResponseFit, UnitMeasures
from leadline.measurement.quadrature.solve import Solution
from leadline.measurement.values.facet import Thresholds


class Asked(NamedTuple):
    """What was to be fitted."""

    name: str
    model: Model
    answers: Answers
    kept: Kept


class _Fitted(NamedTuple):
    """Items kept, on the scale of logits. H items, M predictors.

    Attributes
    ----------
    slope : array, shape (H,)
    intercept : array, shape (M, H)
    covariance : array, shape (1 + M, 1 + M, H)
    places : list of Location, H
    """

    slope: Floats
    intercept: Floats
    covariance: Floats
    places: list[Location]


def response_fit(asked: Asked, problem: Problem, solution: Solution) -> ResponseFit:
    """What is reported of an item response model.

    Parameters
    ----------
    asked : Asked
    problem : Problem
    solution : Solution

    Returns
    -------
    ResponseFit
    """
    found = estimates(problem, solution, 1 if asked.model.equal_slopes else len(asked.kept.items))
    fitted = _fitted(asked, problem, found)
    units = _units(asked, found)
    items, curves = _items(asked, fitted, units)
    return ResponseFit(
        model=asked.name,
        units=units,
        thresholds=_thresholds(asked, fitted.places),
        variance=found.component("ratee"),
        log_likelihood=solution.log_likelihood,
        n_parameters=len(found.b),
        iterations=solution.iterations,
        converged=solution.converged,
        n_nodes=len(solution.rule.place),
        node_error=solution.node_error,
        warnings=(*of_solution(solution, found.spread), *of_items(items, units)),
        items=items,
        curves=curves,
    )


def _fitted(asked: Asked, problem: Problem, found: Estimates) -> _Fitted:
    slope, intercept = problem.parameters.items(found.b)
    covariance = problem.parameters.of_items(found.covariance)
    if asked.model.equal_slopes:
        # On the scale of logits the slope is 1 by definition; its error is the variance's.
        slope = np.ones_like(slope)
        covariance[0] = covariance[:, 0] = 0.0
    used = asked.kept.scale.used
    places = list(by_item(asked.model.family, used, slope, intercept, covariance))
    return _Fitted(slope, intercept, covariance, places)


def _units(asked: Asked, found: Estimates) -> UnitMeasures:
    answers, kept = asked.answers, asked.kept
    count = len(answers.units)
    theta, inner, outer = np.zeros(count), np.full(count, found.spread), np.full(count, found.spread)
    place = kept.packed.unit
    theta[kept.answered] = found.units.mean[place]
    inner[kept.answered] = found.units.sd[place]
    outer[kept.answered] = np.hypot(found.units.sd, found.units.calibration)[place]
    return UnitMeasures(
        units=answers.units,
        theta=theta,
        theta_se=outer,
        posterior_sd=inner,
        n=(answers.code != MISSING).sum(axis=1),
    )


def _items(asked: Asked, fitted: _Fitted, units: UnitMeasures) -> tuple[ItemMeasures, Curves]:
    """Items kept, then those set aside: a defined answer where there is one, NaN elsewhere."""
    model, answers, kept, count = asked.model, asked.answers, asked.kept, len(asked.answers.items)
    difficulty, error, slope, slope_se = (np.full(count, np.nan) for _ in range(4))
    intercept = np.full((len(fitted.intercept), count), np.nan)
    inner = np.full((count, answers.n_categories), -1, dtype=np.int16)
    difficulty[kept.items] = [place.difficulty for place in fitted.places]
    error[kept.items] = [place.difficulty_se for place in fitted.places]
    slope[kept.items], slope_se[kept.items] = fitted.slope, np.sqrt(fitted.covariance[0, 0])
    intercept[:, kept.items], inner[kept.items] = fitted.intercept, kept.scale.inner
    if model.dichotomous or model.shared_thresholds:
        usual = float(np.exp(np.log(np.abs(fitted.slope)).mean()))
        start_intercepts = _start_intercepts(model, fitted)
        size, numbers = len(start_intercepts), np.arange(1.0, len(start_intercepts) + 1)
        for item in np.flatnonzero(kept.extreme):
            found = _edge(asked, units, int(item), usual, start_intercepts)
            difficulty[item], error[item], slope[item] = found.difficulty, found.se, usual
            intercept[:size, item] = -usual * (numbers * found.difficulty + start_intercepts)
            intercept[size:, item], inner[item] = NEVER, kept.scale.inner[0]
    guess, guess_se = _guesses(asked, fitted)
    items = ItemMeasures(
        items=answers.items,
        difficulty=difficulty,
        difficulty_se=error,
        slope=slope,
        slope_se=slope_se,
        guess=guess,
        guess_se=guess_se,
        n=(answers.code != MISSING).sum(axis=0),
        extreme=kept.extreme,
    )
    return items, Curves(
        family=model.family, slope=slope, intercept=intercept, inner=inner, lowest=answers.lowest
    )


def _start_intercepts(model: Model, fitted: _Fitted) -> Floats:
    """Thresholds added up, relative to the difficulty: the same for all items."""
    if model.dichotomous:
        return np.zeros(1)
    numbers = np.arange(1.0, len(fitted.intercept) + 1)
    return np.asarray(-fitted.intercept[:, 0] - numbers * fitted.places[0].difficulty)


def _edge(asked: Asked, units: UnitMeasures, item: int, slope: float, start_intercepts: Floats) -> Edge:
    answers = asked.answers
    inside = np.flatnonzero((asked.kept.scale.inner >= 0).any(axis=0))
    mean = float(answers.n[item] @ np.arange(answers.n_categories) / answers.n[item].sum())
    there = answers.code[:, item] != MISSING
    people = People(units.theta[there], units.posterior_sd[there], answers.weight[there])
    return edge(slope, start_intercepts, people, "highest" if 2 * mean > inside[0] + inside[-1] else "lowest")


def _guesses(asked: Asked, fitted: _Fitted) -> tuple[Floats, Floats]:
    found, error = np.full((2, len(asked.answers.items)), np.nan)
    if asked.model.family is GUESSING:
        guess = 1.0 / (1.0 + np.exp(-fitted.intercept[1]))
        found[asked.kept.items] = guess
        error[asked.kept.items] = guess * (1.0 - guess) * np.sqrt(fitted.covariance[2, 2])
    return found, error


def _thresholds(asked: Asked, places: list[Location]) -> Thresholds:
    """K rows for all items where they share thresholds, else for each item."""
    answers, kept, size = asked.answers, asked.kept, asked.answers.n_categories
    shared = asked.model.dichotomous or asked.model.shared_thresholds
    names = ("*",) if shared else answers.items
    rows = [0] if shared else list(kept.items)
    threshold, error = np.full((2, len(names), size), np.nan)
    for row, place, inner in zip(rows, places, kept.scale.inner, strict=False):
        outer = np.flatnonzero(inner >= 0)
        column = outer[np.searchsorted(inner[outer], place.step)]
        threshold[row, column], error[row, column] = place.threshold, place.se
    count = answers.n.sum(axis=0) if shared else answers.n
    return Thresholds(
        item=tuple(name for name in names for _ in range(size)),
        category=np.tile(answers.lowest + np.arange(size), len(names)),
        threshold=threshold.ravel(),
        se=error.ravel(),
        count=count.ravel().astype(np.float64),
    )

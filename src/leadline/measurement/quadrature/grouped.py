"""Mixed models of ratings with one grouping facet and further fixed facets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from leadline.errors import MeasurementError
from leadline.measurement.quadrature import checks
from leadline.measurement.quadrature.cells import MISSING, CellList, Codes, Floats, Ints, ragged_blocks
from leadline.measurement.quadrature.curves import step_weights
from leadline.measurement.quadrature.design import (
    Facet,
    Identification,
    design,
    facet,
    laid_out,
    refuse_extremes,
)
from leadline.measurement.quadrature.estimates import Estimates, estimates
from leadline.measurement.quadrature.families.family import ADJACENT, CUMULATIVE
from leadline.measurement.quadrature.models import Categories, Model, categories
from leadline.measurement.quadrature.notices import of_solution
from leadline.measurement.quadrature.problem import Problem
from leadline.measurement.quadrature.result import FixedEffects, GroupedFit, UnitMeasures
from leadline.measurement.quadrature.solve import solve
from leadline.measurement.values.facet import Thresholds

GROUPED: Mapping[str, Model] = {
    "graded": Model(CUMULATIVE, equal_slopes=True, shared_thresholds=True),
    "rating-scale": Model(ADJACENT, equal_slopes=True, shared_thresholds=True),
}


class _Ratings(NamedTuple):
    """Ratings checked. N ratings, U units, K categories.

    Attributes
    ----------
    category : array of int, shape (N,)
        Counted inside.
    scale : Categories
    lowest : int
    unit : array of int, shape (N,)
    units : tuple of str, U
    weight : array, shape (N,)
    facets : list of Facet
    """

    category: Codes
    scale: Categories
    lowest: int
    unit: Ints
    units: tuple[str, ...]
    weight: Floats
    facets: list[Facet]


def fit_grouped(
    ratings: ArrayLike,
    units: Sequence[str],
    *,
    model: str = "graded",
    facets: Mapping[str, Sequence[str]] | None = None,
    weights: ArrayLike | None = None,
    grouping: str = "rater",
    identification: Identification = "centred",
    n_nodes: int | None = None,
    tolerance: float = 1e-10,
    most_iterations: int = 100,
) -> GroupedFit:
    r"""Fit a mixed model of ratings with one random grouping facet by adaptive quadrature.

    .. math:: \operatorname{logit} P(Y \ge k) = \theta_u - \gamma_1 - \gamma_2 - \dots - \tau_k,
              \qquad \theta_u \sim N(0, \sigma^2)

    for `graded` (a cumulative link mixed model); `rating-scale` has the same right side in logits of adjacent
    categories. Effects of facets are subtracted: larger means lower ratings.

    Parameters
    ----------
    ratings : array, shape (N,)
        Whole numbers; NaN where a rating is missing.
    units : sequence of str, length N
        Element of the grouping facet, such as the judge.
    model : {"graded", "rating-scale"}
    facets : mapping of name to sequence of str, length N
        Fixed facets, such as item, task, occasion.
    weights : array, shape (N,), optional
        How often each rating counts; greater than 0.
    grouping : str
        Name of the grouping facet.
    identification : {"centred", "reference"}
        Effects of each facet add up to 0; or that of its first element, in alphabetical order, is 0.
    n_nodes : int, optional
        Quadrature nodes a unit. None adds nodes until the log-likelihood moves less than 1e-5.
    tolerance : float
        Squared distance to the maximum, in standard errors, at which to stop.
    most_iterations : int

    Returns
    -------
    GroupedFit
        Its thresholds are places on the scale, not relative to a difficulty.

    Raises
    ------
    UsageError
        No such model or identification.
    ShapeError
        Lengths that differ.
    MeasurementError
        Ratings from which the model cannot be estimated: one unit, an element with only lowest or only
        highest ratings, facets that cannot be told apart.

    Notes
    -----
    Cost O(C Q K^2 + U Q p^2) an iteration: C cells (distinct unit, combination of facets and category), Q
    nodes, p parameters. Sources: Pinheiro and Bates (1995); Tutz and Hennevogl (1996).
    Checked in tests/reference/randell_wine_1989/.

    Examples
    --------
    >>> fit = fit_grouped(
    ...     [1, 2, 2, 3, 2, 3, 1, 1, 2, 3, 3, 2], list("aabbccaabbcc"), facets={"task": list("xxxxxy" * 2)}
    ... )
    >>> fit.variance.component, fit.facets["task"].elements, fit.units.units
    ('rater', ('x', 'y'), ('a', 'b', 'c'))
    """
    checks.option("model", model, tuple(GROUPED))
    checks.option("identification", identification, ("centred", "reference"))
    given = np.asarray(ratings, dtype=np.float64).ravel()
    checked = _checked(given, units, facets or {}, weights, (GROUPED[model], grouping, identification))
    problem = _laid(checked, GROUPED[model])
    solution = solve(problem, n_nodes=n_nodes, tolerance=tolerance, most=most_iterations)
    found = estimates(problem, solution, 1)
    thresholds, covariance = _thresholds(checked, GROUPED[model], found)
    return GroupedFit(
        model=model,
        units=UnitMeasures(
            units=checked.units,
            theta=found.units.mean,
            theta_se=np.hypot(found.units.sd, found.units.calibration),
            posterior_sd=found.units.sd,
            n=np.bincount(checked.unit),
        ),
        thresholds=thresholds,
        variance=found.component(grouping),
        log_likelihood=solution.log_likelihood,
        n_parameters=len(found.b),
        iterations=solution.iterations,
        converged=solution.converged,
        n_nodes=len(solution.rule.place),
        node_error=solution.node_error,
        warnings=tuple(of_solution(solution, found.spread)),
        facets={one.facet: one for one in _effects(checked, found)},
        identification=identification,
        threshold_covariance=covariance,
    )


def _checked(
    ratings: Floats,
    units: Sequence[str],
    facets: Mapping[str, Sequence[str]],
    weights: ArrayLike | None,
    how: tuple[Model, str, Identification],
) -> _Ratings:
    model, grouping, identification = how
    code, lowest, count = checks.codes(ratings)
    there = code != MISSING
    weight = checks.weights(weights, len(ratings), "weights")[there]
    everyone = np.asarray(checks.labels(units, len(ratings), "units"), dtype=np.str_)[there]
    names, unit = checks.table_of(everyone.tolist(), len(everyone), "units")
    if len(names) < 2:
        raise MeasurementError("measurement.quadrature.one_unit", grouping=grouping)
    fixed = [facet(name, values, there, identification) for name, values in facets.items()]
    refuse_extremes(fixed, code[there].astype(np.int64), count - 1)
    scale = categories(model, np.bincount(code[there], weight, count).astype(np.float64)[None, :])
    return _Ratings(scale.inner[0][code[there]], scale, lowest, unit, names, weight, fixed)


def _laid(ratings: _Ratings, model: Model) -> Problem:
    combined = design(ratings.facets, len(ratings.unit))
    parameters, start = laid_out(model.family, ratings.scale.n, combined.effects)
    size = ratings.scale.n.shape[1]
    rows = len(combined.effects)
    key = (ratings.unit * rows + combined.row) * size + ratings.category
    cell, number = np.unique(key, return_inverse=True)
    weight = np.bincount(number.ravel(), ratings.weight).astype(np.float64)
    cells = CellList(cell // (rows * size), cell // size % rows, (cell % size).astype(np.int16), weight)
    count = np.ones(len(ratings.units))
    return Problem(
        family=model.family,
        parameters=parameters,
        blocks=ragged_blocks(cells, count, size - 1),
        n_units=len(count),
        start=start,
    )


def _thresholds(ratings: _Ratings, model: Model, found: Estimates) -> tuple[Thresholds, Floats]:
    inner = ratings.scale.inner[0]
    used = np.flatnonzero(ratings.scale.used[0])
    weights = step_weights(model.family, used, ratings.scale.n.shape[1] - 1)[1:, used[1:] - 1]
    place = slice(1, len(used))
    covariance = weights @ found.covariance[place, place] @ weights.T
    threshold, error = np.full((2, len(inner)), np.nan)
    column = np.flatnonzero(inner >= 0)[1:]
    threshold[column] = -weights @ found.b[place]
    error[column] = np.sqrt(np.diag(covariance))
    count = np.zeros(len(inner))
    count[inner >= 0] = ratings.scale.n[0][inner[inner >= 0]]
    table = Thresholds(
        item=("*",) * len(inner),
        category=ratings.lowest + np.arange(len(inner)),
        threshold=threshold,
        se=error,
        count=count,
    )
    return table, covariance


def _effects(ratings: _Ratings, found: Estimates) -> list[FixedEffects]:
    first = int(ratings.scale.used[0].sum())
    effects = []
    for one in ratings.facets:
        place = slice(first, first + one.contrast.shape[1])
        covariance = one.contrast @ found.covariance[place, place] @ one.contrast.T
        effects.append(
            FixedEffects(
                facet=one.name,
                elements=one.elements,
                measure=one.contrast @ found.b[place],
                se=np.sqrt(np.diag(covariance)),
                covariance=covariance,
                n=np.bincount(one.code),
            )
        )
        first = place.stop
    return effects

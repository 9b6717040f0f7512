"""Item response models for answers without raters, by marginal maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from leadline.measurement.quadrature import checks, report
from leadline.measurement.quadrature.answers import Kept, checked, kept
from leadline.measurement.quadrature.models import MODELS, RaschStart, layout
from leadline.measurement.quadrature.problem import Problem
from leadline.measurement.quadrature.result import ResponseFit
from leadline.measurement.quadrature.solve import solve

# The start of free slopes: how near is near enough, and slopes from which to set out.
_NEAR_NODES, _NEAR, _NEAR_STEPS = 7, 1e-2, 20
_SLOPES = (0.2, 3.0)


def fit_responses(
    answers: ArrayLike,
    *,
    model: str,
    items: Sequence[str] | None = None,
    units: Sequence[str] | None = None,
    unit_weights: ArrayLike | None = None,
    guess: ArrayLike = 0.2,
    n_nodes: int | None = None,
    tolerance: float = 1e-10,
    most_iterations: int = 100,
) -> ResponseFit:
    r"""Fit an item response model by marginal maximum likelihood with adaptive quadrature.

    .. math:: P(Y_{ui} = k) \propto \exp\{a_i [k \theta_u - \textstyle\sum_{j \le k} \delta_{ij}]\},
              \qquad \theta_u \sim N(0, \sigma^2)

    with `a_i` = 1 (`1pl`, `rating-scale`, `partial-credit`; the variance is estimated) or free (`2pl`,
    `generalized-partial-credit`; the variance is 1); `graded` has P(Y >= k) = logistic(a_i (theta -
    delta_ik)), `3pl` P(right) = g_i + (1 - g_i) logistic(a_i (theta - delta_i)).

    Parameters
    ----------
    answers : array, shape (U, I)
        Whole numbers; NaN where an answer is missing (at random: it says nothing). 0 and 1 for `1pl`,
        `2pl`, `3pl`.
    model : {"1pl", "2pl", "3pl", "rating-scale", "partial-credit", "generalized-partial-credit", "graded"}
    items, units : sequence of str, optional
        Names; numbers from 1 where none are given.
    unit_weights : array, shape (U,), optional
        How many people each row stands for; greater than 0.
    guess : float or array, shape (I,)
        3pl: chance of guessing right, 1 / options. The mode of the asymptote's prior, which counts as 20
        clueless people (Beta(5, 17) at .2, as in BILOG-MG).
    n_nodes : int, optional
        Quadrature nodes a unit. None adds nodes until the log-likelihood moves less than 1e-5.
    tolerance : float
        Squared distance to the maximum, in standard errors, at which to stop.
    most_iterations : int

    Returns
    -------
    ResponseFit

    Raises
    ------
    UsageError
        No such model.
    ShapeError
        Lengths that differ; answers that are no table.
    MeasurementError
        Answers that do not fit the model, or from which it cannot be estimated.

    Notes
    -----
    Cost O(U Q I K^2 + U Q p^2) an iteration, U distinct patterns of answers (with equal slopes: distinct
    scores), Q nodes, p parameters. Nodes lie around each unit's posterior mode, never on a fixed grid.
    Newton's method on the exact observed information (Louis, 1982), whose inverse gives the standard errors.
    Sources: Bock and Lieberman (1970), Bock and Aitkin (1981), Muraki (1992), Samejima (1969).
    Checked in tests/reference/lsat7/.

    Examples
    --------
    >>> patterns = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
    >>> fit = fit_responses(patterns, model="1pl", unit_weights=[30, 25, 20, 10, 30, 15, 10, 40])
    >>> fit.items.difficulty.round(2), round(fit.variance.variance, 2)
    (array([-0.57, -0.28,  0.42]), 1.29)
    >>> fit.units.theta.round(2)
    array([-1.16, -0.42, -0.42, -0.42,  0.29,  0.29,  0.29,  1.05])
    """
    checks.option("model", model, tuple(MODELS))
    named = MODELS[model]
    given = checked(answers, named, items, units, unit_weights)
    chance = np.broadcast_to(np.asarray(guess, dtype=np.float64), len(given.items))
    checks.chances(chance)
    used = kept(given, named)
    rasch_start = None if named.equal_slopes else _rasch_start(used)
    laid = layout(named, used.scale.n, chance[used.items], rasch_start)
    problem = Problem(
        family=named.family,
        parameters=laid.parameters,
        blocks=used.packed.blocks,
        n_units=used.packed.n_units,
        start=laid.start,
        prior=laid.prior,
    )
    solution = solve(problem, n_nodes=n_nodes, tolerance=tolerance, most=most_iterations)
    return report.response_fit(report.Asked(model, named, given, used), problem, solution)


def _rasch_start(used: Kept) -> RaschStart:
    """Equal slopes first: quick by scores, and a start from which free slopes seldom run away."""
    n = used.scale.n
    laid = layout(MODELS["partial-credit"], n, np.zeros(len(n)))
    problem = Problem(
        family=MODELS["partial-credit"].family,
        parameters=laid.parameters,
        blocks=used.scores.blocks,
        n_units=used.scores.n_units,
        start=laid.start,
    )
    rough = solve(problem, n_nodes=_NEAR_NODES, tolerance=_NEAR, most=_NEAR_STEPS)
    slope, intercept = laid.parameters.items(rough.b)
    if not _SLOPES[0] <= abs(slope[0]) <= _SLOPES[1]:
        intercept = laid.parameters.items(laid.start)[1]
    return RaschStart(float(np.clip(abs(slope[0]), *_SLOPES)), intercept)

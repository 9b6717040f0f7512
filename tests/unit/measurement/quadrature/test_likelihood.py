"""The kernels: derivatives against central differences, integrals against a dense grid."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.measurement.quadrature.answers import Floats, made

from leadline.measurement.quadrature.answers import checked, kept
from leadline.measurement.quadrature.cells import fetched
from leadline.measurement.quadrature.families.family import ADJACENT, CUMULATIVE, GUESSING, Family
from leadline.measurement.quadrature.marginal import log_likelihood, surface
from leadline.measurement.quadrature.models import MODELS, RaschStart, layout
from leadline.measurement.quadrature.nodes import at_rest, rule, settled
from leadline.measurement.quadrature.problem import Problem

OPTIONS = [
    pytest.param(model, n_categories, missing, weighted, id=f"{model}-{n_categories}-{missing}-{weighted}")
    for model, one in MODELS.items()
    for n_categories in ((2,) if one.dichotomous else (2, 4))
    for missing in (0.0, 0.2, 0.6)
    for weighted in (False, True)
]


def laid(model: str, n_categories: int, missing: float, weighted: bool = False) -> tuple[Problem, Floats]:
    """A problem, and a point off its maximum where every parameter matters."""
    one = MODELS[model]
    answers = made(40, 5, n_categories, missing=missing)
    weights = np.linspace(0.5, 3.0, len(answers)) if weighted else None
    given = checked(answers, one, None, None, weights)
    used = kept(given, one)
    equal = layout(MODELS["partial-credit"], used.scale.n, np.zeros(5))
    rasch_start = RaschStart(0.8, equal.parameters.items(equal.start)[1])
    found = layout(one, used.scale.n, np.full(5, 0.2), rasch_start)
    problem = Problem(
        family=one.family,
        parameters=found.parameters,
        blocks=used.packed.blocks,
        n_units=used.packed.n_units,
        start=found.start,
        prior=found.prior,
    )
    return problem, found.start + 0.05 * np.sin(np.arange(len(found.start)))


@pytest.mark.parametrize(("model", "n_categories", "missing", "weighted"), OPTIONS)
def test_gradient_and_information_are_the_slopes_of_the_value(
    model: str, n_categories: int, missing: float, weighted: bool
) -> None:
    problem, b = laid(model, n_categories, missing, weighted)
    centres = settled(problem, problem.parameters.items(b), at_rest(problem.n_units), rule(15))
    here = surface(problem, b, centres, rule(15))
    assert here.value == pytest.approx(log_likelihood(problem, b, centres, rule(15)), rel=1e-12)
    step = 1e-5
    information = np.empty_like(here.complete)
    for place in range(len(b)):
        off = np.zeros_like(b)
        off[place] = step
        above = surface(problem, b + off, centres, rule(15))
        below = surface(problem, b - off, centres, rule(15))
        assert here.gradient[place] == pytest.approx((above.value - below.value) / (2 * step), abs=2e-6)
        information[place] = -(above.gradient - below.gradient) / (2 * step)
    assert np.allclose(here.complete - here.missing, information, atol=2e-6, rtol=1e-6)


@pytest.mark.parametrize(("model", "n_categories", "missing", "weighted"), OPTIONS)
def test_the_integral_is_that_of_a_dense_grid(
    model: str, n_categories: int, missing: float, weighted: bool
) -> None:
    problem, b = laid(model, n_categories, missing, weighted)
    items = problem.parameters.items(b)
    grid = np.linspace(-9, 9, 2001)
    prior = np.exp(-0.5 * grid**2) / np.sqrt(2 * np.pi) * (grid[1] - grid[0])
    expected = 0.0
    for block in problem.blocks:
        theta = np.broadcast_to(grid, (len(block.units), len(grid)))
        chance = np.exp(problem.family.log_likelihood(fetched(block, *items), theta))
        expected += block.count @ np.log(chance @ prior)
    centres = settled(problem, items, at_rest(problem.n_units), rule(15))
    assert log_likelihood(problem, b, centres, rule(41)) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(("model", "n_categories", "missing", "weighted"), OPTIONS)
def test_modes_are_where_the_posterior_is_level(
    model: str, n_categories: int, missing: float, weighted: bool
) -> None:
    problem, b = laid(model, n_categories, missing, weighted)
    items = problem.parameters.items(b)
    centres = settled(problem, items, at_rest(problem.n_units), rule(15))
    for block in problem.blocks:
        mode = centres.middle[block.units]
        first, curvature = problem.family.location(fetched(block, *items), mode)
        assert np.allclose(first, mode, atol=1e-4)
        assert np.allclose(centres.width[block.units], 1 / np.sqrt(1 + curvature), rtol=1e-3)


@pytest.mark.parametrize("family", [ADJACENT, CUMULATIVE, GUESSING], ids=lambda family: family.name)
def test_probabilities_are_those_of_the_likelihood(family: Family) -> None:
    model = {"adjacent": "generalized-partial-credit", "cumulative": "graded", "guessing": "3pl"}[family.name]
    problem, b = laid(model, 2 if family is GUESSING else 4, 0.0)
    items = problem.parameters.items(b)
    (block,) = problem.blocks
    theta = np.linspace(-3, 3, len(block.units))
    chance = family.probabilities(*items, theta)
    chosen = np.take_along_axis(chance, block.category[:, :, None].astype(np.intp), axis=2)[:, :, 0]
    expected = family.log_likelihood(fetched(block, *items), theta[:, None])[:, 0]
    assert np.allclose(np.log(chosen).sum(axis=1), expected, atol=1e-10)
    assert np.allclose(chance.sum(axis=2), 1.0)


@pytest.mark.parametrize("theta", [-800.0, -30.0, 30.0, 800.0])
@pytest.mark.parametrize("family", [ADJACENT, CUMULATIVE, GUESSING], ids=lambda family: family.name)
def test_far_locations_overflow_nowhere(family: Family, theta: float) -> None:
    model = {"adjacent": "generalized-partial-credit", "cumulative": "graded", "guessing": "3pl"}[family.name]
    problem, b = laid(model, 2 if family is GUESSING else 4, 0.0)
    (block,) = problem.blocks
    cells = fetched(block, *problem.parameters.items(b))
    far = np.full((len(block.units), 1), theta)
    found = family.derivatives(cells, far)
    assert np.isfinite(found.log_likelihood).all()
    assert all(np.isfinite(part).all() for part in found.first)
    assert all(np.isfinite(part).all() for _, _, part in found.second)
    assert all(np.isfinite(part).all() for part in family.location(cells, far[:, 0]))


def test_thresholds_out_of_order_have_no_likelihood_in_the_graded_model() -> None:
    problem, b = laid("graded", 4, 0.0)
    swapped = b.copy()
    swapped[5:10], swapped[10:15] = b[10:15], b[5:10]
    assert np.isnan(log_likelihood(problem, swapped, at_rest(problem.n_units), rule(5)))

"""The tabulated likelihood on cells against the plain one on ratings."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.simulate import simulate
from scipy.optimize import minimize
from tests.unit.measurement.made import as_table, grid, table

from leadline.measurement.joint.calibrate import calibrate
from leadline.measurement.kernels import cells
from leadline.measurement.kernels.categories import category_probabilities
from leadline.measurement.values.ratings import ratings_from_table

COLUMNS = {"ratee": "ratee", "rater": "rater", "item": "item"}


@pytest.mark.parametrize("shared", [True, False], ids=["rating-scale", "partial-credit"])
def test_the_optimum_is_the_one_a_general_optimiser_finds(shared: bool) -> None:
    ratings = ratings_from_table(table(grid(6, 8, 3, seed=2, noise=1.5)), COLUMNS, "rating")
    found = calibrate(ratings, shared=shared)
    assert found.bounded
    theta, severity, difficulty = found.locations
    n_steps = found.steps.shape[1]
    index = [ratings.index[name] for name in ("ratee", "rater", "item")]
    rung = found.screen.rung

    def steps_of(x: np.ndarray) -> np.ndarray:
        if shared:
            return x[14:17, None] + x[17:]
        return x[14:].reshape(3, n_steps)

    def loss(x: np.ndarray) -> float:
        eta = x[:6][index[0]] - x[6:14][index[1]]
        exists = np.isfinite(found.steps)
        steps = np.where(exists, steps_of(x), np.inf)
        prob = category_probabilities(eta, steps[index[2]])
        return float(-np.log(prob[np.arange(len(rung)), rung]).sum()) + 1e-9 * float(x @ x)

    best = minimize(loss, np.zeros(17 + n_steps if shared else 14 + 3 * n_steps), method="BFGS")
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-4)
    np.testing.assert_allclose(theta - theta.mean(), best.x[:6] - best.x[:6].mean(), atol=2e-3)
    np.testing.assert_allclose(severity - severity.mean(), best.x[6:14] - best.x[6:14].mean(), atol=2e-3)
    assert difficulty.mean() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("shared", [True, False], ids=["rating-scale", "partial-credit"])
def test_cells_and_single_ratings_give_the_same_answer(shared: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made = as_table(simulate(60, 5, 8, seed=3, step_sd=0.3))
    ratings = ratings_from_table(made, COLUMNS, "rating")
    in_cells = calibrate(ratings, shared=shared)
    monkeypatch.setattr(cells, "MOST_FORMS", 0)
    by_rating = calibrate(ratings, shared=shared)
    for one, other in zip(in_cells.locations, by_rating.locations, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)
    np.testing.assert_allclose(in_cells.steps, by_rating.steps, atol=1e-9)
    assert in_cells.log_likelihood == pytest.approx(by_rating.log_likelihood, abs=1e-7)


@pytest.mark.parametrize("categories", [2, 3, 9])
def test_observed_and_expected_scores_agree_at_the_optimum(categories: int) -> None:
    made = as_table(simulate(80, 6, 10, seed=4, categories=categories))
    found = calibrate(ratings_from_table(made, COLUMNS, "rating"))
    assert found.converged
    for sums in found.summary.elements:
        assert np.abs(sums.residual).max() < 1e-7


def test_convergence_takes_few_steps() -> None:
    made = as_table(simulate(200, 8, 20, seed=1))
    assert calibrate(ratings_from_table(made, COLUMNS, "rating")).iterations <= 9


def test_a_chain_of_weak_links_is_solved_to_the_end() -> None:
    rows = [
        (f"p{p:03d}", f"r{r:03d}", f"i{i}", 1 + (7 * p + 3 * i + 5 * r) % 4)
        for p in range(80)
        for r in (p, p + 1)
        for i in range(4)
    ]
    found = calibrate(ratings_from_table(table(rows), COLUMNS, "rating"))
    assert found.converged
    assert max(np.abs(sums.residual).max() for sums in found.summary.elements) < 1e-6

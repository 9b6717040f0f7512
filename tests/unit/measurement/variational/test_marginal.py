"""The marginal method: against brute force, known truth, and itself under changes that must not matter."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.simulate import Simulated, simulate
from scipy.linalg import block_diag, inv

from leadline.evidence.frames import frame
from leadline.measurement import FacetFit, fit
from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.variational import posterior as algebra
from leadline.measurement.variational.averages import nodes_for
from leadline.measurement.variational.posterior import Posterior


def fitted(
    data: Simulated, keep: np.ndarray | None = None, groups: list[str] | None = None, **options: str
) -> FacetFit:
    rows = np.arange(len(data.rating)) if keep is None else keep
    columns = {
        "ratee": [f"p{n:05d}" for n in data.ratee[rows]],
        "rater": [f"r{n:05d}" for n in data.rater[rows]],
        "item": [f"i{n:05d}" for n in data.item[rows]],
        "rating": data.rating[rows],
        **({} if groups is None else {"group": groups}),
    }
    return fit(frame(columns), method="marginal", **options)


def errors(found: Floats, truth: Floats) -> Floats:
    return (found - found.mean()) - (truth - truth.mean())


def components(found: FacetFit) -> dict[str, float]:
    return {one.component: one.variance for one in found.variance}


def full_covariance(posterior: Posterior) -> tuple[Floats, Floats]:
    """Covariance of all locations, and variance of every combination's location, without elimination."""
    d = posterior.design
    rows = np.hstack([d.large.toarray(), d.rest.toarray()])
    prior = block_diag(*posterior.prior_large, np.diag(posterior.prior_rest))
    halo = np.isfinite(posterior.halo)
    pairs = np.eye(d.n_pairs + 1)[d.pair, : d.n_pairs] * halo
    everything = np.hstack([rows, -pairs])
    precision = everything.T @ (posterior.variance[:, None] * everything)
    precision += block_diag(prior, np.eye(d.n_pairs) * (posterior.halo if halo else 1.0))
    covariance = inv(precision)
    location = np.einsum("ca,ab,cb->c", everything, covariance, everything)
    return covariance[: len(prior), : len(prior)], location


@pytest.mark.parametrize("halo_sd", [0.0, 0.7])
def test_the_posterior_equals_the_inverse_of_the_whole_precision(halo_sd: float) -> None:
    found = fitted(simulate(12, 3, 4, seed=3, n_raters=9, halo_sd=halo_sd))
    assert found.posterior is not None
    posterior = found.posterior.found.posterior
    covariance, location = full_covariance(posterior)
    known = posterior.variances()
    n = len(known.large)
    assert known.large == pytest.approx(np.diag(covariance)[:n], rel=1e-8)
    assert known.rest == pytest.approx(np.diag(covariance)[n:], rel=1e-8)
    assert known.location == pytest.approx(location, rel=1e-8)


@pytest.mark.parametrize("halo_sd", [0.0, 0.7])
def test_draws_have_the_posterior_covariance_dense_or_iterative(
    halo_sd: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = fitted(simulate(12, 3, 4, seed=3, n_raters=9, halo_sd=halo_sd))
    assert found.posterior is not None
    posterior = found.posterior.found.posterior
    expected, _ = full_covariance(posterior)
    for dense in (algebra.DENSE, 0):
        monkeypatch.setattr(algebra, "DENSE", dense)
        large, rest = posterior.draws(4000, np.random.default_rng(1))
        drawn = np.cov(np.hstack([large, rest]).T)
        assert np.abs(drawn - expected).max() < 0.1 * np.abs(expected).max()


def test_variances_from_draws_come_close_to_the_exact_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    data = simulate(200, 4, 6, seed=5)
    exact = fitted(data).facets["ratee"]
    monkeypatch.setattr(algebra, "DENSE", 0)
    sampled = fitted(data).facets["ratee"]
    assert sampled.measure == pytest.approx(exact.measure, abs=0.02)
    assert sampled.se == pytest.approx(exact.se, rel=0.06)


def test_what_groups_of_raters_share_is_exact_where_the_rest_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = simulate(200, 4, 6, seed=5)
    groups = [f"g{r % 3}" for r in data.rater.tolist()]
    exact = fitted(data, groups=groups, relationship="group").facets["relationship"]
    monkeypatch.setattr(algebra, "DENSE", 0)
    drawn = fitted(data, groups=groups, relationship="group").facets["relationship"]
    assert exact.se.min() > 0
    assert drawn.se == pytest.approx(exact.se, rel=0.01)


def test_many_sets_of_items_give_the_same_answer_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    data = simulate(60, 4, 8, seed=2)
    by_cell = fitted(data).facets["ratee"]
    monkeypatch.setattr("leadline.measurement.kernels.cells.MOST_FORMS", 0)
    by_rating = fitted(data).facets["ratee"]
    assert by_rating.measure == pytest.approx(by_cell.measure, abs=1e-9)
    assert by_rating.se == pytest.approx(by_cell.se, abs=1e-9)


def test_rows_may_come_in_any_order() -> None:
    data = simulate(40, 3, 5, seed=4)
    shuffled = np.random.default_rng(0).permutation(len(data.rating))
    a, b = fitted(data), fitted(data, shuffled)
    assert np.array_equal(a.facets["ratee"].measure, b.facets["ratee"].measure)


@pytest.mark.parametrize("model", ["rating-scale", "partial-credit"])
def test_truth_is_recovered_and_intervals_cover_it(model: str) -> None:
    covered, rmse = [], []
    for seed in range(5):
        data = simulate(200, 8, 20, seed=seed, step_sd=0.35 if model == "partial-credit" else 0.0)
        ratee = fitted(data, model=model).facets["ratee"]
        off = errors(ratee.measure, data.theta)
        rmse.append(np.sqrt(np.mean(off**2)))
        covered.append(np.mean(np.abs(off) < 1.6449 * ratee.se))
    assert np.mean(rmse) <= 0.106
    assert 0.88 <= np.mean(covered) <= 0.93


def test_halo_is_found_where_there_is_one_and_not_where_there_is_none() -> None:
    with_halo = [components(fitted(simulate(200, 8, 20, seed=seed, halo_sd=0.5))) for seed in range(4)]
    assert np.mean([np.sqrt(one["halo"]) for one in with_halo]) == pytest.approx(0.5, rel=0.1)
    without = components(fitted(simulate(200, 8, 20, seed=1)))
    assert without.get("halo", 0.0) < 0.01


def test_halo_widens_errors_so_that_intervals_still_cover() -> None:
    covered = []
    for seed in range(4):
        data = simulate(200, 8, 20, seed=seed, halo_sd=0.5)
        ratee = fitted(data).facets["ratee"]
        covered.append(np.mean(np.abs(errors(ratee.measure, data.theta)) < 1.6449 * ratee.se))
    assert 0.87 <= np.mean(covered) <= 0.93


def test_missing_at_random_ratings_do_no_harm() -> None:
    data = simulate(200, 8, 20, seed=9, missing=0.3)
    ratee = fitted(data).facets["ratee"]
    assert np.corrcoef(ratee.measure, data.theta)[0, 1] > 0.98


def test_extreme_people_have_finite_measures_and_stay_marked() -> None:
    data = simulate(30, 3, 5, seed=6)
    rating = data.rating.copy()
    rating[data.ratee == 0] = rating.max()
    ratee = fitted(data._replace(rating=rating)).facets["ratee"]
    assert np.isfinite(ratee.measure).all()
    assert ratee.extreme[0]
    assert ratee.measure[0] == ratee.measure.max()


def test_anchored_raters_stay_where_they_are() -> None:
    data = simulate(40, 3, 5, seed=7)
    rater = fitted(data, anchors={"rater": {"r00000": 1.0, "r00001": -1.0}}).facets["rater"]  # type: ignore[arg-type]
    assert rater.measure[:2] == pytest.approx([1.0, -1.0], abs=1e-6)


@pytest.mark.parametrize("model", ["rating-scale", "partial-credit"])
def test_anchored_items_stay_where_they_are(model: str) -> None:
    found = fitted(simulate(40, 3, 5, seed=7), model=model, anchors={"item": {"i00000": 1.0, "i00003": -1.0}})  # type: ignore[arg-type]
    assert found.facets["item"].measure[[0, 3]] == pytest.approx([1.0, -1.0], abs=1e-9)
    assert found.converged


def test_more_nodes_are_taken_where_locations_are_less_certain() -> None:
    for variance, count in ((0.01, 3), (0.1, 5), (1.0, 7)):
        nodes, weights = nodes_for(variance)
        assert len(nodes) == count
        assert weights @ nodes**2 == pytest.approx(1.0)


def test_a_fit_without_raters_has_no_halo() -> None:
    data = simulate(100, 1, 12, seed=8)
    table = frame({"ratee": data.ratee, "item": data.item, "rating": data.rating})
    found = fit(table, rater=None, method="marginal")
    assert set(components(found)) == {"ratee"}
    assert np.isfinite(found.log_likelihood)


def test_draws_are_refused_by_the_joint_method() -> None:
    data = simulate(10, 2, 4, seed=1, n_raters=5)
    table = frame({"ratee": data.ratee, "rater": data.rater, "item": data.item, "rating": data.rating})
    with pytest.raises(Exception, match="marginal"):
        fit(table, method="joint").draws(10)

"""Several kinds of evidence in one posterior: ratings of two factors, an exam, results."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import block_diag, inv

from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.values.ratings import Ratings, ordered_ratings
from leadline.measurement.variational.calibrate import calibrate_common
from leadline.measurement.variational.common_posterior import CommonPosterior
from leadline.measurement.variational.evidence_blocks import RatingBlock, ValueBlock
from leadline.measurement.variational.posterior import Posterior

CORRELATION = 0.6


class World(NamedTuple):
    """``theta`` (P, 4): two rated factors, an exam, results; ``departure`` (P, 2) from the first factor."""

    theta: Floats
    departure: Floats
    parts: list[RatingBlock]
    attained: list[ValueBlock]


def world(n: int, seed: int, *, raters: int = 6, items: int = 6, halo_sd: float = 0.0) -> World:
    rng = np.random.default_rng(seed)
    covariance = np.full((4, 4), CORRELATION) + (1 - CORRELATION) * np.eye(4)
    theta = rng.multivariate_normal(np.zeros(4), covariance, n, method="cholesky")
    departure = rng.normal(0, 0.5, (n, 2))
    severity = rng.normal(0, 0.5, max(n // 2, raters))
    panel = np.array([rng.choice(len(severity), raters, replace=False) for _ in range(n)])
    halo = rng.normal(0, 1, (n, len(severity))) * halo_sd
    parts = []
    for factor in range(2):
        ratee, slot, item = (a.ravel() for a in np.indices((n, raters, items)))
        rater = panel[ratee, slot]
        eta = theta[ratee, factor] - severity[rater] - halo[ratee, rater]
        if factor == 0:
            eta = eta + departure[ratee, item % 2]
        rating = drawn(rng, eta - np.linspace(-1, 1, items)[item], 4)
        competencies = {f"i{i}": f"c{i % 2}" for i in range(items)} if factor == 0 else {}
        parts.append(
            RatingBlock(
                dimension=f"f{factor}",
                ratings=coded(rating, ratee=ratee, rater=rater, item=item),
                competencies=competencies,
            )
        )
    ratee, item = (a.ravel() for a in np.indices((n, 20)))
    answer = drawn(rng, theta[ratee, 2] - np.linspace(-2, 2, 20)[item], 1)
    some = ratee % 3 > 0  # a third took no exam
    parts.append(
        RatingBlock(dimension="exam", ratings=coded(answer[some], ratee=ratee[some], item=item[some]))
    )
    value = theta[:, 3] + rng.normal(0, 0.4, n)
    names = tuple(f"p{p:05d}" for p in range(n))
    return World(
        theta,
        departure,
        parts,
        [ValueBlock(dimension="goals", ratees=names, value=value, se=np.full(n, 0.4))],
    )


def drawn(rng: np.random.Generator, eta: Floats, top: int) -> np.ndarray:
    logits = eta[:, None] * np.arange(top + 1) - np.append(
        0, np.cumsum(np.linspace(-1.2, 1.2, top) * (top > 1))
    )
    return np.asarray((logits + rng.gumbel(size=logits.shape)).argmax(axis=1))


def coded(rating: np.ndarray, **index: np.ndarray) -> Ratings:
    letters = {"ratee": "p{:05d}", "rater": "r{:05d}", "item": "i{}"}
    columns = {}
    for facet, at in index.items():
        used, code = np.unique(at, return_inverse=True)
        columns[facet] = (code.astype(np.int32), tuple(letters[facet].format(n) for n in used))
    return ordered_ratings(columns, rating.astype(np.int64), np.ones(len(rating)))


def whole(posterior: Posterior) -> tuple[Floats, Floats, Floats]:
    """Covariance of all locations, and of combinations and pairs, by inverting everything at once."""
    d = posterior.design
    present = np.isfinite(posterior.halo)
    halo = posterior.halo if present else 1.0
    pairs = np.eye(d.n_pairs + 1)[d.pair, : d.n_pairs]
    everything = np.hstack([d.large.toarray(), d.rest.toarray(), -pairs * present])
    precision = everything.T @ (posterior.variance[:, None] * everything)
    precision += block_diag(*posterior.prior_large, np.diag(posterior.prior_rest), np.eye(d.n_pairs) * halo)
    covariance = inv(precision)
    n = everything.shape[1] - d.n_pairs
    on_pairs = pairs.T @ (posterior.variance[:, None] * everything[:, :n])
    return (
        covariance[:n, :n],
        np.einsum("ca,ab,cb->c", everything, covariance, everything),
        np.einsum("qa,ab,qb->q", on_pairs, covariance[:n, :n], on_pairs),
    )


@pytest.mark.parametrize("halo_sd", [0.0, 0.8])
def test_the_posterior_of_several_dimensions_equals_the_inverse_of_the_whole_precision(
    halo_sd: float,
) -> None:
    data = world(14, seed=2, raters=3, items=4, halo_sd=halo_sd)
    posterior = calibrate_common(data.parts, data.attained, halo=halo_sd > 0).found.posterior
    assert np.isfinite(posterior.halo) == (halo_sd > 0)
    covariance, location, pairs = whole(posterior)
    known = posterior.variances()
    width = posterior.design.width
    n = len(known.blocks)
    blocks = covariance[: n * width, : n * width].reshape(n, width, n, width)[range(n), :, range(n)]
    assert known.blocks == pytest.approx(blocks, rel=1e-7, abs=1e-10)
    assert known.rest == pytest.approx(np.diag(covariance)[n * width :], rel=1e-7)
    assert known.location == pytest.approx(location, rel=1e-7)
    assert known.pairs == pytest.approx(pairs, rel=1e-7)


@pytest.fixture(scope="module")
def found() -> tuple[World, CommonPosterior]:
    data = world(300, seed=5)
    return data, calibrate_common(data.parts, data.attained)


def test_correlations_of_dimensions_and_spread_of_competencies_are_recovered(
    found: tuple[World, CommonPosterior],
) -> None:
    _, common = found
    covariance = common.found.state.prior.covariance
    sd = np.sqrt(np.diag(covariance))
    correlation = (covariance / np.outer(sd, sd))[:4, :4]
    assert common.found.converged
    assert correlation[np.triu_indices(4, 1)] == pytest.approx(np.full(6, CORRELATION), abs=0.15)
    assert sd[4:] == pytest.approx(np.full(2, 0.5), abs=0.1)


def test_intervals_of_every_dimension_cover_the_truth_whether_or_not_there_is_evidence(
    found: tuple[World, CommonPosterior],
) -> None:
    data, common = found
    off = common.means[:, :4] - data.theta
    off -= off.mean(axis=0)
    sd = np.sqrt(np.einsum("pii->pi", common.covariance))[:, :4]
    covered = np.abs(off) < 1.6449 * sd
    assert covered.mean() == pytest.approx(0.9, abs=0.03)
    without = np.arange(300) % 3 == 0
    assert covered[without, 2].mean() == pytest.approx(0.9, abs=0.07)
    assert sd[without, 2].mean() > 1.3 * sd[~without, 2].mean()


def test_other_dimensions_say_something_of_one_without_evidence(found: tuple[World, CommonPosterior]) -> None:
    data, common = found
    without = np.arange(300) % 3 == 0
    assert np.corrcoef(common.means[without, 2], data.theta[without, 2])[0, 1] > 0.5


def test_competencies_depart_from_their_factor_as_in_truth(found: tuple[World, CommonPosterior]) -> None:
    data, common = found
    for c in range(2):
        told = common.means[:, 0] + common.means[:, 4 + c]
        assert np.corrcoef(told, data.theta[:, 0] + data.departure[:, c])[0, 1] > 0.93


def test_draws_have_the_covariance_that_is_reported(found: tuple[World, CommonPosterior]) -> None:
    _, common = found
    drawn = common.draws(3000, np.random.default_rng(0))["ratee"]
    away = drawn - common.means
    sample = np.einsum("npi,npj->pij", away, away) / len(drawn)
    scale = np.sqrt(np.einsum("pii,pjj->pij", common.covariance, common.covariance))
    assert np.abs((sample - common.covariance) / scale).mean() < 0.03


@settings(max_examples=5, deadline=None)
@given(st.permutations(range(3)))
def test_the_order_of_parts_changes_nothing(order: list[int]) -> None:
    data = world(40, seed=3, raters=3, items=4)
    plain = calibrate_common(data.parts, data.attained)
    turned = calibrate_common([data.parts[n] for n in order], data.attained)
    for name in ("f0", "f1", "exam", "goals"):
        a, b = plain.layout.dimensions.index(name), turned.layout.dimensions.index(name)
        assert turned.means[:, b] == pytest.approx(plain.means[:, a], abs=2e-3)

"""Raters and ratees that cross: R ordinal version 2022.11-16, and the sampler of numpyro version 0.22.0."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from leadline.evidence import read_table
from leadline.measurement import fit
from leadline.measurement.values.ratings import Ratings, ratings_from_table
from leadline.measurement.variational.calibrate import VariationalEstimates, calibrate_crossed
from leadline.measurement.variational.source import Family

HERE = Path(__file__).parent
GIVEN = json.loads((HERE / "given.json").read_text(encoding="utf-8"))
MODELS: dict[str, tuple[Family, bool]] = {
    "rating-scale": ("slope 1", True),
    "graded": ("cumulative", True),
    "generalized-partial-credit": ("own slopes", False),
}


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    columns = {"ratee": "ratee", "rater": "rater", "item": "item"}
    return ratings_from_table(read_table(HERE / "ratings.csv"), columns, "rating")


def variances(found: VariationalEstimates) -> dict[str, float]:
    return {one.component: one.variance for one in found.components}


# R 4.2.2, ordinal 2022.11-16
#
# d <- read.csv("ratings.csv", stringsAsFactors = TRUE); d$rating <- factor(d$rating)
# contrasts(d$item) <- contr.sum(6)
# m <- clmm(rating ~ item + (1 | ratee) + (1 | rater), data = d, control = clmm.control(gradTol = 1e-6))
# print(coef(summary(m))[, 1:2], digits = 7); print(m$logLik, digits = 10)
# print(sapply(VarCorr(m), function(v) v[1]), digits = 7)
# print(head(ranef(m)$ratee, 5), digits = 7); print(head(ranef(m)$rater, 5), digits = 7)
# print(sqrt(head(condVar(m)$ratee, 5)), digits = 7)
#
# clmm integrates by one Laplace approximation, at the mode; here the posterior's mean is normal by a
# variational bound. They differ by the skewness of posteriors, in the third digit on these data.
ITEM = [0.93626423, -0.18932483, -0.07904956, -0.59570958, -0.18338295]
ITEM_SE = [0.10151011, 0.09654800, 0.09850141, 0.09859766, 0.09914868]
THRESHOLDS = [-1.82556893, -0.44408846, 0.92968429, 2.06636706]
RATEE = [-0.08931387, 1.23244204, 1.81823416, 0.93364791, 0.56512220]
RATEE_SE = [0.3425684, 0.3455129, 0.3564226, 0.3346563, 0.3549526]
RATER = [-0.6592948, -0.9314051, -0.7941774, -0.1817570, 1.4517650]


def test_two_crossed_random_facets_are_those_of_clmm(ratings: Ratings) -> None:
    found = calibrate_crossed(ratings, family="cumulative", halo=False)
    known, state = found.calibration, found.found.state
    mean = float(state.prior.mean[0])
    assert known.log_likelihood == pytest.approx(-2513.958383, abs=0.3)
    assert variances(found) == pytest.approx({"ratee": 1.5584413, "rater": 0.5549317}, rel=0.003)
    # Locations are subtracted here and added there.
    assert known.locations[2][:5] == pytest.approx([-x for x in ITEM], abs=0.0005)
    assert known.se[2][:5] == pytest.approx(ITEM_SE, rel=0.015)
    assert known.thresholds[0] - mean == pytest.approx(THRESHOLDS, abs=0.0005)
    assert known.locations[0][:5] - mean == pytest.approx(RATEE, abs=0.015)
    assert known.locations[1][:5] == pytest.approx([-x for x in RATER], abs=0.01)
    raw = np.sqrt(state.variances[0][:5])
    assert raw == pytest.approx(RATEE_SE, rel=0.02)


# m <- clmm(rating ~ item + (1 | ratee) + (1 | rater) + (1 | ratee:rater), ...), printed likewise.
#
# With six ratings to a halo Laplace's approximation takes its variance low (Breslow and Lin, 1995); the
# data were drawn with .36, the bound finds .344, Laplace .321. All else agrees as above or nearly.
WITH_HALO = {"ratee": 1.6572181, "rater": 0.5889665, "halo": 0.3205216}
ITEM_WITH_HALO = [0.97556538, -0.19805255, -0.07352144, -0.62770584, -0.18753167]
THRESHOLDS_WITH_HALO = [-1.91318972, -0.46142550, 0.98191404, 2.16576564]


def test_halo_is_the_variance_of_pairs_in_clmm(ratings: Ratings) -> None:
    found = calibrate_crossed(ratings, family="cumulative")
    known, mean = found.calibration, float(found.found.state.prior.mean[0])
    halo = variances(found).pop("halo")
    assert WITH_HALO["halo"] < halo < 0.36
    for name in ("ratee", "rater"):
        assert variances(found)[name] == pytest.approx(WITH_HALO[name], rel=0.006)
    assert known.log_likelihood == pytest.approx(-2503.282624, abs=1.5)
    assert known.locations[2][:5] == pytest.approx([-x for x in ITEM_WITH_HALO], abs=0.002)
    assert known.thresholds[0] - mean == pytest.approx(THRESHOLDS_WITH_HALO, abs=0.006)


@pytest.mark.parametrize("model", MODELS)
def test_means_and_errors_are_those_of_the_sampled_posterior(ratings: Ratings, model: str) -> None:
    family, shared = MODELS[model]
    found = calibrate_crossed(ratings, family=family, shared=shared)
    state, given = found.found.state, GIVEN[model]
    assert float(state.prior.mean[0]) == pytest.approx(given["mean"], abs=1e-4)
    assert variances(found) == pytest.approx({n: given[n] for n in ("ratee", "rater", "halo")}, abs=2e-4)
    assert found.calibration.steps == pytest.approx(np.array(given["steps"]), abs=2e-4)
    with (HERE / f"nuts_{model}.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    mean = np.array([float(row["mean"]) for row in rows])
    sd = np.array([float(row["sd"]) for row in rows])
    assert np.concatenate(state.locations) == pytest.approx(mean, abs=0.012)
    assert np.sqrt(np.concatenate(state.variances)) == pytest.approx(sd, rel=0.025)


def test_the_models_are_reached_by_name(ratings: Ratings) -> None:
    found = fit(HERE / "ratings.csv", model="graded")
    assert found.approximation == "Gaussian variational"
    assert [one.component for one in found.variance] == ["ratee", "rater", "halo"]
    assert found.facets["item"].measure[:5] == pytest.approx([-x for x in ITEM_WITH_HALO], abs=0.002)
    # Answers of an average rater, by cumulative logits, run through the scale's middle.
    assert 2 < found.facets["rater"].fair_mean.mean() < 4
    assert found.input_hash == ratings.hash

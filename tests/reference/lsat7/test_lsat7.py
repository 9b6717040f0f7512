"""LSAT section 7 (Bock and Lieberman, 1970): item response models against digits of other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from leadline.evidence.frames import frame
from leadline.measurement import fit as by_name
from leadline.measurement.quadrature import fit_responses
from leadline.measurement.quadrature.families.family import GUESSING
from leadline.measurement.quadrature.parameters import Free
from leadline.measurement.quadrature.patterns import by_pattern
from leadline.measurement.quadrature.problem import Problem
from leadline.measurement.quadrature.solve import solve

TABLE = np.loadtxt(Path(__file__).parent / "patterns.csv", delimiter=",", skiprows=1)
ANSWERS, PEOPLE = TABLE[:, :5], TABLE[:, 5]
# Items 1 + 2, items 3 + 4, item 5: three items with 3, 3 and 2 categories.
TESTLETS = np.stack([ANSWERS[:, 0] + ANSWERS[:, 1], ANSWERS[:, 2] + ANSWERS[:, 3], ANSWERS[:, 4]], axis=1)


def places(answers: NDArray[np.float64], model: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Slopes, and places of the steps of each item on the scale."""
    fit = fit_responses(answers, model=model, unit_weights=PEOPLE)
    threshold = fit.thresholds.threshold.reshape(answers.shape[1], -1)[:, 1:]
    return fit.items.slope, fit.items.difficulty[:, None] + threshold


def test_the_two_parameter_model_has_the_published_maximum() -> None:
    # mirt 1.47.5, mirt(expand.table(LSAT7), 1), prints log-likelihood -2658.805 and for the first item slope
    # 0.988 and intercept 1.856; more digits from the project's reference figures (marginal ML, Bock and
    # Aitkin, 1981).
    fit = fit_responses(ANSWERS, model="2pl", unit_weights=PEOPLE)
    intercept = -fit.items.slope * fit.items.difficulty
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(-2658.805, abs=5e-4)
    assert fit.items.slope == pytest.approx([0.987546, 1.080837, 1.707476, 0.764990, 0.735673], abs=5e-6)
    assert intercept == pytest.approx([1.85586, 0.80797, 1.80521, 0.48600, 1.85446], abs=1e-5)


def test_models_by_name_reach_the_same_figures_from_a_table_of_answers() -> None:
    people = np.repeat(ANSWERS, PEOPLE.astype(int), axis=0).astype(int)
    count, items = people.shape
    table = frame(
        {
            "ratee": np.repeat([f"p{n:04d}" for n in range(count)], items),
            "item": np.tile([f"i{n}" for n in range(items)], count),
            "rating": people.ravel(),
        }
    )
    found = by_name(table, model="2pl", rater=None)
    assert found.items is not None
    intercept = -found.items.slope * found.facets["item"].measure
    assert (found.approximation, found.log_likelihood_kind) == ("adaptive quadrature", "marginal")
    assert found.log_likelihood == pytest.approx(-2658.805, abs=5e-4)
    assert found.items.slope == pytest.approx([0.987546, 1.080837, 1.707476, 0.764990, 0.735673], abs=2e-5)
    assert intercept == pytest.approx([1.85586, 0.80797, 1.80521, 0.48600, 1.85446], abs=2e-5)


# R 4.2.2, lme4 1.1-31
#
# n <- c(12, 19, 1, 7, 3, 19, 3, 17, 10, 5, 3, 7, 7, 23, 8, 28,
#        7, 39, 11, 34, 14, 51, 15, 90, 6, 25, 7, 35, 18, 136, 32, 308)
# y <- t(sapply(0:31, function(k) as.integer(intToBits(k))[5:1]))[rep(1:32, n), ]
# d <- data.frame(y = c(y), item = factor(rep(1:5, each = 1000)), id = factor(rep(1:1000, 5)))
# m <- glmer(y ~ 0 + item + (1 | id), d, binomial, nAGQ = 25,
#            control = glmerControl(optimizer = "bobyqa", tolPwrss = 1e-12, optCtrl = list(rhoend = 1e-9)))
# print(coef(summary(m)), digits = 10); print(VarCorr(m)$id[1], digits = 10); print(logLik(m), digits = 12)
EASINESS = [1.8682639513, 0.7910062485, 1.4609793800, 0.5215056301, 1.9929746940]
EASINESS_SE = [0.10042214780, 0.08115223860, 0.09130679305, 0.07872036375, 0.10369816873]


@pytest.mark.parametrize("model", ["1pl", "rating-scale", "partial-credit"])
def test_equal_slopes_are_a_logistic_mixed_model_as_in_lme4(model: str) -> None:
    fit = fit_responses(ANSWERS, model=model, unit_weights=PEOPLE)
    assert -fit.items.difficulty == pytest.approx(EASINESS, abs=2e-6)
    # lme4 differentiates numerically; its standard errors agree to four digits.
    assert fit.items.difficulty_se == pytest.approx(EASINESS_SE, abs=1e-5)
    assert fit.variance.variance == pytest.approx(1.022661668, abs=1e-6)
    assert fit.log_likelihood == pytest.approx(-2664.90089085, abs=1e-6)


# Python 3.11, girth 0.8.0, numpy 2.4.6; fixed quadrature, stopped when slopes move less than 1e-3
#
# from girth import grm_mml, pcm_mml
# y = numpy.repeat(ANSWERS, PEOPLE, axis=0); t = numpy.repeat(TESTLETS, PEOPLE, axis=0).T
# options = {"quadrature_n": 201, "quadrature_bounds": (-8, 8), "max_iteration": 5000}
# for f in (grm_mml, pcm_mml): r = f(t, options); print(r["Discrimination"], r["Difficulty"])
#
# grm_mml chooses thresholds so that margins are met, which is near the maximum but not there.
GIRTH = {
    "graded": (
        [1.30140898, 1.49097694, 0.72706567],
        [[-2.34921897, -0.27501953], [-1.78129034, -0.00378439], [-2.54549592, np.nan]],
    ),
    "generalized-partial-credit": (
        [1.18262847, 1.12333203, 0.72254121],
        [[-2.05243422, -0.40206407], [-1.67694727, -0.16851244], [-2.55862042, np.nan]],
    ),
}


@pytest.mark.parametrize("model", list(GIRTH))
def test_polytomous_models_agree_with_girth_as_far_as_girth_converges(model: str) -> None:
    slope, place = places(TESTLETS, model)
    digits = 1e-2 if model == "graded" else 2e-3
    assert slope == pytest.approx(GIRTH[model][0], abs=digits)
    assert place == pytest.approx(np.array(GIRTH[model][1]), abs=digits, nan_ok=True)


def test_polytomous_models_of_dichotomous_items_are_the_two_parameter_model() -> None:
    slope, place = places(ANSWERS, "graded")
    same, there = places(ANSWERS, "generalized-partial-credit")
    fit = fit_responses(ANSWERS, model="2pl", unit_weights=PEOPLE)
    assert slope == pytest.approx(fit.items.slope, abs=1e-6)
    assert same == pytest.approx(fit.items.slope, abs=1e-6)
    assert place[:, 0] == pytest.approx(fit.items.difficulty, abs=1e-6)
    assert there[:, 0] == pytest.approx(fit.items.difficulty, abs=1e-6)


@dataclass(frozen=True)
class NormalPrior:
    """A normal prior of the logit of each lower asymptote."""

    mean: float
    sd: float

    def at(self, b: NDArray[np.float64]) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        z = (b[10:] - self.mean) / self.sd
        gradient, information = np.zeros_like(b), np.zeros_like(b)
        gradient[10:], information[10:] = -z / self.sd, 1.0 / self.sd**2
        return float(-0.5 * (z @ z) - 5 * np.log(self.sd * np.sqrt(2 * np.pi))), gradient, information


def test_the_three_parameter_model_with_the_prior_of_the_mirt_help_page() -> None:
    # R package mirt 1.45.6, help page of anova (its EM stops at changes of 1e-4)
    #
    # dat <- expand.table(LSAT7)
    # mod2b <- mirt(dat, 'F = 1-5\n PRIOR = (1-5, g, norm, -1, 1)', itemtype = '3PL')
    # #>          logLik   logPost
    # #> mod2b -2659.153 -2664.008
    kept = by_pattern(ANSWERS.astype(np.int16), PEOPLE, 2)
    prior = NormalPrior(-1.0, 1.0)
    problem = Problem(
        family=GUESSING,
        parameters=Free(np.ones((3, 5), dtype=np.bool_), np.zeros((2, 5))),
        blocks=kept.blocks,
        n_units=kept.n_units,
        start=np.repeat([1.0, 1.0, -1.0], 5),
        prior=prior,
    )
    found = solve(problem, n_nodes=None, tolerance=1e-10, most=100)
    assert found.converged
    assert found.log_likelihood == pytest.approx(-2659.153, abs=2e-3)
    assert found.log_likelihood + prior.at(found.b)[0] == pytest.approx(-2664.008, abs=1e-3)

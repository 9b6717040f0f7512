"""Bitterness of wine (Randall, 1989): mixed models against R ordinal version 2022.11-16 and lme4 1.1-31."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from leadline.evidence.frames import frame
from leadline.measurement import fit as by_name
from leadline.measurement.quadrature import GroupedFit, fit_grouped

with (Path(__file__).parent / "wine.csv").open(encoding="utf-8") as lines:
    WINE = list(csv.DictReader(lines))
RATING = [int(row["rating"]) for row in WINE]


def column(name: str) -> list[str]:
    return [row[name] for row in WINE]


def fit(grouping: str, *facets: str, rating: list[int] | None = None, n_nodes: int | None = 10) -> GroupedFit:
    return fit_grouped(
        rating or RATING,
        column(grouping),
        facets={name: column(name) for name in facets},
        grouping=grouping,
        identification="reference",
        n_nodes=n_nodes,
    )


# R 4.2.2, ordinal 2022.11-16
#
# m <- clmm(rating ~ temp + contact + (1 | judge), data = wine, nAGQ = 10,
#           control = clmm.control(gradTol = 1e-10))
# print(coef(summary(m)), digits = 10); print(m$logLik, digits = 12); print(VarCorr(m)$judge[1], digits = 10)
# (its gradient is 2e-5 where it stops, so that its sixth digit is not firm)
THRESHOLDS = [-1.623487452, 1.512796039, 4.227053454, 6.086152278]
THRESHOLDS_SE = [0.6833864245, 0.6044384205, 0.8089801227, 0.9719418235]


@pytest.mark.parametrize("n_nodes", [10, None])
def test_two_facets_with_judges_as_raters(n_nodes: int | None) -> None:
    found = fit("judge", "temp", "contact", n_nodes=n_nodes)
    assert found.converged
    assert found.log_likelihood == pytest.approx(-81.5324607117, abs=1e-8)
    assert found.facets["temp"].contrast("warm", "cold") == pytest.approx(
        (3.061890992, 0.5950770611), abs=1e-5
    )
    assert found.facets["contact"].contrast("yes", "no") == pytest.approx(
        (1.833433365, 0.5121716516), abs=1e-5
    )
    assert found.thresholds.threshold[1:] == pytest.approx(THRESHOLDS, abs=1e-5)
    assert found.thresholds.se[1:] == pytest.approx(THRESHOLDS_SE, abs=1e-5)
    assert found.variance.variance == pytest.approx(1.287733133, abs=1e-5)


def test_the_same_model_by_name() -> None:
    table = frame({name: column(name) for name in WINE[0] if name != "rating"} | {"rating": RATING})
    found = by_name(table, model="graded", ratee=None, item=None, rater="judge", facets=("temp", "contact"))
    temp, contact = found.facets["temp"], found.facets["contact"]
    first = temp.measure[0] + contact.measure[0] - found.facets["ratee"].measure[0]
    assert found.approximation == "adaptive quadrature"
    assert found.log_likelihood == pytest.approx(-81.5324607117, abs=1e-5)
    assert temp.elements == ("cold", "warm")
    assert temp.measure[0] - temp.measure[1] == pytest.approx(3.061890992, abs=5e-5)
    assert contact.measure[0] - contact.measure[1] == pytest.approx(1.833433365, abs=5e-5)
    # R counts from the first task and contact, and from the average judge.
    assert found.thresholds.threshold[1:] + first == pytest.approx(THRESHOLDS, abs=5e-5)
    assert found.variance[0].variance == pytest.approx(1.287733133, abs=5e-5)


def test_published_digits_hold_to_three_decimals() -> None:
    found = fit("judge", "temp", "contact")
    assert -found.facets["temp"].measure[1] == pytest.approx(3.06189, abs=5e-4)
    assert -found.facets["contact"].measure[1] == pytest.approx(1.83343, abs=5e-4)
    assert found.variance.variance == pytest.approx(1.287733, abs=5e-4)
    assert found.log_likelihood == pytest.approx(-81.53246, abs=5e-4)


def test_a_facet_of_eight_bottles() -> None:
    # m <- clmm(rating ~ bottle + (1 | judge), data = wine, nAGQ = 10,
    #           control = clmm.control(gradTol = 1e-10))
    found = fit("judge", "bottle")
    bottles = [1.200713506, 2.611090031, 2.233764945, 3.335259254, 4.007233362, 5.937909792, 5.452853587]
    errors = [
        0.9660518192,
        1.0445581444,
        1.0170759746,
        1.0626076282,
        1.0968441107,
        1.2198739591,
        1.1543873536,
    ]
    assert -found.facets["bottle"].measure[1:] == pytest.approx(bottles, abs=3e-5)
    assert found.facets["bottle"].se[1:] == pytest.approx(errors, abs=2e-5)
    assert found.variance.variance == pytest.approx(1.329654438, abs=1e-5)
    assert found.log_likelihood == pytest.approx(-80.2270056547, abs=1e-7)


def test_bottles_as_the_grouping_facet() -> None:
    # m <- clmm(rating ~ contact + (1 | bottle), data = wine, nAGQ = 10,
    #           control = clmm.control(gradTol = 1e-10))
    found = fit("bottle", "contact")
    assert found.facets["contact"].contrast("yes", "no") == pytest.approx(
        (1.477533753, 0.8959947425), abs=1e-5
    )
    assert found.variance.variance == pytest.approx(1.153381383, abs=1e-5)
    assert found.log_likelihood == pytest.approx(-95.0538802958, abs=1e-8)


def test_two_categories_are_a_logistic_mixed_model_as_in_lme4() -> None:
    # wine$high <- as.integer(wine$rating) >= 4
    # m <- glmer(high ~ temp + contact + (1 | judge), wine, binomial, nAGQ = 10,
    #            control = glmerControl(optimizer = "bobyqa", tolPwrss = 1e-12,
    #                                   optCtrl = list(rhoend = 1e-9)))
    found = fit("judge", "temp", "contact", rating=[int(rating >= 4) for rating in RATING])
    assert found.facets["temp"].contrast("warm", "cold")[0] == pytest.approx(4.262306342, abs=2e-5)
    assert found.facets["contact"].contrast("yes", "no")[0] == pytest.approx(2.627742458, abs=2e-5)
    assert found.thresholds.threshold[1] == pytest.approx(5.764581200, abs=2e-5)
    assert found.variance.variance == pytest.approx(2.80165056, abs=5e-5)
    assert found.log_likelihood == pytest.approx(-25.859409864, abs=1e-8)


def test_centred_effects_are_the_same_contrasts() -> None:
    facets = {name: column(name) for name in ("temp", "contact")}
    centred = fit_grouped(RATING, column("judge"), facets=facets, grouping="judge")
    reference = fit("judge", "temp", "contact", n_nodes=None)
    for name, pair in {"temp": ("warm", "cold"), "contact": ("yes", "no")}.items():
        assert centred.facets[name].measure.sum() == pytest.approx(0.0, abs=1e-12)
        expected = reference.facets[name].contrast(*pair)
        assert centred.facets[name].contrast(*pair) == pytest.approx(expected, abs=1e-6)
    middle = sum(reference.facets[name].measure.mean() for name in facets)
    assert centred.thresholds.threshold == pytest.approx(
        reference.thresholds.threshold + middle, abs=1e-6, nan_ok=True
    )
    assert np.allclose(centred.units.theta, reference.units.theta, atol=1e-6)

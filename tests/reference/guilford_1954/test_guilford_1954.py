"""Creativity ratings of Guilford (1954), p. 282, against an independent program and the FACETS manual.

The manual prints its iteration report (Table 3), the bias iteration report (Table 9.1), bias
calibration (Table 13.1.1) and pairwise bias (Table 14.3.1.1) for these ratings; its analysis stopped at
the default tolerance. joint_ml.csv is the converged optimum of an independent program.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from tests.unit.measurement.made import joint

from leadline.evidence.frames import rows
from leadline.measurement import FacetFit

HERE = Path(__file__).parent
CONVERGED = list(csv.DictReader((HERE / "joint_ml.csv").read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def converged() -> FacetFit:
    return joint(HERE / "ratings.csv")


@pytest.fixture(scope="module")
def stopped() -> FacetFit:
    return joint(HERE / "ratings.csv", stopping="facets")


@pytest.mark.parametrize("row", CONVERGED, ids=[row["element"] for row in CONVERGED])
def test_measures_errors_and_fit_equal_the_independent_program(
    converged: FacetFit, row: dict[str, str]
) -> None:
    facet = converged.facets[row["facet"]]
    at = facet.elements.index(row["element"])
    for name in ("measure", "se", "infit_mnsq", "outfit_mnsq"):
        assert getattr(facet, name)[at] == pytest.approx(float(row[name]), abs=1e-6)
    assert facet.n[at] == int(row["count"])
    assert facet.raw_mean[at] * facet.n[at] == pytest.approx(float(row["score"]))


def test_the_optimum_does_not_depend_on_which_facet_floats(converged: FacetFit) -> None:
    other = joint(HERE / "ratings.csv", noncentered="ratee")
    for name, facet in converged.facets.items():
        shift = other.facets[name].measure - facet.measure
        assert np.ptp(shift) < 1e-9
        np.testing.assert_allclose(other.facets[name].fair_mean, facet.fair_mean, atol=1e-9)
    assert other.facets["rater"].measure.mean() == pytest.approx(0, abs=1e-12)


def test_the_largest_bias_residual_at_the_optimum(converged: FacetFit) -> None:
    gaps = [row["observed"] - row["expected"] for row in rows(converged.bias("ratee", "rater"))]
    assert max(gaps, key=abs) == pytest.approx(-13.016, abs=5e-4)


def test_the_first_line_of_the_iteration_report_equals_facets_to_all_digits(stopped: FacetFit) -> None:
    assert stopped.calibration is not None
    first = stopped.calibration.report[0]
    assert first.element_residual == pytest.approx(26.6978, abs=5e-5)
    assert first.category_residual == pytest.approx(29.9588, abs=5e-5)


def test_the_iteration_report_ends_where_the_manuals_does(stopped: FacetFit) -> None:
    # Table 3 counts PROX as iteration 1 and ends with JMLE 19: -.3685 .1974 .0049 -.0089.
    assert stopped.calibration is not None
    report = stopped.calibration.report
    assert len(report) == 18
    assert report[-1].element_residual == pytest.approx(-0.37, abs=0.01)
    assert report[-1].category_residual == pytest.approx(0.20, abs=0.005)
    assert report[-1].element_change == pytest.approx(0.0049, abs=5e-5)
    assert report[-1].step_change == pytest.approx(-0.009, abs=5e-4)


def test_measures_stopped_early_are_those_the_manual_prints(stopped: FacetFit) -> None:
    ratees, raters = stopped.facets["ratee"], stopped.facets["rater"]
    printed = {"David": -0.46, "Edward": 0.42}
    for name, value in printed.items():
        assert ratees.measure[ratees.elements.index(name)] == pytest.approx(value, abs=0.005)
    assert raters.measure[raters.elements.index("Brahe")] == pytest.approx(0.24, abs=0.005)


# ratee, rater, observed, expected, obs-exp average, bias, its error, local measure; None: not printed.
PRINTED = [
    ("David", "Brahe", 25, 17.3, 1.54, 0.71, 0.29, 0.25),
    ("Edward", "Brahe", 14, 27.0, -2.60, -1.27, 0.36, None),
    ("David", "Cavendish", None, None, None, None, 0.35, -1.05),
]


@pytest.mark.parametrize("line", PRINTED, ids=[f"{line[0]}-{line[1]}" for line in PRINTED])
def test_bias_terms_stopped_early_are_those_the_manual_prints(
    stopped: FacetFit, line: tuple[str, str, *tuple[float | None, ...]]
) -> None:
    ratee, rater, *values = line
    found = next(
        row for row in rows(stopped.bias("ratee", "rater")) if (row["ratee"], row["rater"]) == (ratee, rater)
    )
    half_digit = (0.5, 0.05, 0.005, 0.005, 0.005, 0.005)
    names = ("observed", "expected", "difference", "bias", "se", "local_measure")
    for name, value, tolerance in zip(names, values, half_digit, strict=True):
        if value is not None:
            assert found[name] == pytest.approx(value, abs=tolerance), name


def test_the_largest_bias_residual_stopped_early_is_the_one_the_manual_prints(stopped: FacetFit) -> None:
    gaps = [row["observed"] - row["expected"] for row in rows(stopped.bias("ratee", "rater"))]
    assert max(gaps, key=abs) == pytest.approx(-12.99, abs=0.005)


def test_the_contrast_of_david_by_brahe_and_by_cavendish_is_the_one_the_manual_prints(
    stopped: FacetFit,
) -> None:
    terms = {(row["ratee"], row["rater"]): row for row in rows(stopped.bias("ratee", "rater"))}
    brahe, cavendish = terms["David", "Brahe"], terms["David", "Cavendish"]
    contrast = brahe["local_measure"] - cavendish["local_measure"]
    error = np.hypot(brahe["se"], cavendish["se"])
    assert contrast == pytest.approx(1.30, abs=0.005)
    assert error == pytest.approx(0.45, abs=0.005)
    assert contrast / error == pytest.approx(2.86, abs=0.005)

"""Several dimensions fitted together, as a library call and as a command."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from tests.unit.cli.calling import call

import leadline
from leadline.errors import MeasurementError, UsageError
from leadline.evidence.frames import Frame, frame, write_csv
from leadline.measurement import DimensionalFit, Measures, fit_dimensions, measure

ACME = Path(__file__).parents[3] / "examples" / "acme"


def two_factors(seed: int = 0, n: int = 150, correlation: float = 0.7) -> tuple[Frame, np.ndarray]:
    rng = np.random.default_rng(seed)
    theta = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], n, method="cholesky")
    severity = rng.normal(0, 0.5, 60)
    ratee, slot, item = (a.ravel() for a in np.indices((n, 4, 8)))
    rater = np.array([rng.choice(60, 4, replace=False) for _ in range(n)])[ratee, slot]
    eta = theta[ratee, item // 4] - severity[rater]
    logits = eta[:, None] * np.arange(5) - np.array([0, -1.5, -2.0, -1.5, 0.0])
    rating = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1) + 1
    table = {
        "ratee": [f"p{one:03d}" for one in ratee],
        "rater": [f"r{one:02d}" for one in rater],
        "item": [f"i{one}" for one in item],
        "factor": [("business", "people")[one // 4] for one in item],
        "rating": rating,
    }
    return frame(table), theta


def lines(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def found() -> tuple[DimensionalFit, np.ndarray]:
    table, theta = two_factors()
    return fit_dimensions(table, dimension="factor"), theta


def test_the_correlation_of_dimensions_is_that_of_the_people(
    found: tuple[DimensionalFit, np.ndarray],
) -> None:
    fit, _ = found
    assert fit.converged
    assert fit.correlation[0, 1] == pytest.approx(0.7, abs=0.12)


def test_a_dimension_is_measured_better_with_the_other_than_alone(
    found: tuple[DimensionalFit, np.ndarray],
) -> None:
    fit, theta = found
    table, _ = two_factors()
    for d, name in enumerate(fit.fits):
        alone = leadline.fit(table.filter(table.get_column("factor") == name)).facets["ratee"]
        common = fit.facets[f"ratee:{name}"]
        truth = theta[:, d] - theta[:, d].mean()
        error = [np.sqrt(np.mean((one.measure - one.measure.mean() - truth) ** 2)) for one in (common, alone)]
        assert error[0] < error[1]
        covered = np.abs(common.measure - common.measure.mean() - truth) < 1.645 * common.se
        assert covered.mean() == pytest.approx(0.9, abs=0.06)


def test_draws_are_named_by_dimension_and_spread_as_the_errors_say(
    found: tuple[DimensionalFit, np.ndarray],
) -> None:
    fit, _ = found
    drawn = fit.draws(2000)
    for name in fit.fits:
        spread = drawn[f"ratee:{name}"].std(axis=0)
        np.testing.assert_allclose(spread, fit.facets[f"ratee:{name}"].se, rtol=0.1)


def test_an_item_of_two_dimensions_is_refused_by_name() -> None:
    table, _ = two_factors(n=20)
    mixed = table.with_columns(
        frame({"factor": ["business"] * 80 + ["people"] * (table.height - 80)}).get_column("factor")
    )
    with pytest.raises(MeasurementError, match="'i0' belongs to the dimensions"):
        fit_dimensions(mixed, dimension="factor")
    with pytest.raises(MeasurementError, match="no column 'nothing'"):
        fit_dimensions(table, dimension="nothing")
    with pytest.raises(UsageError, match="2pl"):
        fit_dimensions(table, dimension="factor", model="2pl")


def test_the_command_writes_correlations_and_facets_by_dimension(tmp_path: Path) -> None:
    table, _ = two_factors(n=30)
    write_csv(table, tmp_path / "ratings.csv")
    out = tmp_path / "out"
    assert call("fit", str(tmp_path / "ratings.csv"), "--dimension", "factor", "--out", str(out)).status == 0
    facets = {row["facet"] for row in lines(out / "measures.csv")}
    assert facets == {f"{one}:{d}" for one in ("ratee", "rater", "item") for d in ("business", "people")}
    rows = lines(out / "correlations.csv")
    assert [row["dimension"] for row in rows] == ["business", "people"]
    assert float(rows[0]["business"]) == pytest.approx(1.0)
    assert set(json.loads((out / "summary.json").read_text())["dimensions"]) == {"business", "people"}


def test_options_without_a_meaning_for_dimensions_are_refused(tmp_path: Path) -> None:
    table, _ = two_factors(n=10)
    write_csv(table, tmp_path / "ratings.csv")
    made = call(
        "fit", str(tmp_path / "ratings.csv"), "--dimension", "factor", "--method", "joint",
        "--out", str(tmp_path / "out"),
    )  # fmt: skip
    assert made.status == 2
    assert "--method cannot be used together with --dimension" in made.err
    assert not (tmp_path / "out").exists()


def test_shares_of_information_add_up_to_what_is_known() -> None:
    framework = leadline.load_framework("technical-leadership")
    found: Measures = measure(leadline.read_evidence(ACME, framework), framework)
    told = found.information.sum(axis=2)
    assert ((told > 0) & (told < 1)).all()
    dimension = [f"{one.kind}:{one.factor}" for one in found.dimensions]
    expertise = found.factors.index("technical_expertise")
    exam = found.information[:, expertise, dimension.index("exam:technical_expertise")]
    elena = found.ratees.index("elena")
    assert exam[elena] < 0.1 < np.median(exam)

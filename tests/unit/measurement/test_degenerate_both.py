"""Inputs at the edge by both methods: a fit with all its tables, or an error that teaches."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from tests.unit.measurement.made import Row, grid, table

from leadline.errors import MeasurementError
from leadline.measurement import fit
from leadline.measurement.kernels.resistance import Web, bridges, comparison_variances

ROWS = grid()
METHODS = ("joint", "marginal")


def thin_raters(n: int, ratees: int) -> list[Row]:
    """Raters with one rating each."""
    draw = np.random.default_rng(0)
    level = np.linspace(-1.5, 1.5, ratees)
    return [
        (
            f"p{k % ratees}",
            f"r{k}",
            f"i{k % 4}",
            int(np.clip(round(3 + level[k % ratees] + draw.normal()), 1, 5)),
        )
        for k in range(n)
    ]


FITTED: dict[str, list[Row]] = {
    "one rater": [row for row in ROWS if row[1] == "r0"],
    "one item": grid(30, 4, 1, seed=1),
    "one ratee": [row for row in ROWS if row[0] == "p0"],
    "a ratee with one rating": [row for row in ROWS if row[0] != "p0" or row[1:3] == ("r0", "i0")],
    "disconnected halves": [*ROWS, *grid(5, 2, 4, seed=9, prefix="x")],
    "a category nobody used": [(p, r, i, 4 if y == 3 else y) for p, r, i, y in ROWS],
    "extreme raters and ratees": [
        (p, r, i, 5 if p == "p0" else 1 if r == "r2" else y) for p, r, i, y in grid(8, 4, 5, seed=5)
    ],
    "two categories": [(p, r, i, int(y > 3)) for p, r, i, y in ROWS],
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", FITTED)
def test_every_fit_at_the_edge_has_all_its_tables(name: str, method: str, tmp_path: Path) -> None:
    found = fit(table(FITTED[name]), method=method)
    found.save(tmp_path)
    for facet in found.facets.values():
        assert np.isfinite(facet.measure).all()
        assert (facet.se >= 0).all()
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["n_ratings"] == len(FITTED[name])
    assert found.bias("ratee", "rater").height > 0
    assert found.diagnostics.links.height == len(found.facets["rater"].elements) + len(
        found.facets["ratee"].elements
    )


REFUSED: dict[str, list[Row]] = {
    "one rating": ROWS[:1],
    "equal ratings": [(p, r, i, 3) for p, r, i, _ in ROWS],
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_measured_teaches(name: str, method: str) -> None:
    with pytest.raises(MeasurementError) as caught:
        fit(table(REFUSED[name]), method=method)
    assert caught.value.describe("zh") != caught.value.describe("en")


def test_twenty_thousand_raters_with_one_rating_each_teach_in_the_joint_method() -> None:
    with pytest.raises(MeasurementError, match="A rater with a single rating tells nothing apart"):
        fit(table(thin_raters(20_000, 1000)), method="joint")


def test_a_hundred_thousand_raters_with_one_rating_each_are_fitted_without_their_severities() -> None:
    found = fit(table(thin_raters(100_000, 1000)))
    ratees, raters = found.facets["ratee"], found.facets["rater"]
    order = [ratees.elements.index(f"p{n}") for n in range(1000)]
    assert found.converged
    assert np.corrcoef(ratees.measure[order], np.arange(1000))[0, 1] > 0.9
    assert (raters.measure == 0).all()
    assert np.isnan(raters.se).all()
    assert {one.component for one in found.variance} == {"ratee"}
    assert any(one.code.endswith("one_rating_each") for one in found.warnings)


def test_links_say_that_a_rater_has_a_single_rating() -> None:
    found = fit(table(thin_raters(400, 20)))
    raters = found.diagnostics.links.filter(found.diagnostics.links.get_column("facet") == "rater")
    assert set(raters.get_column("finding")) == {"single_link"}


def test_twenty_thousand_raters_of_known_severity_are_diagnosed_in_little_memory() -> None:
    anchors = {"rater": {f"r{k}": 0.0 for k in range(20_000)}}
    found = fit(table(thin_raters(20_000, 1000)), method="joint", anchors=anchors)
    tracemalloc.start()
    links = found.diagnostics.links
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert links.height == 21_000
    assert peak < 300e6


def test_a_web_of_a_hundred_thousand_raters_is_solved() -> None:
    draw = np.random.default_rng(0)
    ratee = np.arange(100_000) % 5000
    web = Web(ratee, np.arange(100_000), draw.uniform(0.2, 1, 100_000), 5000, 100_000)
    assert (bridges(web).beyond == 1).all()
    variance = comparison_variances(web)
    assert np.isfinite(variance).all()


def test_a_column_named_for_two_facets_is_refused() -> None:
    with pytest.raises(MeasurementError, match="'ratee' is named twice"):
        fit(table(ROWS), rater="ratee")


def test_a_variance_of_zero_is_told() -> None:
    alike = [(p, r, i, y) for p, _, i, y in grid(30, 1, 6) for r in ("r0", "r1", "r2")]
    codes = [warning.code for warning in fit(table(alike)).warnings]
    assert "measurement.notice.zero_variance" in codes
    assert "measurement.notice.zero_variance" not in [one.code for one in fit(table(ROWS)).warnings]

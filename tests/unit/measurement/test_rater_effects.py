"""Planted rater effects are found, and only they; kernels against plain loops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.unit.measurement.made import as_table, grid, simulate, table

from leadline.errors import MeasurementError
from leadline.evidence.frames import Frame, frame, rows
from leadline.measurement import FacetFit, fit
from leadline.measurement.diagnostics.rater_sums import rater_sums
from leadline.measurement.kernels.categories import category_probabilities
from leadline.measurement.kernels.testing import adjusted

METHODS = ("joint", "marginal")


def planted() -> Frame:
    """Sixty raters; the first seven have one effect each."""
    made = simulate(120, 6, 8, seed=9, n_raters=60, severity_sd=0.4)
    rating, draw = made.rating.copy(), np.random.default_rng(0)
    by = [made.rater == n for n in range(7)]
    rating[by[0]] = np.clip(rating[by[0]], 2, 4)
    rating[by[1]] = draw.permutation(rating[by[1]])
    rating[by[2]] = 3
    for ratee in np.unique(made.ratee[by[3]]):
        rating[by[3] & (made.ratee == ratee)] = int(draw.integers(1, 6))
    rating[by[4]] = np.clip(rating[by[4]] - 2, 1, 5)
    rating[by[5]] = draw.integers(1, 6, by[5].sum())
    rating[by[6]] = 5
    return as_table(made._replace(rating=rating))


@pytest.fixture(scope="module", params=METHODS)
def found(request: pytest.FixtureRequest) -> FacetFit:
    return fit(planted(), method=request.param)


WHO = {
    "severe": {4},
    "central_tendency": {0, 2},
    "range_restriction": {1, 2, 3, 5},
    "halo": {2, 3, 5},
    "straight_lining": {2, 6},
}


@pytest.mark.parametrize("finding", WHO)
def test_every_planted_effect_is_found_and_nobody_else_is_accused(found: FacetFit, finding: str) -> None:
    flagged = {
        int(row["rater"][1:]) for row in rows(found.diagnostics.rater_effects) if row["finding"] == finding
    }
    assert flagged == WHO[finding]


def test_erratic_raters_are_told_from_too_predictable_ones(found: FacetFit) -> None:
    seen = {(row["finding"], int(row["rater"][1:])) for row in rows(found.diagnostics.rater_effects)}
    assert {("erratic", 3), ("erratic", 5), ("too_predictable", 0), ("too_predictable", 2)} <= seen


def test_a_flag_is_a_discovery_of_its_own_effect(found: FacetFit) -> None:
    effects = found.diagnostics.rater_effects
    for name in effects.get_column("effect").unique():
        part = effects.filter(effects.get_column("effect") == name)
        p, q = (part.get_column(column).to_numpy() for column in ("p", "q"))
        np.testing.assert_allclose(q, adjusted(p))
        assert (q[part.get_column("flagged").to_numpy()] <= 0.05).all()


def test_the_summary_says_that_raters_need_a_look(found: FacetFit) -> None:
    said = {one["code"]: one for one in found.to_json()["warnings"]}
    assert said["measurement.notice.flagged_raters"]["fields"] == {"n": 7, "total": 60}


@pytest.mark.parametrize("method", METHODS)
def test_raters_without_effects_are_left_in_peace(method: str) -> None:
    for seed in range(3):
        made = simulate(80, 6, 6, seed=seed, n_raters=40, severity_sd=0.4, halo_sd=0.5)
        assert not fit(as_table(made), method=method).diagnostics.rater_effects.get_column("flagged").any()


def test_two_who_trade_high_ratings_are_found() -> None:
    draw = np.random.default_rng(3)
    theta = draw.normal(0, 1, 20)
    given = [
        (
            f"p{p:02d}",
            f"p{r:02d}",
            f"i{i}",
            5 if {p, r} == {0, 1} else int(np.clip(round(3 + theta[p] / 2 + draw.normal(0, 0.8)), 1, 5)),
        )
        for p in range(20)
        for r in range(20)
        for i in range(6)
        if p != r
    ]
    effects = fit(table(given)).diagnostics.rater_effects
    pairs = {(row["rater"], row["partner"]) for row in rows(effects) if row["finding"] == "reciprocal"}
    assert pairs == {("p00", "p01"), ("p01", "p00")}


def test_adjusted_p_values_equal_those_of_r() -> None:
    # R 4.2.2: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5, 0.2), method = "BH")
    wanted = [0.03, 0.06, 0.06, 0.03, 0.5, 0.24]
    assert adjusted(np.array([0.01, 0.04, 0.03, 0.005, 0.5, 0.2])) == pytest.approx(wanted)


@pytest.mark.parametrize("model", ["rating-scale", "partial-credit"])
@pytest.mark.parametrize("weighted", [False, True])
def test_sums_of_cells_equal_plain_loops(model: str, weighted: bool) -> None:
    given = grid(6, 4, 5, seed=3)
    data = table(given)
    if weighted:
        weights = frame({"weight": [1.0 + n % 3 for n in range(len(given))]})
        data = data.with_columns(weights.get_column("weight"))
    fitted = fit(data, model=model, method="joint")
    assert fitted.ratings is not None
    assert fitted.calibration is not None
    sums = rater_sums(fitted.ratings, fitted.calibration)
    names = [fitted.facets[facet].elements for facet in ("ratee", "rater", "item")]
    for cell in range(len(sums.rater)):
        surplus = variance = bend = 0.0
        for n, (p, r, i, _) in enumerate(given):
            at = [each.index(name) for each, name in zip(names, (p, r, i), strict=True)]
            if at[:2] == [sums.ratee[cell], sums.rater[cell]]:
                weight = 1.0 + n % 3 if weighted else 1.0
                eta = fitted.facets["ratee"].measure[at[0]] - fitted.facets["rater"].measure[at[1]]
                steps = fitted.calibration.steps[at[2]]
                prob = category_probabilities(np.array([eta]), steps)[0]
                k = np.arange(len(prob))
                where = np.flatnonzero(
                    (fitted.ratings.index["ratee"] == at[0])
                    & (fitted.ratings.index["rater"] == at[1])
                    & (fitted.ratings.index["item"] == at[2])
                )
                rung = fitted.calibration.screen.rung[where[0]]
                middle = np.isfinite(steps).sum() / 2
                surplus += weight * (rung - prob @ k)
                variance += weight * (prob @ k**2 - (prob @ k) ** 2)
                bend += weight * (prob @ (k - middle) ** 2 - (rung - middle) ** 2)
        assert sums.surplus[cell] == pytest.approx(surplus, abs=1e-4)
        assert sums.variance[cell] == pytest.approx(variance, abs=1e-4)
        assert sums.bend[cell] == pytest.approx(bend, abs=1e-4)


def test_diagnostics_are_saved_and_read_back(found: FacetFit, tmp_path: Path) -> None:
    found.save(tmp_path)
    again = FacetFit.load(tmp_path).diagnostics
    for name in ("rater_effects", "categories", "links"):
        one, other = getattr(found.diagnostics, name), getattr(again, name)
        assert other.columns == one.columns
        assert other.height == one.height
    assert (
        again.rater_effects.get_column("flagged").sum()
        == found.diagnostics.rater_effects.get_column("flagged").sum()
    )


def test_a_folder_without_diagnostics_says_what_to_do(found: FacetFit, tmp_path: Path) -> None:
    found.save(tmp_path)
    (tmp_path / "links.csv").unlink()
    with pytest.raises(MeasurementError, match="Fit the table again"):
        _ = FacetFit.load(tmp_path).diagnostics


def test_diagnostics_are_the_same_in_blocks_of_ratees(monkeypatch: pytest.MonkeyPatch) -> None:
    table = planted()
    whole = fit(table).diagnostics
    monkeypatch.setattr("leadline.measurement.diagnostics.rater_sums.BLOCK", 500)
    parts = fit(table).diagnostics
    for name in ("rater_effects", "categories", "links"):
        one, other = getattr(parts, name), getattr(whole, name)
        for column in one.columns:
            pairs = zip(one.get_column(column), other.get_column(column), strict=True)
            assert all(
                a == (pytest.approx(b, rel=1e-5, abs=1e-5) if isinstance(b, float) else b) for a, b in pairs
            )

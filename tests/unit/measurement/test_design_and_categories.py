"""Categories, ties between raters, and items by group."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.measurement.made import as_table, grid, simulate, table

from leadline.errors import MeasurementError
from leadline.evidence.frames import rows
from leadline.measurement import bias_test, fit
from leadline.measurement.diagnostics.diagnostics import reversals
from leadline.measurement.kernels.categories import category_probabilities
from leadline.measurement.kernels.resistance import Web, bridges, comparison_variances, rater_parts

METHODS = ("joint", "marginal")


@pytest.mark.parametrize("model", ["rating-scale", "partial-credit"])
def test_category_statistics_follow_their_definitions(model: str) -> None:
    given = grid(7, 4, 3, seed=3)
    found = fit(table(given), model=model, method="joint")
    assert found.calibration is not None
    measure = {
        (facet, name): x
        for facet in ("ratee", "rater", "item")
        for name, x in zip(found.facets[facet].elements, found.facets[facet].measure, strict=True)
    }
    labels = found.calibration.labels
    for row in rows(found.diagnostics.categories):
        seen, expected = np.zeros(4), np.zeros(4)
        for p, r, i, y in given:
            if row["item"] in ("*", i) and row["average_measure"] is not None:
                eta = measure["ratee", p] - measure["rater", r]
                item = found.facets["item"].elements.index(i)
                top = found.calibration.screen.top[item]
                prob = category_probabilities(np.array([eta]), found.calibration.steps[item])[0][: top + 1]
                ladder = found.calibration.screen.ladder[0 if model == "rating-scale" else item]
                rung, k = ladder[np.searchsorted(labels, row["category"])], np.arange(len(prob))
                mean, at = prob @ k, eta - measure["item", i]
                variance = prob @ k**2 - mean**2
                terms = np.array([1, at, (rung - mean) ** 2, (rung - mean) ** 2 / variance])
                seen += (y == row["category"]) * terms
                expected += prob[rung] * terms
        if row["average_measure"] is not None:
            assert row["average_measure"] == pytest.approx(seen[1] / seen[0], abs=1e-4)
            assert row["expected_measure"] == pytest.approx(expected[1] / expected[0], abs=1e-4)
            assert row["infit_mnsq"] == pytest.approx(seen[2] / expected[2], abs=1e-4)
            assert row["outfit_mnsq"] == pytest.approx(seen[3] / expected[3], abs=1e-3)


def test_categories_of_a_scale_that_works_have_mean_squares_around_one() -> None:
    found = fit(as_table(simulate(200, 6, 8, seed=1)))
    table_ = found.diagnostics.categories
    assert np.abs(table_.get_column("outfit_mnsq").to_numpy() - 1).max() < 0.2
    assert np.abs(table_.get_column("infit_mnsq").to_numpy() - 1).max() < 0.2
    assert set(table_.get_column("note")) == {""}


def test_an_unused_category_and_a_rare_one_are_noted() -> None:
    given = [(p, r, i, 2 if y == 3 else 2 if y == 1 and p != "p0" else y) for p, r, i, y in grid()]
    notes = {row["category"]: row["note"] for row in rows(fit(table(given)).diagnostics.categories)}
    assert notes[3] == "unused"
    assert "few" in notes[1]


def naive_bridges(web: Web) -> list[int]:
    whole = len(np.unique(rater_parts(web)))
    found = []
    for edge in range(len(web.rater)):
        kept = np.arange(len(web.rater)) != edge
        less = web._replace(ratee=web.ratee[kept], rater=web.rater[kept], information=web.information[kept])
        if len(np.unique(rater_parts(less))) > whole:
            found.append(edge)
    return found


def random_web(seed: int) -> Web:
    draw = np.random.default_rng(seed)
    n_ratees, n_raters, n = draw.integers(2, 12), draw.integers(2, 12), draw.integers(1, 20)
    pairs = np.unique(
        np.stack([draw.integers(0, n_ratees, n), draw.integers(0, n_raters, n)], axis=1), axis=0
    )
    information = draw.uniform(0.5, 3, len(pairs))
    return Web(pairs[:, 0], pairs[:, 1], information, int(n_ratees), int(n_raters))


@pytest.mark.parametrize("seed", range(40))
def test_bridges_are_the_edges_whose_removal_splits_raters(seed: int) -> None:
    web = random_web(seed)
    assert sorted(bridges(web).edge.tolist()) == naive_bridges(web)


@pytest.mark.parametrize("seed", range(20))
def test_resistances_are_variances_of_differences_of_severity(seed: int) -> None:
    web = random_web(seed)
    between = np.zeros((web.n_ratees, web.n_raters))
    between[web.ratee, web.rater] = web.information
    total = between.sum(axis=1)
    through = between.T @ (between / np.where(total > 0, total, 1)[:, None])
    inverse = np.linalg.pinv(np.diag(between.sum(axis=0)) - through, rcond=1e-10, hermitian=True)
    part, found = rater_parts(web), comparison_variances(web)
    for r in range(web.n_raters):
        others = [s for s in range(web.n_raters) if s != r and part[s] == part[r]]
        if others:
            each = [inverse[r, r] + inverse[s, s] - 2 * inverse[r, s] for s in others]
            assert found[r] == pytest.approx(np.mean(each), rel=1e-8)
        else:
            assert np.isnan(found[r])


def test_projected_resistances_are_near_the_exact_ones() -> None:
    draw = np.random.default_rng(0)
    rater = np.concatenate([draw.choice(150, 4, replace=False) for _ in range(300)])
    web = Web(np.repeat(np.arange(300), 4), rater, draw.uniform(2, 8, 1200), 300, 150)
    ratio = comparison_variances(web, exact=0) / comparison_variances(web)
    assert ratio.mean() == pytest.approx(1, abs=0.05)
    assert ratio.std() < 0.2


def test_raters_who_hang_by_a_thread_are_named_with_what_to_do() -> None:
    left, right = grid(6, 4, 4, seed=1, prefix="a"), grid(6, 4, 4, seed=2, prefix="b")
    tie = [("bp0", "ar0", f"i{i}", 3 + i % 2) for i in range(4)]
    alone = [("cp0", "cr0", f"i{i}", 2 + i % 2) for i in range(4)]
    found = fit(table([*left, *right, *tie, *alone]))
    ties = {row["element"]: row for row in rows(found.diagnostics.links) if row["facet"] == "rater"}
    assert ties["ar0"]["finding"] == "bridge"
    assert (ties["ar0"]["beyond"], ties["ar0"]["through"]) == (4, "bp0")
    assert ties["ar0"]["advice_rater"].startswith("br")
    assert ties["cr0"]["finding"] == "alone"
    assert ties["cr0"]["comparison_se"] is None
    assert ties["br1"]["finding"] == ""
    said = next(one for one in found.remarks if one.code.endswith("weak_links"))
    assert "both rate" in said.describe("en")
    # What is advised removes the bridge.
    extra = [(ties["ar0"]["advice_ratee"], ties["ar0"]["advice_rater"], f"i{i}", 3) for i in range(4)]
    again = fit(table([*left, *right, *tie, *extra])).diagnostics.links
    assert set(again.get_column("finding")) == {""}


def test_severity_that_goes_with_assignment_turns_the_order_of_people_and_is_said() -> None:
    draw = np.random.default_rng(4)
    rater_of = {p: ("r0", "r1") if p < 10 else ("r2", "r3") for p in range(20)}
    given = []
    for p in range(20):
        raters = (*rater_of[p], "r4")
        for r in raters:
            severe = 1.5 if r in ("r0", "r1") else -1.5 if r in ("r2", "r3") else 0
            place = (p % 10) / 4 - 1.2 - severe
            given += [
                (f"p{p:02d}", r, f"i{i}", int(np.clip(round(3 + place + draw.normal(0, 0.7)), 1, 5)))
                for i in range(8)
            ]
    found = fit(table(given))
    assert "measurement.notice.reordered" in {one.code for one in found.remarks}
    ratees = [row for row in rows(found.diagnostics.links) if row["facet"] == "ratee"]
    assert all(row["n_met"] == row["n_shared"] == 3 for row in ratees)
    assert reversals(*(np.array([row[name] for row in ratees]) for name in ("raw_mean", "fair_mean"))) > 0.1


@pytest.mark.parametrize("method", METHODS)
def test_an_item_that_is_harder_for_a_group_is_found_and_graded(method: str) -> None:
    made = simulate(300, 4, 6, seed=2)
    draw = np.random.default_rng(5)
    hard = (made.ratee % 2 == 0) & (made.item == 3) & (draw.random(len(made.rating)) < 0.8)
    rating = np.where(hard, np.maximum(made.rating - 1, 1), made.rating)
    found = fit(as_table(made._replace(rating=rating)), method=method)
    groups = {name: "even" if int(name[1:]) % 2 == 0 else "odd" for name in found.facets["ratee"].elements}
    items = {row["item"]: row for row in rows(found.dif(groups))}
    assert items["i003"]["grade"] == "C"
    assert items["i003"]["contrast"] > 0.64
    assert items["i003"]["mh_log_odds"] < -0.5
    assert items["i003"]["mh_p"] < 1e-6
    assert {row["grade"] for name, row in items.items() if name != "i003"} == {"A"}


def test_groups_without_a_difference_are_graded_a() -> None:
    found = fit(as_table(simulate(200, 4, 6, seed=3)))
    groups = {name: "abc"[int(name[1:]) % 3] for name in found.facets["ratee"].elements}
    table_ = found.dif(groups)
    assert table_.height == 18
    assert set(table_.get_column("grade")) == {"A"}
    assert not table_.get_column("flagged").any()


def test_one_group_teaches() -> None:
    found = fit(table(grid()))
    with pytest.raises(MeasurementError, match="two groups or more"):
        found.dif(dict.fromkeys(found.facets["ratee"].elements, "x"))


def test_bias_terms_of_data_without_bias_are_rarely_flagged_and_their_sum_is_chance() -> None:
    found = fit(as_table(simulate(60, 6, 10, seed=6, n_raters=24)), method="joint")
    terms = found.bias("rater", "item")
    assert terms.get_column("flagged").sum() <= 3
    test = bias_test(terms)
    assert test.df == terms.height
    assert test.p > 0.01

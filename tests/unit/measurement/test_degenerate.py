"""Inputs at the edge: each has a defined answer or an error that teaches."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.measurement.made import Row, grid, joint, table

from leadline.errors import EvidenceError, LeadlineError, MeasurementError, UsageError
from leadline.evidence.frames import frame
from leadline.measurement import FacetFit, fit

ROWS = grid()


def codes(found: FacetFit) -> set[str]:
    return {notice.code.rsplit(".", 1)[1] for notice in found.warnings}


def test_one_rater_is_fitted_and_said_to_be_alone() -> None:
    found = joint(table(row for row in ROWS if row[1] == "r0"))
    assert found.converged
    assert "one_element" in codes(found)
    assert np.isnan(found.facets["rater"].reliability)


def test_one_item_is_fitted() -> None:
    found = joint(table(grid(30, 4, 1, seed=1)))
    assert found.converged
    assert found.facets["item"].measure.tolist() == [pytest.approx(0)]


def test_no_rater_column_is_an_exam() -> None:
    found = joint(table(row for row in ROWS if row[1] == "r0"), rater=None)
    assert tuple(found.facets) == ("ratee", "item")
    assert found.noncentered == "ratee"


def test_equal_ratings_teach() -> None:
    with pytest.raises(MeasurementError, match="Nothing can be measured"):
        joint(table((p, r, i, 3) for p, r, i, _ in ROWS))


def test_a_ratee_with_one_rating_has_a_wide_error() -> None:
    found = joint(table(row for row in ROWS if row[0] != "p0" or row[1:3] == ("r0", "i0"))).facets["ratee"]
    assert found.n[0] == 1
    assert found.se[0] > 2 * found.se[1:].max()


def test_disconnected_halves_are_centred_each_and_reported() -> None:
    found = joint(table([*ROWS, *grid(5, 2, 4, seed=9, prefix="x")]))
    ratees = found.facets["ratee"]
    assert [len(one) for one in found.subsets] == [8, 5]
    assert "subsets" in codes(found)
    for number in (1, 2):
        assert ratees.measure[ratees.subset == number].mean() == pytest.approx(0, abs=1e-9)
    apart = joint(table([*ROWS, *grid(5, 2, 4, seed=9, prefix="x")]), noncentered="ratee").facets["rater"]
    for number in (1, 2):
        assert apart.measure[apart.subset == number].mean() == pytest.approx(0, abs=1e-9)


def test_halves_that_share_no_item_either_are_reported() -> None:
    other = [(f"x{p}", f"x{r}", f"x{i}", y) for p, r, i, y in grid(5, 2, 4, seed=9)]
    found = joint(table([*ROWS, *other]))
    assert len(found.subsets) == 2
    assert found.facets["item"].measure[:4].mean() == pytest.approx(0, abs=1e-9)


def test_hundreds_of_subsets_are_centred_each() -> None:
    draw = np.random.default_rng(0)
    rows = [
        (f"p{k:03d}", f"r{k:03d}", f"i{i}", int(draw.integers(1, 6))) for k in range(300) for i in range(6)
    ]
    found = joint(table(rows), noncentered="ratee")
    settled = ~found.facets["rater"].extreme
    assert np.abs(found.facets["rater"].measure[settled]).max() < 1e-9
    assert np.std(found.facets["ratee"].measure) > 0.1


@pytest.mark.parametrize("model", ["rating-scale", "partial-credit"])
def test_a_category_in_between_that_nobody_used_is_closed_up(model: str) -> None:
    found = joint(table((p, r, i, y if y != 3 else 4) for p, r, i, y in ROWS), model=model)
    rows = np.flatnonzero(found.thresholds.category == 3)
    assert "unused_categories" in codes(found)
    assert np.isnan(found.thresholds.threshold[rows]).all()
    assert (found.thresholds.count[rows] == 0).all()
    assert np.nanmax(found.facets["ratee"].fair_mean) <= 5


def test_closing_up_changes_labels_and_not_measures() -> None:
    gap = joint(table((p, r, i, y + (y > 2)) for p, r, i, y in ROWS))
    plain = joint(table(ROWS))
    np.testing.assert_allclose(gap.facets["ratee"].measure, plain.facets["ratee"].measure, atol=1e-9)
    assert (gap.facets["ratee"].fair_mean > plain.facets["ratee"].fair_mean).any()


def test_an_empty_rating_is_left_out_and_no_zero() -> None:
    ratings = [float("nan") if n % 7 == 0 else float(row[3]) for n, row in enumerate(ROWS)]
    some = frame(
        {
            "ratee": [r[0] for r in ROWS],
            "rater": [r[1] for r in ROWS],
            "item": [r[2] for r in ROWS],
            "rating": ratings,
        }
    )
    fewer = joint(table(row for n, row in enumerate(ROWS) if n % 7))
    np.testing.assert_array_equal(joint(some).facets["ratee"].measure, fewer.facets["ratee"].measure)


BAD: list[tuple[str, object, str]] = [
    ("text", "good", "not_a_number"),
    ("a half", 2.5, "not_whole"),
    ("infinity", float("inf"), "infinite_value"),
]


@pytest.mark.parametrize(("value", "code"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_rating_that_is_none_teaches(value: object, code: str) -> None:
    column = [value if n == 3 else row[3] for n, row in enumerate(ROWS)]
    if isinstance(value, str):
        column = [str(one) for one in column]
    data = table(ROWS).with_columns(frame({"rating": column}).get_column("rating"))
    with pytest.raises(EvidenceError) as caught:
        joint(data)
    faults = [(fault.code, fault.row, fault.column) for fault in caught.value.faults]
    assert faults == [(f"evidence.{code}", 5, "rating")]


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_weight_that_is_none_teaches(weight: float) -> None:
    data = table(ROWS).with_columns(
        frame({"weight": [weight] + [1.0] * (len(ROWS) - 1)}).get_column("weight")
    )
    with pytest.raises(EvidenceError, match="a weight is greater than 0") as caught:
        joint(data)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, "weight")]


def test_repeated_ratings_are_refused_and_the_way_out_is_named() -> None:
    with pytest.raises(EvidenceError, match="ratee, rater, item are those of row 2") as caught:
        joint(table([*ROWS, ROWS[0]]))
    assert [fault.row for fault in caught.value.faults] == [len(ROWS) + 2]
    assert "--facet cycle" in caught.value.describe()


def test_every_fault_is_told_with_its_row() -> None:
    rows = [list(row) for row in ROWS]
    rows[1][1], rows[2][3], rows[7][0] = None, "good", " "
    columns = dict(zip(("ratee", "rater", "item"), map(list, list(zip(*rows, strict=True))[:3]), strict=True))
    data = frame({**columns, "rating": [str(row[3]) for row in rows]})
    with pytest.raises(EvidenceError) as caught:
        fit(data)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (3, "rater"),
        (4, "rating"),
        (9, "ratee"),
    ]


def test_occasions_are_a_further_facet() -> None:
    twice = [(*row, occasion) for row in ROWS for occasion in ("spring", "autumn")]
    data = table(row[:4] for row in twice)
    data = data.with_columns(frame({"occasion": [row[4] for row in twice]}).get_column("occasion"))
    found = joint(data, facets=["occasion"])
    np.testing.assert_allclose(found.facets["occasion"].measure, 0, atol=1e-8)


def test_an_effect_that_is_nested_in_raters_is_reported_as_confounded() -> None:
    data = table(ROWS)
    relation = ["manager" if row[1] == "r0" else "peer" for row in ROWS]
    data = data.with_columns(frame({"relationship": relation}).get_column("relationship"))
    found = joint(data, relationship="relationship")
    assert "confounded" in codes(found)
    plain = joint(table(ROWS))
    np.testing.assert_allclose(found.facets["ratee"].measure, plain.facets["ratee"].measure, atol=1e-8)
    assert len(found.subsets) == 1


def extreme_rows() -> list[Row]:
    return [(p, r, i, 5 if p == "p0" else 1 if r == "r2" else y) for p, r, i, y in grid(8, 4, 5, seed=5)]


def test_extreme_elements_are_marked_and_placed_beyond_the_others() -> None:
    found = joint(table(extreme_rows()))
    ratees, raters = found.facets["ratee"], found.facets["rater"]
    assert ratees.extreme.tolist() == [True] + [False] * 7
    assert raters.extreme.tolist() == [False, False, True, False]
    assert ratees.measure[0] > ratees.measure[1:].max() + 1
    assert raters.measure[2] > raters.measure[[0, 1, 3]].max() + 1
    assert np.isnan(ratees.infit_mnsq[0])
    assert ratees.measure[1:].mean() == pytest.approx(0, abs=1e-9)
    assert {"extreme"} <= codes(found)


def test_extreme_elements_leave_the_calibration_of_the_others_alone() -> None:
    whole = joint(table(extreme_rows()))
    rest = joint(table(row for row in extreme_rows() if row[0] != "p0" and row[1] != "r2"))
    np.testing.assert_allclose(whole.facets["ratee"].measure[1:], rest.facets["ratee"].measure, atol=1e-9)


def test_an_extreme_score_is_expected_three_tenths_of_a_point_inside() -> None:
    rows = [(p, r, i, 5 if p == "p0" else y) for p, r, i, y in grid(8, 3, 4, seed=6)]
    found = joint(table(rows))
    assert found.calibration is not None
    ratee, rater, item = (found.facets[name] for name in ("ratee", "rater", "item"))
    k = np.arange(1, 6)
    total = 0.0
    for severity in rater.measure:
        for difficulty in item.measure:
            eta = ratee.measure[0] - severity
            steps = difficulty + found.calibration.thresholds[0]
            weight = np.exp(np.arange(5) * eta - np.concatenate([[0], np.cumsum(steps)]))
            total += float(weight @ k / weight.sum())
    assert total == pytest.approx(5 * 12 - 0.3, abs=1e-8)


def test_a_likelihood_without_a_maximum_is_said_to_have_none() -> None:
    # Nobody is extreme, yet two ratees always beat the other two where the panels cross.
    within = {("p0", "r0"): 1, ("p0", "r1"): 2, ("p1", "r0"): 2, ("p1", "r1"): 1}
    rows = [(p, r, "i", y) for (p, r), y in within.items()]
    rows += [
        (p.replace("1", "3").replace("0", "2"), r.replace("1", "3").replace("0", "2"), i, y)
        for p, r, i, y in rows
    ]
    rows += [(p, r, "i", 2) for p in ("p0", "p1") for r in ("r2", "r3")]
    rows += [(p, r, "i", 1) for p in ("p2", "p3") for r in ("r0", "r1")]
    found = joint(table(rows))
    assert not found.converged
    assert "no_maximum" in codes(found)


def test_raters_with_a_single_rating_each_teach() -> None:
    draw = np.random.default_rng(1)
    rows = [(f"p{k % 100}", f"r{k}", "i0", int(draw.integers(1, 6))) for k in range(2000)]
    with pytest.raises(MeasurementError, match="Nothing can be measured"):
        joint(table(rows))


USAGE = [
    ({"model": "graded"}, "rating-scale, partial-credit"),
    ({"method": "guess"}, "marginal, joint"),
    ({"stopping": "late"}, "converged, facets"),
    ({"noncentered": "task"}, "ratee, rater, item"),
    ({"anchors": {"task": {"a": 1.0}}}, "ratee, rater, item"),
    ({"facets": ["ratee"]}, "named twice"),
]


@pytest.mark.parametrize(("options", "named"), USAGE, ids=[next(iter(case[0])) for case in USAGE])
def test_an_option_that_is_none_is_told_with_what_there_is(options: dict[str, object], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        fit(table(ROWS), **{"method": "joint", **options})  # type: ignore[arg-type]  what is tested


@pytest.mark.parametrize("options", [{"noncentered": "rater"}, {"stopping": "facets"}])
def test_what_only_the_joint_method_knows_is_refused_by_the_marginal_one(options: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="method='joint'"):
        fit(table(ROWS), **options)  # type: ignore[arg-type]  what is tested


def test_the_marginal_method_says_nothing_of_what_only_ails_the_joint_one() -> None:
    rows = [(p, r, i, 5 if p == "p0" else y) for p, r, i, y in grid(8, 2, 3)]
    assert {"thin", "extreme"} <= codes(joint(table(rows)))
    assert codes(fit(table(rows))).isdisjoint({"thin", "extreme"})
    assert "extreme_random" in codes(fit(table(rows)))


def test_a_missing_column_is_told_with_what_there_is() -> None:
    with pytest.raises(MeasurementError, match="ratee, rater, item, rating"):
        joint(table(ROWS), ratee="who")


def test_an_empty_table_teaches() -> None:
    with pytest.raises(MeasurementError, match="no rating at all"):
        joint(table(ROWS).head(0))


def test_a_rating_without_a_rater_teaches() -> None:
    data = table(ROWS).with_columns(
        frame({"rater": [None, *(row[1] for row in ROWS[1:])]}).get_column("rater")
    )
    with pytest.raises(EvidenceError, match="The cell is empty") as caught:
        joint(data)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, "rater")]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_error_speaks_both_languages(language: str) -> None:
    with pytest.raises(LeadlineError) as caught:
        joint(table(ROWS), ratee="who")
    assert caught.value.describe(language)  # type: ignore[arg-type]  a parameter of the test

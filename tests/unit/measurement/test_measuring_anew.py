"""Some ratees measured anew: what is held stays, what changed is found, nothing counts twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from benchmarks.cycles import FRAMEWORK, Row, evidence_of, made_cycle, name_of, sheet
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.measurement.anew import LOGITS, POINTS, SHARE, of_one, same, unchanged

from leadline.errors import MeasurementError
from leadline.evidence import Evidence, read_evidence
from leadline.measurement import Measures, measure
from leadline.measurement.factors import held as holding
from leadline.measurement.later.measure_anew import measure_anew

CYCLE = made_cycle()


@cache
def first_run() -> Measures:
    return measure(CYCLE.evidence(), FRAMEWORK, keep=True)


@pytest.fixture(scope="module")
def first() -> Measures:
    return first_run()


def without(ratings: list[Row], **wanted: str) -> list[Row]:
    return [row for row in ratings if any(row[key] != value for key, value in wanted.items())]


def test_unchanged_evidence_gives_the_first_run(first: Measures) -> None:
    again = measure_anew(first, CYCLE.evidence(), FRAMEWORK, first.ratees)
    for old, new in zip(first.dimensions, again.dimensions, strict=True):
        np.testing.assert_allclose(new.theta, old.theta, atol=LOGITS)
        np.testing.assert_allclose(new.theta_se, old.theta_se, rtol=SHARE)
        np.testing.assert_allclose(new.value, old.value, atol=POINTS)
        np.testing.assert_allclose(new.se, old.se, atol=POINTS)
        assert all(same(getattr(new, name), getattr(old, name)) for name in ("n", "n_raters", "n_items"))
    for one, other in zip(first.competencies, again.competencies, strict=True):
        np.testing.assert_allclose(other.value, one.value, atol=POINTS)
        np.testing.assert_allclose(other.se, one.se, atol=POINTS)
        np.testing.assert_array_equal(other.self_value, one.self_value)
        assert same(other.n_raters, one.n_raters)
        assert same(other.n_items, one.n_items)
    np.testing.assert_allclose(again.factor_value, first.factor_value, atol=POINTS)
    np.testing.assert_allclose(again.factor_se, first.factor_se, atol=POINTS)
    np.testing.assert_allclose(again.information, first.information, atol=1e-3)
    np.testing.assert_allclose(again.posterior.root, first.posterior.root, atol=LOGITS)
    np.testing.assert_allclose(
        again.posterior.coupling.toarray(), first.posterior.coupling.toarray(), atol=LOGITS
    )
    plain = ("ratees", "names", "team", "factor_partial", "n_raters", "n_items", "by_relationship", "notices")
    assert all(same(getattr(again, name), getattr(first, name)) for name in plain)


def test_one_cycle_of_several_is_measured_anew() -> None:
    """The example organisation: two cycles, some evidence without one."""
    acme = read_evidence(Path(__file__).parents[3] / "examples" / "acme", FRAMEWORK)
    before = measure(acme, FRAMEWORK, keep=True)
    after = measure_anew(before, acme, FRAMEWORK, before.ratees[:5])
    assert unchanged(before, after, before.ratees[5:])
    assert after.previous is before.previous
    for old, new in zip(before.dimensions, after.dimensions, strict=True):
        np.testing.assert_allclose(new.value, old.value, atol=0.02)
        np.testing.assert_allclose(new.se, old.se, atol=0.02)
        assert all(same(getattr(new, name), getattr(old, name)) for name in ("n", "n_raters", "n_items"))
    for one, other in zip(before.competencies, after.competencies, strict=True):
        np.testing.assert_allclose(other.value, one.value, atol=0.02)
        np.testing.assert_allclose(other.self_value, one.self_value, atol=1e-6)
        assert same(other.n_raters, one.n_raters)
    assert same(after.n_raters, before.n_raters)
    assert same(after.n_items, before.n_items)
    assert same(dict(after.by_relationship), dict(before.by_relationship))


def test_exam_and_results_are_among_what_is_measured_anew(first: Measures) -> None:
    assert {one.kind for one in first.dimensions} == {"ratings", "exam", "outcomes"}
    better = [{**row, "value": row["target"]} for row in CYCLE.outcomes]
    after = measure_anew(first, evidence_of(CYCLE.ratings, CYCLE.responses, better), FRAMEWORK, [name_of(3)])
    old, new = (next(d for d in m.dimensions if d.kind == "outcomes") for m in (first, after))
    assert new.value[3] > old.value[3]
    only_answers = [row for row in CYCLE.responses if row["ratee"] == name_of(2)][:5]
    after = measure_anew(first, evidence_of(CYCLE.ratings, only_answers, []), FRAMEWORK, [name_of(2)])
    exam = next(d for d in after.dimensions if d.kind == "exam")
    assert exam.n[2] == 5
    assert exam.se[2] > next(d for d in first.dimensions if d.kind == "exam").se[2]


def rated_anew(seed: int, ratees: Sequence[str]) -> Evidence:
    """Some ratees lose a rater, get a new one, and another changes the ratings."""
    draw = np.random.default_rng(seed)
    ratings = list(CYCLE.ratings)
    for ratee in ratees:
        p = int(ratee.removeprefix("ratee"))
        own = sorted({row["rater"] for row in ratings if row["ratee"] == ratee} - {ratee})
        ratings = without(ratings, ratee=ratee, rater=own[0])
        ratings += sheet(FRAMEWORK, CYCLE.truth, (p, f"new{draw.integers(3)}", "peer"), 0.3, draw)
        ratings = [
            {**row, "rating": int(draw.integers(1, 6))}
            if (row["ratee"], row["rater"]) == (ratee, own[1])
            else row
            for row in ratings
        ]
    return evidence_of(ratings, CYCLE.responses, CYCLE.outcomes)


@settings(max_examples=10, deadline=None)
@given(
    st.sets(st.sampled_from([name_of(p) for p in range(24)]), min_size=1, max_size=6),
    st.integers(0, 2**32 - 1),
)
def test_everybody_else_stays_to_the_byte_and_nobody_depends_on_who_else_changed(
    changed: set[str], seed: int
) -> None:
    first = first_run()
    ratees = sorted(changed)
    evidence = rated_anew(seed, ratees)
    after = measure_anew(first, evidence, FRAMEWORK, ratees)
    assert unchanged(first, after, [one for one in first.ratees if one not in changed])
    assert same(after.held, first.held)
    for old, new in zip(first.dimensions, after.dimensions, strict=True):
        assert same(old.curve, new.curve)
    assert not unchanged(first, after, ratees[:1])
    alone = measure_anew(first, evidence, FRAMEWORK, ratees[:1])
    one, other = of_one(alone, ratees[0]), of_one(after, ratees[0])
    for name in one:
        exact = name in ("mean", "covariance", "root", "coupling") or ":theta" in name
        assert not exact or same(np.asarray(one[name]), np.asarray(other[name]))
        if isinstance(one[name], float):
            assert one[name] == pytest.approx(other[name], rel=1e-9, nan_ok=True)
    again = measure_anew(first, evidence, FRAMEWORK, ratees)
    assert same(replace(again, framework=None), replace(after, framework=None))  # type: ignore[arg-type]


def test_extreme_sheets_move_as_far_as_the_group_lets_them(first: Measures) -> None:
    values = []
    for rating in (1, 5):
        rows = [{**row, "rating": rating} if row["ratee"] == name_of(4) else row for row in CYCLE.ratings]
        after = measure_anew(
            first, evidence_of(rows, CYCLE.responses, CYCLE.outcomes), FRAMEWORK, [name_of(4)]
        )
        rated = [one for one in after.dimensions if one.kind == "ratings"]
        assert all(np.isfinite(one.theta[4]) and 0 < one.theta_se[4] < 2 for one in rated)
        values.append(np.array([one.value[4] for one in rated]))
    assert (values[0] < 25).all()
    assert (values[1] > 75).all()


def test_one_new_rater_alone_tells_less_than_those_who_are_known(first: Measures) -> None:
    p = 5
    own = [row for row in CYCLE.ratings if row["ratee"] == name_of(p)]
    known = min(row["rater"] for row in own if row["rater"] != name_of(p))
    rows = [row for row in own if row["rater"] == known]
    by_known = measure_anew(first, evidence_of(rows), FRAMEWORK, [name_of(p)])
    by_new = measure_anew(
        first, evidence_of([{**row, "rater": "new"} for row in rows]), FRAMEWORK, [name_of(p)]
    )
    assert by_new.n_raters[p] == by_known.n_raters[p] == 1
    for d, one in enumerate(first.dimensions):
        if one.kind == "ratings":
            before, known_se, new_se = (m.dimensions[d].theta_se[p] for m in (first, by_known, by_new))
            assert before < known_se < new_se


def test_a_rater_who_is_gone_tells_nothing_more(first: Measures) -> None:
    p = 6
    gone = max(
        row["rater"] for row in CYCLE.ratings if row["ratee"] == name_of(p) and row["rater"] != name_of(p)
    )
    kept = CYCLE.evidence(lambda rows: without(rows, ratee=name_of(p), rater=gone))
    after = measure_anew(first, kept, FRAMEWORK, [name_of(p)])
    assert after.n_raters[p] == first.n_raters[p] - 1
    anybody = [{**row, "rating": 6 - row["rating"]} for row in CYCLE.ratings if row["ratee"] != name_of(p)]
    own = [row for row in CYCLE.ratings if row["ratee"] == name_of(p) and row["rater"] != gone]
    other = measure_anew(
        first, evidence_of([*anybody, *own], CYCLE.responses, CYCLE.outcomes), FRAMEWORK, [name_of(p)]
    )
    assert unchanged(after, other, first.ratees)


def test_a_new_participant_is_measured_and_the_others_keep_theirs(first: Measures) -> None:
    draw = np.random.default_rng(1)
    rows = [
        {**row, "ratee": "newcomer"}
        for r in range(4)
        for row in sheet(FRAMEWORK, CYCLE.truth, (0, f"rater{r:03d}", "peer"), CYCLE.truth.severity[r], draw)
    ]
    after = measure_anew(
        first, evidence_of([*CYCLE.ratings, *rows], CYCLE.responses), FRAMEWORK, ["newcomer"]
    )
    assert after.ratees == ("newcomer", *first.ratees)
    assert unchanged(first, after, first.ratees)
    assert np.isfinite(after.factor_value[0]).all()
    later = measure_anew(after, evidence_of(CYCLE.ratings), FRAMEWORK, ["newcomer"])
    assert np.isnan(later.factor_value[0]).all()
    assert unchanged(first, later, first.ratees)


def test_a_ratee_without_rows_loses_all_figures(first: Measures) -> None:
    evidence = CYCLE.evidence(lambda rows: [row for row in rows if row["ratee"] != name_of(1)])
    after = measure_anew(first, evidence, FRAMEWORK, [name_of(1)])
    assert np.isnan(after.factor_value[1]).all()
    assert all(np.isnan(one.value[1]) for one in after.competencies)
    assert after.n_raters[1] == 0
    assert after.factor_partial[1].all()
    assert unchanged(first, after, [one for one in first.ratees if one != name_of(1)])
    np.testing.assert_array_equal(after.posterior.mean[1], first.held.mean[: first.held.free])  # type: ignore[union-attr]


def test_ratings_that_the_calibration_never_met_do_no_harm() -> None:
    upper = [{**row, "rating": max(row["rating"], 2)} for row in CYCLE.ratings]
    known = FRAMEWORK.items[0].id
    before = measure(evidence_of([row for row in upper if row["item"] != known]), FRAMEWORK, keep=True)
    after = measure_anew(before, CYCLE.evidence(), FRAMEWORK, [name_of(0)])
    without_item = measure_anew(
        before, evidence_of(without(CYCLE.ratings, item=known)), FRAMEWORK, [name_of(0)]
    )
    rated = [d for d, one in enumerate(before.dimensions) if one.kind == "ratings"]
    for d in rated:
        assert after.dimensions[d].theta[0] == without_item.dimensions[d].theta[0]
        assert np.isfinite(after.dimensions[d].theta[0])


def test_more_raters_than_can_be_factored_give_the_same(
    first: Measures, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = rated_anew(3, [name_of(7)])
    wanted = of_one(measure_anew(first, evidence, FRAMEWORK, [name_of(7)]), name_of(7))
    monkeypatch.setattr(holding, "DENSE", 0)
    plain = replace(first, held=replace(first.held))  # type: ignore[type-var]
    found = of_one(measure_anew(plain, evidence, FRAMEWORK, [name_of(7)]), name_of(7))
    np.testing.assert_allclose(found["mean"], wanted["mean"], atol=1e-6)
    np.testing.assert_allclose(found["covariance"], wanted["covariance"], atol=1e-6)


def test_keeping_changes_nothing_else(first: Measures, tmp_path: Path) -> None:
    plain = measure(CYCLE.evidence(), FRAMEWORK)
    assert plain.held is None
    for name, one in (("kept", first), ("plain", plain)):
        fits = {factor: replace(fit, seconds=0.0) for factor, fit in one.fits.items()}
        replace(one, fits=fits).save(tmp_path / name)
    files = sorted(
        path.relative_to(tmp_path / "plain") for path in (tmp_path / "plain").rglob("*") if path.is_file()
    )
    assert files
    assert all(
        (tmp_path / "kept" / one).read_bytes() == (tmp_path / "plain" / one).read_bytes() for one in files
    )
    assert Measures.load(tmp_path / "kept").held is None


def test_measures_that_hold_nothing_are_refused(first: Measures) -> None:
    with pytest.raises(MeasurementError, match="keep=True"):
        measure_anew(replace(first, held=None), CYCLE.evidence(), FRAMEWORK, [name_of(0)])

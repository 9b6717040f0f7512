"""Measuring people: the invented company whose truth is known, and small made-up evidence."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from leadline.errors import MeasurementError, UsageError
from leadline.evidence import Evidence, read_evidence
from leadline.evidence.frames import Frame, frame
from leadline.frameworks import Framework, load_framework
from leadline.measurement import Measures, measure

ACME = Path(__file__).parents[3] / "examples" / "acme"


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework("technical-leadership")


@pytest.fixture(scope="module")
def acme(framework: Framework) -> Measures:
    return measure(read_evidence(ACME, framework), framework)


@pytest.fixture(scope="module")
def truth() -> Mapping[tuple[str, str, str], float]:
    lines = csv.DictReader((ACME / "truth.csv").read_text(encoding="utf-8").splitlines())
    numbers = (row for row in lines if row["quantity"].startswith("score:"))
    return {(row["quantity"], row["element"], row["cycle"]): float(row["value"]) for row in numbers}


def test_the_last_cycle_is_measured_and_the_one_before_is_on_the_same_scale(acme: Measures) -> None:
    assert acme.cycle == "2026-H2"
    assert acme.previous is not None
    assert acme.previous.cycle == "2026-H1"
    assert acme.previous.previous is None
    for factor, fit in acme.fits.items():
        before = acme.previous.fits[factor]
        np.testing.assert_array_equal(fit.facets["item"].measure, before.facets["item"].measure)


def test_measures_follow_the_planted_truth(
    acme: Measures, truth: Mapping[tuple[str, str, str], float]
) -> None:
    for f, factor in enumerate(acme.factors):
        known = np.isfinite(acme.factor_value[:, f])
        wanted = np.array([truth[f"score:{factor}", ratee, "2026-H2"] for ratee in acme.ratees])
        assert np.corrcoef(acme.factor_value[known, f], wanted[known])[0, 1] > 0.8
        z = (acme.factor_value[known, f] - wanted[known]) / acme.factor_se[known, f]
        assert 0.75 < np.mean(np.abs(z) < 1.645) <= 1


def test_planted_changes_between_cycles_are_found(acme: Measures) -> None:
    planted = {
        ("ada", "leadership_ability"): 1,
        ("noor", "business_insight"): 1,
        ("deng", "leadership_ability"): -1,
    }
    assert acme.previous is not None
    for (ratee, factor), sign in planted.items():
        f = acme.factors.index(factor)
        now = acme.factor_value[acme.ratees.index(ratee), f]
        then = acme.previous.factor_value[acme.previous.ratees.index(ratee), f]
        assert sign * (now - then) > 2


def test_missing_kinds_make_a_factor_partial_and_wider(acme: Measures) -> None:
    expertise = acme.factors.index("technical_expertise")
    elena = acme.ratees.index("elena")
    assert acme.factor_partial[elena, expertise]
    assert acme.factor_se[elena, expertise] > 1.15 * np.median(acme.factor_se[:, expertise])
    hao, insight = acme.ratees.index("hao"), acme.factors.index("business_insight")
    assert np.isnan(acme.factor_value[hao, insight])
    assert not acme.factor_partial[acme.ratees.index("ada")].any()


def test_draws_agree_with_values_and_errors(acme: Measures) -> None:
    draws = acme.draws(3000, seed=1)
    known = np.isfinite(acme.factor_value)
    assert draws.shape == (3000, 40, 4)
    assert ((draws >= 0) & (draws <= 100)).all()
    np.testing.assert_allclose(np.median(draws, axis=0)[known], acme.factor_value[known], atol=2.5)
    np.testing.assert_allclose(draws.std(axis=0)[known], acme.factor_se[known], rtol=0.2, atol=0.5)
    np.testing.assert_array_equal(acme.draws(10, seed=7), acme.draws(10, seed=7))
    last = acme.factors[-1]
    np.testing.assert_array_equal(acme.draws(10, 7, [last])[..., 0], acme.draws(10, 7)[..., -1])
    hao, insight = acme.ratees.index("hao"), acme.factors.index("business_insight")
    # Other evidence says a little of a factor without any: less than the group's spread is left.
    unknown = draws[:, hao, insight].std()
    assert 1.5 * np.nanmedian(acme.factor_se[:, insight]) < unknown
    assert unknown < np.nanstd(acme.factor_value[:, insight], ddof=1)


REASONS = {
    "severe": {"jonas"},
    "lenient": {"clara"},
    "halo": {"samuel"},
    "reciprocal": {"owen", "lukas", "fang", "xie", "ravi", "niamh"},
}


@pytest.mark.parametrize("reason", REASONS)
def test_planted_rater_effects_are_noted(acme: Measures, reason: str) -> None:
    found = {note.element for note in acme.quality if note.reason == reason}
    assert REASONS[reason] <= found
    assert len(found) <= 12


def test_straight_lines_are_exactly_the_planted_ones(acme: Measures) -> None:
    found = [note for note in acme.quality if note.reason == "straight_lining"]
    assert len(found) == 2
    assert all(note.value == 1 for note in found)


def test_every_note_and_notice_speaks_both_languages(acme: Measures) -> None:
    for one in (*acme.quality, *acme.notices):
        assert one.describe("en") != one.describe("zh")


def test_self_ratings_are_kept_apart(acme: Measures, framework: Framework) -> None:
    own = np.array([one.self_value - one.value for one in acme.competencies])
    assert np.nanmean(own) > 4
    assert {one.id for one in acme.competencies} == {one.id for one in framework.competencies}


def test_measures_come_back_from_their_files(acme: Measures, tmp_path: Path) -> None:
    loaded = Measures.load(acme.save(tmp_path))
    assert loaded.to_json() == acme.to_json()
    np.testing.assert_array_equal(loaded.draws(20, 3), acme.draws(20, 3))
    with pytest.raises(MeasurementError, match="holds no saved measures"):
        Measures.load(tmp_path / "nowhere")


def test_facets_carry_their_factor_in_the_table(acme: Measures) -> None:
    facets = set(acme.to_frame().get_column("facet").to_list())
    assert facets == {
        f"{one}:{factor}" for one in ("ratee", "rater", "item", "relationship") for factor in acme.fits
    }
    assert set(acme.fits["leadership_ability"].facets["ratee"].elements) == set(acme.ratees)


def rated(framework: Framework, rows: list[tuple[str, str, str, int]], relationship: str = "peer") -> Frame:
    """Ratings of leadership items 0, 1, ... by number."""
    items = [item.id for item in framework.items_of("leadership_ability")]
    n = len(rows)
    return frame(
        {
            "ratee": [row[0] for row in rows],
            "rater": [row[1] for row in rows],
            "relationship": ["self" if row[0] == row[1] else relationship for row in rows],
            "item": [items[int(row[2])] for row in rows],
            "rating": [row[3] for row in rows],
            "cycle": ["1"] * n,
            "weight": [1.0] * n,
        }
    )


def crowd(n_ratees: int = 6, n_raters: int = 5, seed: int = 0) -> list[tuple[str, str, str, int]]:
    draw = np.random.default_rng(seed)
    theta = draw.normal(0, 1, n_ratees)
    return [
        (f"p{p}", f"r{r}", str(i), int(np.clip(round(3.2 + theta[p] + draw.normal(0, 0.9)), 1, 5)))
        for p in range(n_ratees)
        for r in range(n_raters)
        for i in range(6)
    ]


def test_self_ratings_do_not_move_a_measure(framework: Framework) -> None:
    rows = crowd()
    proud = [*rows, *((f"p{p}", f"p{p}", str(i), 5) for p in range(6) for i in range(6))]
    plain = measure(Evidence(ratings=rated(framework, rows)), framework)
    selfish = measure(Evidence(ratings=rated(framework, proud)), framework)
    np.testing.assert_array_equal(plain.factor_value, selfish.factor_value)
    np.testing.assert_array_equal(plain.n_raters, selfish.n_raters)
    first = framework.competencies_of("leadership_ability")[0].id
    own = next(one for one in selfish.competencies if one.id == first).self_value
    assert (own > 90).all()
    assert selfish.by_relationship["self"].tolist() == [1] * 6


def test_a_group_that_does_not_count_does_not_move_a_measure(framework: Framework) -> None:
    rows = crowd()
    quiet = tuple(
        replace(one, counts=False) if one.id == "stakeholder" else one for one in framework.relationships
    )
    other = rated(framework, [(f"p{p}", "x1", str(i), 1) for p in range(6) for i in range(6)], "stakeholder")
    both = rated(framework, rows).vstack(other)
    changed = replace(framework, relationships=quiet)
    found = measure(Evidence(ratings=both), changed)
    plain = measure(Evidence(ratings=rated(framework, rows)), changed)
    np.testing.assert_array_equal(found.factor_value, plain.factor_value)
    assert found.by_relationship["stakeholder"].tolist() == [1] * 6


def test_the_map_is_the_fair_average_as_a_share_of_the_scale(framework: Framework) -> None:
    found = measure(Evidence(ratings=rated(framework, crowd())), framework)
    dimension = found.dimensions[0]
    fit = found.fits["leadership_ability"]
    middle = fit.facets["ratee"].fair_mean
    # FACETS' fair average puts the item at mean difficulty, the map averages over items: nearly equal.
    np.testing.assert_allclose(dimension.value, 25 * (middle - 1), atol=1.5)
    assert dimension.curve is not None
    assert (np.diff(dimension.curve.value) >= 0).all()
    assert (dimension.theta_se >= fit.facets["ratee"].se).all()


def test_a_declared_difficulty_fixes_the_scale(framework: Framework) -> None:
    known = tuple(replace(item, difficulty=0.5) for item in framework.items)
    found = measure(Evidence(ratings=rated(framework, crowd())), replace(framework, items=known))
    np.testing.assert_allclose(found.fits["leadership_ability"].facets["item"].measure, 0.5)
    plain = measure(Evidence(ratings=rated(framework, crowd())), framework)
    np.testing.assert_allclose(found.factor_value, plain.factor_value, atol=1.0)


def test_ratings_that_do_not_vary_are_left_out_with_a_notice(framework: Framework) -> None:
    flat = rated(framework, [(p, r, i, 4) for p, r, i, _ in crowd()])
    goals = frame(
        {
            "ratee": ["p0", "p1"],
            "item": ["goal_attainment"] * 2,
            "value": [50.0, 70.0],
            "target": [100.0] * 2,
            "baseline": [0.0] * 2,
            "weight": [1.0] * 2,
            "cycle": ["1"] * 2,
        }
    )
    found = measure(Evidence(ratings=flat, outcomes=goals), framework)
    assert (
        "leadership_ability" in next(n for n in found.notices if n.code.endswith(".flat")).fields["factors"]
    )
    assert np.isnan(found.factor_value[:, found.factors.index("leadership_ability")]).all()


def test_factors_nobody_has_evidence_of_are_named(framework: Framework) -> None:
    found = measure(Evidence(ratings=rated(framework, crowd())), framework)
    notice = next(n for n in found.notices if n.code.endswith(".without_ratings"))
    assert notice.fields["factors"] == "technical_expertise, business_insight, performance_goals"
    assert np.isnan(found.draws(5, 1)[:, :, 0]).all()


def test_two_people_rated_by_entirely_different_raters_are_reported(framework: Framework) -> None:
    rows = [*crowd(), *((f"x{p}", f"y{r}", i, y) for p, r, i, y in crowd(seed=3))]
    found = measure(Evidence(ratings=rated(framework, rows)), framework)
    assert any(n.code.endswith(".factor_subsets") for n in found.notices)


def test_few_raters_are_noted(framework: Framework) -> None:
    rows = [*crowd(), *(("lone", "r0", str(i), 3) for i in range(6))]
    found = measure(Evidence(ratings=rated(framework, rows)), framework)
    note = next(one for one in found.quality if one.element == "lone")
    assert (note.kind, note.reason, note.fields["n"]) == ("ratee", "sparse", 1)


def test_the_order_of_rows_changes_nothing(framework: Framework) -> None:
    table = rated(framework, crowd())
    shuffled = table.sample(fraction=1, shuffle=True, seed=5)
    one, other = (measure(Evidence(ratings=each), framework) for each in (table, shuffled))
    np.testing.assert_array_equal(one.factor_value, other.factor_value)
    np.testing.assert_array_equal(one.factor_se, other.factor_se)


def test_an_earlier_cycle_can_be_asked_for(framework: Framework, acme: Measures) -> None:
    found = measure(read_evidence(ACME, framework), framework, cycle="2026-H1")
    assert found.previous is None
    assert acme.previous is not None
    np.testing.assert_array_equal(found.factor_value, acme.previous.factor_value)
    with pytest.raises(UsageError):
        measure(read_evidence(ACME, framework), framework, cycle="1999")


def test_evidence_of_nothing_teaches(framework: Framework) -> None:
    table = rated(framework, crowd()).with_columns(frame({"item": ["unheard_of"] * 180}).get_column("item"))
    with pytest.raises(MeasurementError, match="holds nothing that measures"):
        measure(Evidence(ratings=table), framework)


def test_an_unknown_method_is_told_with_what_there_is(framework: Framework) -> None:
    with pytest.raises(UsageError, match="Choose one of: marginal"):
        measure(Evidence(ratings=rated(framework, crowd())), framework, method="guess")


def test_progress_tells_its_stages(framework: Framework) -> None:
    seen: list[tuple[str, float]] = []
    measure(Evidence(ratings=rated(framework, crowd())), framework, progress=lambda *what: seen.append(what))
    assert seen[-1] == ("measurement.stage.read", 1.0)
    assert [done for _, done in seen] == sorted(done for _, done in seen)

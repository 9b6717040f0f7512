from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.scoring.measured import FACTORS, FRAMEWORK, measured

from leadline.scoring import Scorecard, compare, least_numbers, named_counts, score, shown

VALUES = [[85, 80, 75, 90], [70, 72, 68, 75], [60, 78, 66, 71], [82, 79, 77, 88]]
LEAST = FRAMEWORK.disclosure.all
OF_FIRST_FACTOR = [one.id for one in FRAMEWORK.competencies_of(FACTORS[0])][:3]


def test_figures_of_enough_raters_are_shown_as_they_are() -> None:
    card = score(measured(VALUES, raters=LEAST))
    assert figures(shown(card).scorecard) == figures(card)
    assert shown(card).overall.all()


def test_what_was_disclosed_once_is_disclosed_as_it_is() -> None:
    once = shown(score(measured(VALUES, raters=[8, 2, 8, 8]))).scorecard
    assert shown(once).scorecard is once


def test_a_comparison_of_disclosed_people_uses_nothing_hidden() -> None:
    moved = [VALUES[0], [5, 99, 20, 75], *VALUES[2:]]
    one, other = (shown(score(measured(v, raters=[8, 2, 8, 8]))).scorecard for v in (VALUES, moved))
    found = compare(one, ["p0", "p1"])
    assert found.to_json() == compare(other, ["p0", "p1"]).to_json()
    pair = found.pairs[0]
    assert pair.lower < pair.difference < pair.upper
    assert np.isnan(pair.factors[0].difference)


def test_figures_made_of_too_few_raters_are_hidden_and_others_stay() -> None:
    found = shown(score(measured(VALUES, raters=[8, LEAST - 1, 8, 8])))
    assert found.factors[1].tolist() == [False, False, False, True]
    assert found.factors[[0, 2, 3]].all()
    card = found.scorecard
    assert np.isnan(card.factor_score[1, :3]).all()
    assert np.isnan(card.factor_lower[1, :3]).all()
    assert card.factor_score[1, 3] == 75
    assert card.partial.tolist() == [False, True, False, False]


def test_suppressed_and_empty_look_the_same() -> None:
    empty = np.array(VALUES, dtype=float)
    empty[1, :3] = np.nan
    suppressed = shown(score(measured(VALUES, raters=[8, 2, 8, 8]))).scorecard
    without = shown(score(measured(empty, raters=[8, 2, 8, 8]))).scorecard
    assert figures(suppressed) == figures(without)


def test_nothing_hidden_moves_what_is_shown() -> None:
    moved = [VALUES[0], [5, 99, 20, 75], *VALUES[2:]]
    one, other = (shown(score(measured(v, raters=[8, 2, 8, 8]))).scorecard for v in (VALUES, moved))
    assert figures(one) == figures(other)


def test_the_last_cycle_is_hidden_by_its_own_raters() -> None:
    last = measured(VALUES, raters=[2, 8, 8, 8])
    card = score(measured(VALUES, previous=last))
    moved = {one.ratee for one in shown(card).scorecard.drivers if one.kind == "cycle"}
    assert {one.ratee for one in card.drivers if one.kind == "cycle"} == {"p0", "p1", "p2", "p3"}
    assert moved == {"p1", "p2", "p3"}


def test_where_all_is_hidden_nothing_is_left() -> None:
    values = np.array(VALUES, dtype=float)
    values[:, 3] = np.nan
    found = shown(score(measured(values, raters=1)))
    assert not found.overall.any()
    assert not found.factors.any()
    assert found.scorecard.order == ()
    assert found.scorecard.ranking_frame().get_column("rank").to_list() == [None] * 4
    assert found.scorecard.to_json()["drivers"] == []


def test_plain_figures_hold_no_ratings_to_protect() -> None:
    card = score({"te": [85, 70], "la": [80, 60]})
    assert figures(shown(card).scorecard) == figures(card)
    assert shown(card).groups == ({}, {})


def test_competencies_are_counted_each_by_itself() -> None:
    a, b, c = OF_FIRST_FACTOR
    card = score(
        measured(
            VALUES,
            competencies={a: [60.0] * 4, b: [70.0] * 4, c: [80.0] * 4},
            competency_raters={a: [8, 3, 8, 3], b: [8, 8, 8, 2], c: [9, 9, 9, 9]},
        )
    )
    found = shown(card)
    # Where some are too thin, the factor less the others would give them away, even two (fourth person):
    # both may have the same raters.
    assert found.competencies.tolist() == [
        [True, True, True],
        [False, False, True],
        [True, True, True],
        [False, False, False],
    ]
    assert np.isnan(found.scorecard.competency_lower[1, :2]).all()
    np.testing.assert_array_equal(card.competency_score, [[60, 70, 80]] * 4)


def test_competencies_of_a_hidden_factor_are_hidden() -> None:
    name = OF_FIRST_FACTOR[0]
    found = shown(
        score(
            measured(
                VALUES,
                raters=[2, 8, 8, 8],
                competencies={name: [60.0] * 4},
                competency_raters={name: [9] * 4},
            )
        )
    )
    assert found.competencies.tolist() == [[False], [True], [True], [True]]


def test_all_raters_together_are_as_many_as_a_group_of_theirs_needs_by_itself() -> None:
    strict = replace(
        FRAMEWORK,
        relationships=tuple(
            replace(one, least=6) if one.id == "peer" else one for one in FRAMEWORK.relationships
        ),
    )
    by_relationship = {"peer": [5, 0, 1, 6], "report": [0, 5, 5, 0]}
    card = score(
        measured(VALUES, raters=[5, 5, 6, 6], by_relationship=by_relationship, framework=strict), strict
    )
    found = shown(card)
    assert found.factors[:, 0].tolist() == [False, True, True, True]
    assert found.groups == ({}, {"report": 5}, {"colleagues": 6}, {"peer": 6})


@pytest.mark.parametrize(
    ("counts", "groups"),
    [
        ({"self": 1, "manager": 1, "peer": 3, "report": 4}, {"manager": 1, "peer": 3, "report": 4}),
        (
            {"manager": 1, "peer": 5, "report": 2, "stakeholder": 1},
            {"manager": 1, "peer": 5, "colleagues": 3},
        ),
        ({"manager": 1, "peer": 5, "report": 1}, {"manager": 1, "colleagues": 6}),
        ({"peer": 3, "report": 5, "stakeholder": 1}, {"report": 5, "colleagues": 4}),
        ({"manager": 2, "peer": 2}, {"colleagues": 4}),
        ({"manager": 1, "peer": 2}, {}),
        ({"self": 1, "peer": 3}, {}),
        ({"peer": 4, "report": 0}, {"peer": 4}),
        ({"mentor": 2, "peer": 6}, {"colleagues": 8}),
        ({}, {}),
    ],
)
def test_groups_too_small_to_be_named_are_merged(counts: dict[str, int], groups: dict[str, int]) -> None:
    assert named_counts(counts, least_numbers(FRAMEWORK)) == groups


def test_groups_are_those_of_each_ratee() -> None:
    card = score(measured(VALUES[:2], by_relationship={"peer": [5, 2], "report": [4, 1], "self": [1, 1]}))
    assert shown(card).groups == ({"peer": 5, "report": 4}, {})


def figures(card: Scorecard) -> dict[str, object]:
    return {name: value for name, value in card.to_json().items() if name != "input_hash"}

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.unit.scoring.measured import FACTORS, measured

from leadline.errors import ScoringError
from leadline.evidence.frames import rows
from leadline.scoring import compare, score

VALUES = [[85, 80, 75, 90], [84, 79, 77, 90], [60, 62, 66, 71], [np.nan] * 4]
CARD = score(measured(VALUES, ratees=["ada", "lin", "max", "nobody"]))


def test_every_pair_is_compared_and_the_higher_score_comes_first() -> None:
    found = compare(CARD, ["max", "ada", "lin"])
    assert found.ratees == ("max", "ada", "lin")
    assert [(pair.first, pair.second) for pair in found.pairs] == [
        ("ada", "max"),
        ("lin", "max"),
        ("lin", "ada"),
    ]
    assert [pair.verdict for pair in found.pairs] == ["ahead", "ahead", "cannot be told apart"]


def test_probabilities_and_intervals_are_those_of_the_scorecard() -> None:
    found = compare(CARD, ["ada", "max"])
    np.testing.assert_array_equal(found.overall, CARD.overall[[0, 2]])
    np.testing.assert_array_equal(found.p_greater, CARD.p_greater[np.ix_([0, 2], [0, 2])])
    assert found.pairs[0].p_greater == CARD.p_greater[0, 2]
    assert found.pairs[0].difference == CARD.overall[0] - CARD.overall[2]


def test_the_interval_of_a_difference_is_counted_in_the_same_draws() -> None:
    pair = compare(CARD, ["ada", "lin"]).pairs[0]
    se = np.hypot(CARD.se[0], CARD.se[1])
    assert pair.lower < pair.difference < pair.upper
    assert pair.upper - pair.lower == pytest.approx(2 * 1.6449 * se, rel=0.1)


@pytest.mark.parametrize("formula", ["geometric", "product", "arithmetic"])
def test_the_factors_make_up_the_whole_difference(formula: str) -> None:
    card = score(measured(VALUES[:3]), formula=formula)
    pair = compare(card, ["p0", "p2"]).pairs[0]
    assert [one.factor for one in pair.factors] == list(FACTORS)
    assert sum(one.contribution for one in pair.factors) == pytest.approx(pair.difference, rel=1e-12)
    assert [one.difference for one in pair.factors] == [25, 18, 9, 19]
    for one in pair.factors:
        assert one.lower < one.difference < one.upper
        assert one.contribution_lower < one.contribution < one.contribution_upper
        assert one.p_greater > 0.9


def test_a_factor_that_one_of_them_lacks_has_no_difference() -> None:
    values = np.array(VALUES[:3], dtype=float)
    values[0, 1] = np.nan
    pair = compare(score(measured(values)), ["p0", "p2"]).pairs[0]
    gap = pair.factors[1]
    assert np.isnan([gap.difference, gap.lower, gap.upper, gap.p_greater]).all()
    assert np.isfinite([gap.contribution, gap.contribution_lower]).all()
    assert sum(one.contribution for one in pair.factors) == pytest.approx(pair.difference, rel=1e-12)


def test_without_errors_nobody_can_be_told_apart() -> None:
    card = score({"ratee": ["ada", "lin"], "te": [90, 40]})
    pair = compare(card, ["ada", "lin"]).pairs[0]
    assert pair.verdict == "cannot be told apart"
    assert pair.difference == 50
    assert np.isnan([pair.lower, pair.p_greater, pair.factors[0].p_greater]).all()


def test_the_table_has_a_row_for_overall_and_each_factor_of_each_pair() -> None:
    found = list(rows(compare(CARD, ["ada", "lin"]).to_frame()))
    assert [row["construct"] for row in found] == ["overall", *FACTORS]
    assert found[0]["verdict"] == "cannot be told apart"
    assert found[0]["contribution"] == found[0]["difference"]
    assert json.loads(json.dumps(compare(CARD, ["ada", "lin"]).to_json(), allow_nan=False))["pairs"]


@pytest.mark.parametrize(
    ("people", "told"),
    [
        (["ada", "linn"], "Did you mean 'lin'"),
        (["ada", "zzz"], "Its ratees are: ada, lin, max, nobody"),
        (["ada", "nobody"], "'nobody' has no score"),
        (["ada"], "1 given"),
        (["ada", "ada"], "1 given"),
        ([], "0 given"),
    ],
)
def test_people_who_cannot_be_compared_are_told(people: list[str], told: str) -> None:
    with pytest.raises(ScoringError, match=told):
        compare(CARD, people)

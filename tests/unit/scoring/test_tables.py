from __future__ import annotations

import json

import numpy as np
import pytest
from tests.unit.scoring.measured import FACTORS, measured

from leadline.evidence.frames import rows
from leadline.measurement import QualityNote
from leadline.scoring import score
from leadline.scoring.tables import reliability

VALUES = [[85, 80, 75, 90], [70, 72, 68, np.nan], [np.nan] * 4]
SCORES = "ratee construct score lower upper level se measure n_raters n_items reliability partial"
RANKING = "ratee score lower upper rank rank_lower rank_upper p_best p_top_k"
COMPETENCY = {"code_quality": [60.0, 70.0, np.nan]}


def test_scores_have_the_promised_columns_first() -> None:
    card = score(measured(VALUES, competencies=COMPETENCY))
    assert " ".join(card.scores_frame().columns).startswith(SCORES)
    assert " ".join(card.ranking_frame().columns).startswith(RANKING)


def test_every_ratee_has_a_row_for_overall_each_factor_and_each_competency() -> None:
    card = score(measured(VALUES, competencies=COMPETENCY))
    found = list(rows(card.to_frame()))
    assert [row["construct"] for row in found] == ["overall", *FACTORS, "code_quality"] * 3
    assert [row["ratee"] for row in found] == ["p0"] * 6 + ["p1"] * 6 + ["p2"] * 6
    overall, factor, results = found[0], found[1], found[4]
    assert overall["score"] == card.overall[0]
    assert (overall["measure"], overall["n_raters"], overall["n_items"]) == (None, 8, 20)
    assert overall["band"] == card.band[0]
    assert (factor["measure"], factor["n_raters"], factor["n_items"]) == (pytest.approx(85 / 25 - 2), 8, 5)
    assert (results["measure"], results["n_raters"], results["n_items"]) == (None, None, 5)
    assert results["lower"] < results["score"] < results["upper"]


def test_what_is_missing_is_empty_and_partial() -> None:
    found = list(rows(score(measured(VALUES, competencies=COMPETENCY)).to_frame()))
    gap, nobody = found[6 + 4], found[12]
    assert (gap["construct"], gap["score"], gap["lower"], gap["se"], gap["partial"]) == (
        FACTORS[3],
        None,
        None,
        None,
        True,
    )
    assert (nobody["score"], nobody["lower"], nobody["partial"], nobody["band"]) == (None, None, True, None)
    assert found[5]["partial"] is False
    assert found[17]["partial"] is True


def test_the_ranking_is_sorted_and_ends_with_those_who_have_no_rank() -> None:
    found = list(rows(score(measured(VALUES)).ranking_frame()))
    assert [(row["ratee"], row["rank"]) for row in found] == [("p0", 1), ("p1", 2), ("p2", None)]
    assert found[2]["p_best"] is None
    assert found[0]["k"] == 1


def test_drivers_have_a_row_each() -> None:
    card = score(measured(VALUES[:2]))
    found = list(rows(card.drivers_frame()))
    assert len(found) == len(card.drivers)
    assert found[0] | {"level": 0.9} == {
        "ratee": "p0",
        "kind": "group",
        "factor": FACTORS[0],
        "contribution": card.drivers[0].contribution,
        "lower": card.drivers[0].lower,
        "upper": card.drivers[0].upper,
        "level": 0.9,
        "from_score": card.drivers[0].from_score,
        "to_score": card.drivers[0].to_score,
    }


def test_tables_without_rows_keep_their_columns() -> None:
    card = score({"te": 85})
    assert card.quality_frame().columns == ["kind", "element", "reason", "value", "explanation"]
    assert card.quality_frame().height == 0


def test_raters_appear_under_their_pseudonyms_where_these_are_given() -> None:
    partner = {"partner": "lin", "z": 3.1}
    notes = [
        QualityNote(kind="rater", element="ada", reason="reciprocal", value=3.1, fields=partner),
        QualityNote(kind="ratee", element="ada", reason="sparse", value=2.0, fields={"n": 2, "links": 1}),
        QualityNote(kind="item", element="delegation_1", reason="of_tomorrow", value=1.0),
    ]
    card = score(measured(VALUES, quality=notes))
    named = list(rows(card.quality_frame()))
    assert [row["element"] for row in named] == ["ada", "ada", "delegation_1"]
    assert "lin" in named[0]["explanation"]
    hidden = list(rows(card.quality_frame(pseudonyms={"ada": "R01", "lin": "R02"})))
    assert [row["element"] for row in hidden] == ["R01", "ada", "delegation_1"]
    assert "R02" in hidden[0]["explanation"]
    assert "lin" not in hidden[0]["explanation"]
    assert hidden[2]["explanation"] is None


def test_json_holds_no_number_that_json_does_not_have() -> None:
    for card in (
        score(measured(VALUES), formula="ces", rho=-np.inf),
        score({"te": [85, 70], "la": [None, 60]}),
    ):
        text = json.dumps(card.to_json(), allow_nan=False)
        assert json.loads(text)["ratees"] == list(card.ratees)
    assert score(measured(VALUES), formula="ces", rho=-np.inf).to_json()["formula"]["rho"] == "-inf"


def test_notices_are_told_in_the_language_asked_for() -> None:
    card = score({"te": [85, 70], "la": [None, 60], "bi": [80, 60]})
    assert [notice["code"] for notice in card.to_json("zh")["notices"]] == [
        "scoring.notice.left_out",
        "scoring.notice.without_errors",
    ]
    assert "权重已调整" in card.to_json("zh")["notices"][0]["message"]
    assert "sum of 1" in card.to_json("en")["notices"][0]["message"]


def test_reliability_is_the_share_of_the_spread_that_is_not_error() -> None:
    assert reliability(np.array([60.0, 70, 80, np.nan]), np.array([5.0] * 4)) == pytest.approx(0.75)
    assert reliability(np.array([69.0, 71]), np.array([9.0, 9])) == 0
    assert reliability(np.array([70.0, 70]), np.array([0.0, 0])) == 0
    assert np.isnan(reliability(np.array([70.0]), np.array([3.0])))

"""What may stay of a sealed cycle: no rater, nothing by item for one ratee, nothing hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from benchmarks.cycles import FRAMEWORK, Row, evidence_of, made_cycle, name_of
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.errors import ScoringError
from leadline.evidence import Evidence
from leadline.measurement import fit
from leadline.scoring import Calibration, Scorecard
from leadline.workflows import (
    assess_evidence,
    calibration_record,
    disclosable,
    figure_names,
    kept,
    person_sheets,
    reassess,
)

CYCLE = made_cycle(20, 36, 6, seed=5)
RARE = FRAMEWORK.items[0].id


def rarely(rows: list[Row]) -> list[Row]:
    """One item is rated about three ratees alone; one ratee has too few raters to be shown."""
    few = {name_of(p) for p in range(3)}
    raters = sorted({row["rater"] for row in rows if row["ratee"] == name_of(7)} - {name_of(7)})
    return [
        row
        for row in rows
        if (row["item"] != RARE or row["ratee"] in few)
        and not (row["ratee"] == name_of(7) and row["rater"] in raters[2:])
    ]


@cache
def first_card() -> Scorecard:
    return assess_evidence(CYCLE.evidence(rarely), FRAMEWORK, keep=True)


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return first_card()


@pytest.fixture(scope="module")
def record(card: Scorecard) -> dict[str, Any]:
    return calibration_record(card)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from leaves(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def test_it_is_json_and_reads_back_equal(record: dict[str, Any]) -> None:
    text = json.dumps(record, allow_nan=False)
    found = Calibration.from_json(json.loads(text))
    assert found.to_json() == record
    assert found == Calibration.from_json(record)


def test_it_holds_the_scale_of_the_cycle(card: Scorecard, record: dict[str, Any]) -> None:
    found = Calibration.from_json(record)
    measures = card.measures
    for scale in found.scales:
        if scale.dimension not in measures.fits:
            assert scale.dimension.startswith("exam:")
            continue
        items = measures.fits[scale.dimension].facets["item"]
        known = dict(zip(items.elements, zip(items.measure, items.se, strict=True), strict=True))
        for item in scale.items:
            assert (item.difficulty, item.se) == pytest.approx(known[item.id], abs=1e-6)
        assert scale.categories == (1, 2, 3, 4, 5)
    assert [one.relationship for one in found.relationships] == ["manager", "peer", "report"]
    assert set(found.variances) == {"rater", "relationship", "halo"}
    assert np.linalg.eigvalsh(np.array(found.covariance)).min() > 0
    assert len(found.means) == len(found.dimensions) == len(found.covariance)


def test_it_holds_what_was_shown_of_each_ratee_and_its_covariance(
    card: Scorecard, record: dict[str, Any]
) -> None:
    shown = disclosable(card)
    names = figure_names(shown)
    for p, one in enumerate(Calibration.from_json(record).ratees):
        assert set(one.scores) == names[one.ratee]
        factors = [name for name in one.scores if name.startswith("factor:")]
        assert [len(row) for row in one.covariance] == [len(factors)] * len(factors)
        for f, name in enumerate(factors):
            column = shown.factors.index(name.removeprefix("factor:"))
            assert one.scores[name] == pytest.approx(shown.factor_score[p, column], abs=1e-4)
            assert one.covariance[f][f] == pytest.approx(shown.factor_se[p, column] ** 2, abs=1e-3)


def test_categories_are_counted_where_thirty_raters_judged(record: dict[str, Any]) -> None:
    ratings = rarely(CYCLE.ratings)
    counted = 0
    for scale in record["scales"]:
        for item in scale["items"]:
            own = [row for row in ratings if row["item"] == item["id"] and row["rater"] != row["ratee"]]
            if len({row["rater"] for row in own}) < 30:
                assert item["counts"] is None
            else:
                assert item["counts"] == [sum(row["rating"] == k for row in own) for k in range(1, 6)]
                counted += 1
    assert counted > 10


def test_an_item_of_too_few_ratees_is_left_out(record: dict[str, Any]) -> None:
    ids = {item["id"] for scale in record["scales"] for item in scale["items"]}
    assert RARE not in ids
    assert FRAMEWORK.items[1].id in ids


def test_no_rater_is_in_it(record: dict[str, Any]) -> None:
    raters = {row["rater"] for row in CYCLE.ratings} - {row["ratee"] for row in CYCLE.ratings}
    text = json.dumps(record)
    assert raters
    assert not [one for one in raters if one in text]


def test_nothing_hidden_is_in_it(card: Scorecard, record: dict[str, Any]) -> None:
    shown = disclosable(card)
    hidden = [
        *card.factor_score[~np.isfinite(shown.factor_score)].tolist(),
        *card.competency_score[~np.isfinite(shown.competency_score)].tolist(),
    ]
    hidden = [value for value in hidden if np.isfinite(value)]
    assert len(hidden) > 10
    numbers = np.array([one for one in leaves(record) if isinstance(one, float)])
    assert all(np.abs(numbers - value).min() > 5e-5 for value in hidden)
    (few,) = (one for one in record["ratees"] if one["ratee"] == name_of(7))
    assert not [name for name in few["scores"] if name.startswith("competency:")]


def exchanged(rows: list[Row], random: Any) -> list[Row]:
    """Two sheets of two ratees deal two ratings of a competency the other way round.

    Neither ratee's total nor any item's count changes.
    """
    of_sheet: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        if row["ratee"] != row["rater"]:
            of_sheet.setdefault((row["ratee"], row["rater"]), {})[row["item"]] = row
    competency = random.choice([one for one in FRAMEWORK.competencies if len(FRAMEWORK.items_of(one.id)) > 1])
    one, two = (item.id for item in FRAMEWORK.items_of(competency.id)[:2])
    given = {
        key: (own[one]["rating"], own[two]["rating"])
        for key, own in of_sheet.items()
        if {one, two} <= set(own)
    }
    pairs = [
        (a, b)
        for a, (x, y) in given.items()
        for b, other in given.items()
        if x < y and other == (y, x) and a[0] != b[0] and name_of(7) not in (a[0], b[0])
    ]
    chosen = random.choice(pairs)
    swapped = {one: two, two: one}
    return [
        {**row, "rating": of_sheet[key][swapped[row["item"]]]["rating"]}
        if (key := (row["ratee"], row["rater"])) in chosen and row["item"] in swapped
        else row
        for row in rows
    ]


@settings(max_examples=3, deadline=None)
@given(st.randoms(use_true_random=False))
def test_who_was_rated_how_on_which_item_leaves_no_trace(random: Any) -> None:
    other = exchanged(rarely(CYCLE.ratings), random)
    assert other != rarely(CYCLE.ratings)
    evidence = evidence_of(other, CYCLE.responses, CYCLE.outcomes)
    assert calibration_record(assess_evidence(evidence, FRAMEWORK, keep=True)) == calibration_record(
        first_card()
    )


def test_sheets_say_what_was_shown(card: Scorecard) -> None:
    shown = disclosable(card)
    sheets: dict[str, Any] = dict(person_sheets(shown, figure_names(shown)))
    sheets = {
        **sheets,
        name_of(1): None,
        name_of(2): {**sheets[name_of(2)], "overall": None, "competencies": {}},
    }
    found = {one.ratee: one for one in Calibration.from_json(calibration_record(card, sheets)).ratees}
    assert not found[name_of(1)].scores
    assert not found[name_of(1)].covariance
    assert {name.partition(":")[0] for name in found[name_of(2)].scores} == {"factor"}
    assert found[name_of(3)].scores["overall"] == sheets[name_of(3)]["overall"]["score"]
    items = {item.id for item in FRAMEWORK.items}
    assert not items & {str(one).partition(":")[2] for one in leaves(calibration_record(card)["ratees"])}


def test_it_can_be_taken_from_what_was_kept(card: Scorecard, record: dict[str, Any]) -> None:
    again = reassess(kept(card), Evidence(), FRAMEWORK, ())
    assert calibration_record(again) == record


def test_later_ratings_are_linked_to_it(record: dict[str, Any]) -> None:
    found = Calibration.from_json(record)
    factor = found.scales[0].dimension
    anchors = found.anchors(factor)
    later = made_cycle(10, 12, 4, seed=9, exam=False)
    rows = [row for row in later.ratings if row["item"] in anchors and row["rater"] != row["ratee"]]
    table = evidence_of(rows).to_frame()
    linked = fit(table, method="joint", anchors={"item": anchors})
    items = linked.facets["item"]
    assert dict(zip(items.elements, items.measure.tolist(), strict=True)) == pytest.approx(anchors)


def test_something_else_is_refused(record: dict[str, Any], card: Scorecard) -> None:
    for wrong in ({}, {**record, "version": 99}, {"format": record["format"], "version": record["version"]}):
        with pytest.raises(ScoringError) as refused:
            Calibration.from_json(wrong)
        assert refused.value.code == "scoring.no_calibration"
    plain = assess_evidence(made_cycle(6, 8, 4, exam=False).evidence(), FRAMEWORK)
    with pytest.raises(ScoringError, match="keep=True"):
        calibration_record(plain)

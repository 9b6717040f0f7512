"""A later scoring: what is kept of the first, and the scorecard in which some ratees are measured anew."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from benchmarks.cycles import FRAMEWORK, evidence_of, made_cycle, name_of

from leadline.errors import LeadlineError, MeasurementError, UsageError
from leadline.evidence import Evidence
from leadline.measurement.later.packing import VERSION
from leadline.scoring import Scorecard, score
from leadline.workflows import assess_evidence, disclosable, kept, reassess

CYCLE = made_cycle(16, 20, 5, seed=2)
CHANGED = (name_of(3), name_of(8))

ROWS = (
    *("overall", "lower", "upper", "se", "partial", "rank", "rank_lower", "rank_upper", "p_best", "p_top"),
    *("factor_score", "factor_lower", "factor_upper", "factor_se", "factor_partial"),
    *("competency_score", "competency_lower", "competency_upper", "competency_se"),
)


@pytest.fixture(scope="module")
def first() -> Scorecard:
    return assess_evidence(CYCLE.evidence(), FRAMEWORK, keep=True)


@pytest.fixture(scope="module")
def changed() -> Evidence:
    """Everybody rates one of them as high as can be, and the other has a rater less."""
    gone = max(
        row["rater"] for row in CYCLE.ratings if row["ratee"] == CHANGED[1] and row["rater"] != CHANGED[1]
    )
    ratings = [
        {**row, "rating": 5} if row["ratee"] == CHANGED[0] else row
        for row in CYCLE.ratings
        if (row["ratee"], row["rater"]) != (CHANGED[1], gone)
    ]
    return evidence_of(ratings, CYCLE.responses, CYCLE.outcomes)


def others(card: Scorecard) -> list[int]:
    return [p for p, name in enumerate(card.ratees) if name not in CHANGED]


def equal_rows(one: Scorecard, other: Scorecard, rows: list[int]) -> bool:
    bands = [one.band[p] for p in rows] == [other.band[p] for p in rows]
    return bands and all(getattr(one, r)[rows].tobytes() == getattr(other, r)[rows].tobytes() for r in ROWS)


def test_everybody_else_has_the_scores_that_were_kept(first: Scorecard, changed: Evidence) -> None:
    card = reassess(kept(first), changed, FRAMEWORK, CHANGED)
    assert equal_rows(first, card, others(card))
    assert not card.is_disclosed
    p = card.ratees.index(CHANGED[0])
    assert card.overall[p] > first.overall[p] + 10
    assert card.rank[p] < first.rank[p]
    assert card.measures.by_relationship.keys() == first.measures.by_relationship.keys()
    assert disclosable(card).is_disclosed


def test_the_same_inputs_give_the_same_bytes(first: Scorecard, changed: Evidence) -> None:
    one, other = (reassess(kept(first), changed, FRAMEWORK, CHANGED) for _ in range(2))
    assert kept(one) == kept(other)
    assert one.to_json() == other.to_json()
    backwards = reassess(kept(first), changed, FRAMEWORK, CHANGED[::-1])
    assert kept(backwards) == kept(one)


def test_a_third_scoring_holds_to_the_first_and_keeps_the_second(first: Scorecard, changed: Evidence) -> None:
    second = reassess(kept(first), changed, FRAMEWORK, CHANGED)
    third = reassess(kept(second), CYCLE.evidence(), FRAMEWORK, CHANGED[:1])
    alone = reassess(kept(first), CYCLE.evidence(), FRAMEWORK, CHANGED[:1])
    p, q = (third.ratees.index(name) for name in CHANGED)
    assert third.competency_score[p].tobytes() == alone.competency_score[p].tobytes()
    assert equal_rows(third, second, [q, *others(third)])


def test_nobody_measured_anew_gives_back_what_was_kept(first: Scorecard) -> None:
    card = reassess(kept(first), Evidence(), FRAMEWORK, ())
    assert equal_rows(first, card, list(range(len(card.ratees))))
    np.testing.assert_array_equal(card.p_greater, first.p_greater)
    assert kept(card) == kept(first)


def test_least_numbers_may_rise_between_two_scorings(first: Scorecard, changed: Evidence) -> None:
    stricter = replace(
        FRAMEWORK,
        disclosure=replace(FRAMEWORK.disclosure, all=5),
        relationships=tuple(replace(one, least=one.least + 1) for one in FRAMEWORK.relationships),
    )
    card = reassess(kept(first), changed, stricter, CHANGED)
    assert card.framework.disclosure.all == 5
    assert np.isnan(disclosable(card).overall[card.ratees.index(CHANGED[1])])


def test_another_framework_is_refused(first: Scorecard, changed: Evidence) -> None:
    other = replace(FRAMEWORK, version="9.9.9")
    with pytest.raises(MeasurementError, match=r"9\.9\.9"):
        reassess(kept(first), changed, other, CHANGED)
    fewer = replace(FRAMEWORK, items=FRAMEWORK.items[:-1])
    with pytest.raises(MeasurementError) as refused:
        reassess(kept(first), changed, fewer, CHANGED)
    assert refused.value.code == "measurement.kept_framework"


def test_other_options_are_refused(first: Scorecard, changed: Evidence) -> None:
    with pytest.raises(UsageError, match="formula"):
        reassess(kept(first), changed, FRAMEWORK, CHANGED, formula="arithmetic")
    with pytest.raises(UsageError, match="seed"):
        reassess(kept(first), changed, FRAMEWORK, CHANGED, seed=1)


@pytest.mark.parametrize(
    "damage", [lambda b: b"", lambda b: b"no", lambda b: b[: len(b) // 2], lambda b: b[:-9]]
)
def test_what_was_not_kept_is_refused(first: Scorecard, damage: Any) -> None:
    with pytest.raises(MeasurementError) as refused:
        reassess(damage(kept(first)), Evidence(), FRAMEWORK, ())
    assert refused.value.code == "measurement.not_kept"


def test_a_later_form_is_refused_and_says_so(first: Scorecard) -> None:
    with np.load(io.BytesIO(kept(first))) as archive:
        arrays = dict(archive)
    content = json.loads(arrays["content"].tobytes())
    arrays["content"] = np.frombuffer(
        json.dumps({**content, "version": VERSION + 1}).encode(), dtype=np.uint8
    )
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    with pytest.raises(MeasurementError, match=f"form {VERSION + 1}"):
        reassess(buffer.getvalue(), Evidence(), FRAMEWORK, ())


def test_a_scorecard_that_holds_nothing_cannot_be_kept() -> None:
    with pytest.raises(LeadlineError, match="keep=True"):
        kept(assess_evidence(made_cycle(6, 8, 4, exam=False).evidence(), FRAMEWORK))
    with pytest.raises(TypeError):
        kept(score({"te": 85, "la": 80}))

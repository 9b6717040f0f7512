from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from tests.unit.reports.cast import MadeUp, make_measures, make_scorecard

from leadline.errors import ReportError
from leadline.frameworks import Competency
from leadline.reports.lens import Reading
from leadline.reports.suggest import expected_shortfall, suggestions
from leadline.scoring import Scorecard, score


def with_competencies(value: float, se: float = 3.0, **changes: tuple[float, float]) -> Scorecard:
    """Everybody alike in every competency, but for those named."""
    measures = make_measures()
    parts = []
    for one in measures.competencies:
        level, error = changes.get(one.id, (value, se))
        same = np.full(len(measures.ratees), level)
        parts.append(replace(one, value=same, se=np.where(np.isnan(same), np.nan, error)))
    return score(replace(measures, competencies=tuple(parts)), n_draws=100)


def test_the_furthest_below_the_expectation_comes_first() -> None:
    card = with_competencies(80, feedback=(40.0, 3.0), hiring=(50.0, 3.0))
    found = suggestions(card, "ada")
    assert [(one.competency.id, one.reason) for one in found[:2]] == [("feedback", "low"), ("hiring", "low")]


def test_being_surely_a_little_low_weighs_less_than_being_perhaps_far_too_low() -> None:
    sure = expected_shortfall(Reading(58, 57, 59, 0.5), 60)
    unsure = expected_shortfall(Reading(57, 43, 71, 9.0), 60)
    assert sure < unsure


def test_a_low_competency_gets_an_action_for_low_and_an_uncertain_one_for_uncertain() -> None:
    card = with_competencies(80, feedback=(40.0, 3.0), hiring=(60.0, 9.0))
    low, uncertain = suggestions(card, "ada")[:2]
    assert (low.action.when, uncertain.action.when) == ("low", "uncertain")
    assert (low.reason, uncertain.reason) == ("low", "uncertain")
    assert uncertain.next_level is None


def test_a_low_competency_shows_what_the_next_level_looks_like() -> None:
    card = with_competencies(80, feedback=(40.0, 3.0))
    item = card.framework.items_of("feedback")[0]
    # 40 of 100 lies nearest to the level at 50, the third of five; the next is the fourth.
    assert suggestions(card, "ada")[0].next_level == item.anchors[3]


def test_a_competency_without_a_figure_is_named_as_unknown() -> None:
    card = with_competencies(80, feedback=(np.nan, 3.0))
    unknown = [one for one in suggestions(card, "ada") if one.reason == "unknown"]
    assert [one.competency.id for one in unknown] == ["feedback"]
    assert isnan(unknown[0].values["score"])


def test_somebody_above_every_expectation_still_gets_three_next_steps() -> None:
    found = suggestions(with_competencies(95), "ada")
    assert [one.reason for one in found] == ["next"] * 3
    margins = [one.values["gap"] for one in found]
    assert margins == sorted(margins)


def test_there_are_never_more_than_three_low_and_two_uncertain() -> None:
    for value in (20, 60, 64):
        reasons = [one.reason for one in suggestions(with_competencies(value, 6.0), "ada")]
        assert reasons.count("low") <= 3
        assert reasons.count("uncertain") + reasons.count("unknown") <= 2


def test_a_framework_without_actions_still_gives_reasons() -> None:
    card = with_competencies(20)
    bare = tuple(replace_actions(one) for one in card.framework.competencies)
    framework = replace(card.framework, competencies=bare)
    measures = card.measures
    assert isinstance(measures, MadeUp)
    found = suggestions(score(replace(measures, framework=framework), framework, n_draws=100), "ada")
    assert [one.action for one in found] == [None] * len(found)
    assert found


def replace_actions(one: Competency) -> Competency:
    return replace(one, actions=())


def test_an_unknown_person_is_refused_with_a_hint() -> None:
    with pytest.raises(ReportError, match="'nobody' is not in the scorecard") as fault:
        suggestions(make_scorecard(), "nobody")
    assert "12 人" in fault.value.describe("zh")

"""What the summary says must follow from the numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.unit.reports.cast import PEOPLE, crowd, make_measures, make_scorecard

from leadline.reports.lens import Lens
from leadline.reports.summary import summary
from leadline.scoring import Scorecard, score


def said(card: Scorecard, language: Any = "en", flags: int = 0) -> dict[str, str]:
    """Passages of the summary as plain text."""
    passages = summary(Lens(card, language), flags)
    return {one.title: re.sub(r"<[^>]+>", "", " ".join(one.sentences)) for one in passages}


def standing_at(*overall: float, se: float = 1.0) -> Scorecard:
    """People whose factors all stand at one score each."""
    people = crowd(len(overall))
    measures = make_measures(people, last_cycle=None)
    value = np.repeat(np.array(overall)[:, None], 4, axis=1)
    n_raters = np.full(len(people), 8)
    found = replace(
        measures,
        factor_value=value,
        factor_se=np.full_like(value, se),
        factor_partial=np.zeros(value.shape, dtype=bool),
        n_raters=n_raters,
        dimensions=tuple(replace(one, n_raters=n_raters) for one in measures.dimensions),
        competencies=tuple(replace(one, n_raters=n_raters) for one in measures.competencies),
    )
    return score(found, n_draws=1000)


def test_a_sure_leader_is_called_almost_certain() -> None:
    text = said(standing_at(80, 60, 50, 40))["Who leads"]
    assert "成员0 leads with 80.0" in text
    assert "almost certain" in text


def test_an_unsure_lead_is_called_no_lead_and_rivals_are_named_with_their_chances() -> None:
    text = said(standing_at(70.2, 70.0, 70.1, 40, se=4))["Who leads"]
    assert text.startswith("Nobody clearly leads.")
    assert re.search(r"Others could well be the strongest: .* \(\d\d%\) and .* \(\d\d%\)\.", text)


def test_one_person_is_not_ranked() -> None:
    text = said(standing_at(70))
    assert "nothing to rank" in text["Who leads"]
    assert "Who cannot be told apart" not in text


def test_pairs_are_counted_and_a_close_pair_is_named() -> None:
    text = said(standing_at(80, 79.8, 60, 40))["Who cannot be told apart"]
    assert text.startswith("Of 6 pairs of people, 5 can be told apart with 90% certainty; for the other 1")
    assert "成员0 stands 0.2 points ahead of Person 1" in text


def test_where_all_can_be_told_apart_the_summary_says_so() -> None:
    text = said(standing_at(90, 70, 50, 30))["Who cannot be told apart"]
    assert text == "Every one of the 6 pairs of people can be told apart with 90% certainty."


def test_missing_evidence_is_named_by_factor_and_person() -> None:
    text = said(make_scorecard())["What evidence is missing"]
    assert "No evidence for Technical expertise, or too little to show: Nkechi" in text
    assert "Part of the evidence for Business insight is missing: 欧阳美玲" in text
    assert "Too little to show a score for Zoë Müller." in text


def test_complete_evidence_is_called_complete() -> None:
    assert said(standing_at(80, 60, 50, 40))["What evidence is missing"].startswith("Nothing that matters")


def test_strong_and_weak_competencies_are_those_of_the_profile() -> None:
    card = make_scorecard()
    text = said(card)["Strong and weak points"]
    gaps = {
        one.title.en: np.nanmean(Lens(card, "en").card.competency_score[:, m]) - one.expectation
        for m, one in enumerate(Lens(card, "en").competencies)
    }
    best, worst = max(gaps, key=lambda title: gaps[title]), min(gaps, key=lambda title: gaps[title])
    assert f"strongest in {best}" in text
    assert f"weakest in {worst}" in text


def test_the_next_steps_name_the_weakest_competency_with_an_action_of_the_framework() -> None:
    card = make_scorecard()
    text = said(card, flags=4)["What to do next"]
    actions = [action.text.en for one in card.framework.competencies for action in one.actions]
    assert any(action in text for action in actions)
    assert "Look at the 4 raters and items" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sentence_of_the_summary_shows_an_id_where_there_is_a_name(language: str) -> None:
    text = " ".join(said(make_scorecard(), language).values())
    for one, name, _ in PEOPLE:
        if name != "王伟":
            assert not re.search(rf"(?<![\w./]){re.escape(one)}(?![\w./])", text), one


def test_nobody_rated_enough_gives_a_summary_without_a_leader() -> None:
    measures = make_measures(last_cycle=None)
    few = np.full(len(measures.ratees), 2)
    hidden = replace(
        measures,
        n_raters=few,
        dimensions=tuple(replace(one, n_raters=few) for one in measures.dimensions),
        competencies=tuple(replace(one, n_raters=few) for one in measures.competencies),
    )
    text = said(score(hidden, n_draws=100))
    assert text["Who leads"] == "No score can be shown: nobody was rated by enough people."

"""Own frameworks: what choices make of a base, and that the rules of frameworks hold for the result."""

from __future__ import annotations

from math import fsum, isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.frameworks import Framework, Text, load_framework
from leadline.web.catalogue.tailoring import Choices, faults_of, tailored

BASE = load_framework("technical-leadership")
ALL = [competency.id for competency in BASE.competencies]


def _own(choices: Choices) -> Framework:
    return tailored(BASE, choices, name="our-leadership", version="1.0.0", title=Text("Ours", "我们的"))


def test_without_choices_it_is_the_base_under_another_name() -> None:
    own = _own({})
    assert own.id == "our-leadership"
    assert (own.factors, own.competencies, own.items, own.exam) == (
        BASE.factors,
        BASE.competencies,
        BASE.items,
        BASE.exam,
    )
    assert faults_of(own) == ()


@settings(deadline=None)
@given(st.sets(st.sampled_from(ALL), min_size=1))
def test_whatever_is_kept_only_the_weights_of_factors_that_went_can_be_at_fault(kept: set[str]) -> None:
    own = _own({"competencies": sorted(kept)})
    assert {c.id for c in own.competencies} == kept
    assert {item.competency for item in own.items} <= kept
    assert all(isclose(fsum(factor.kinds.values()), 1) for factor in own.factors)
    faults = faults_of(own)
    assert {fault.code for fault in faults} <= {"frameworks.weights_sum"}
    assert bool(faults) == (len(own.factors) < len(BASE.factors))


def test_wording_weights_and_expectations_are_those_chosen() -> None:
    choices: Choices = {
        "weights": {ALL[1]: 2.5},
        "expectations": {ALL[0]: 81.0},
        "factor_weights": {
            "technical_expertise": 0.4,
            "leadership_ability": 0.3,
            "business_insight": 0.2,
            "performance_goals": 0.1,
        },
        "wording": {
            f"competencies.{ALL[0]}.title": {"en": "New", "zh": "新的"},
            f"items.{BASE.items[0].id}.anchors.4": {"en": "Best", "zh": "最好"},
        },
    }
    own = _own(choices)
    assert own.competency(ALL[0]).title == Text("New", "新的")
    assert own.competency(ALL[0]).description == BASE.competency(ALL[0]).description
    assert (own.competency(ALL[0]).expectation, own.competency(ALL[1]).weight) == (81.0, 2.5)
    assert own.items[0].anchors[4] == Text("Best", "最好")
    assert own.items[0].anchors[:4] == BASE.items[0].anchors[:4]
    assert [factor.weight for factor in own.factors] == [0.4, 0.3, 0.2, 0.1]
    assert faults_of(own) == ()


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({"factor_weights": {"technical_expertise": 0.9}}, "frameworks.weights_sum"),
        ({"weights": {ALL[0]: -1.0}}, "frameworks.out_of_range"),
        ({"expectations": {ALL[0]: 101.0}}, "frameworks.out_of_range"),
        ({"wording": {f"competencies.{ALL[0]}.title": {"en": "", "zh": "x"}}}, "frameworks.empty_text"),
        ({"competencies": []}, "frameworks.empty_list"),
    ],
)
def test_what_breaks_a_rule_is_told_as_for_any_framework(choices: Choices, code: str) -> None:
    assert code in {fault.code for fault in faults_of(_own(choices))}

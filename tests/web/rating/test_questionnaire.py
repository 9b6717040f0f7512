"""Who is asked what, and how much is left."""

from __future__ import annotations

from dataclasses import replace

from leadline.frameworks import load_framework
from leadline.web.rating.questionnaire import Progress, sections

FRAMEWORK = load_framework("technical-leadership@1.0.0")


def test_everybody_is_asked_everything_unless_the_framework_says_otherwise() -> None:
    asked = [item.id for section in sections(FRAMEWORK, "peer") for item in section.items]
    assert sorted(asked) == sorted(item.id for item in FRAMEWORK.items)


def test_an_item_that_names_relationships_is_asked_of_those_alone() -> None:
    first, *others = FRAMEWORK.items
    framework = replace(FRAMEWORK, items=(replace(first, relationships=("report", "self")), *others))
    for kind, expected in (("report", True), ("self", True), ("peer", False), ("manager", False)):
        asked = {item.id for section in sections(framework, kind) for item in section.items}
        assert (first.id in asked) is expected, kind


def test_a_competency_of_which_nothing_is_asked_is_no_page() -> None:
    of_one = FRAMEWORK.competencies[0].id
    items = tuple(
        replace(item, relationships=("report",)) if item.competency == of_one else item
        for item in FRAMEWORK.items
    )
    framework = replace(FRAMEWORK, items=items)
    assert of_one in {section.id for section in sections(framework, "report")}
    assert of_one not in {section.id for section in sections(framework, "peer")}


def test_factors_come_in_the_order_of_the_framework() -> None:
    order = [factor.id for factor in FRAMEWORK.factors]
    met = list(dict.fromkeys(section.competency.factor for section in sections(FRAMEWORK, "peer")))
    assert met == order


def test_could_not_observe_is_an_answer_and_time_left_follows_what_is_left() -> None:
    asked = sections(FRAMEWORK, "peer")
    items = [item.id for section in asked for item in section.items]
    begun = Progress(asked, dict.fromkeys(items[:24]))
    assert (begun.done, begun.left, begun.total) == (24, 20, 44)
    assert begun.minutes == 4, "20 questions at 12 seconds"
    assert Progress(asked, dict.fromkeys(items)).minutes == 0
    assert begun.open[0].left(begun.answers) > 0

"""What changed between two versions, told in the terms of frameworks and in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.frameworks.small import item, small, tables, text

from leadline.frameworks import Change, diff_frameworks, load_framework


def changes(folder: Path, edit: Callable[[dict[str, Any]], object]) -> tuple[Change, ...]:
    content = tables()
    edit(content)
    return diff_frameworks(small(folder / "old"), small(folder / "new", content))


def only(folder: Path, edit: Callable[[dict[str, Any]], object]) -> Change:
    (change,) = changes(folder, edit)
    return change


def test_an_item_added_and_an_item_removed_are_told_with_their_text(tmp_path: Path) -> None:
    change = only(tmp_path, lambda new: new["items"].insert(0, item("cutting_3", "cutting")))
    assert (change.kind, change.path, change.before) == ("added", "items[cutting_3]", None)
    assert change.describe("en") == "item cutting_3: added (Does cutting.)"
    assert change.describe("zh") == "题项 cutting_3：新增（文）"
    (back,) = diff_frameworks(load_framework(tmp_path / "new"), load_framework(tmp_path / "old"))
    assert (back.kind, back.after) == ("removed", None)
    assert back.describe("zh") == "题项 cutting_3：删除（文）"


def test_a_change_of_wording_names_the_language_and_both_wordings(tmp_path: Path) -> None:
    change = only(tmp_path, lambda new: new["items"][0]["text"].update(zh="切割"))
    assert (change.kind, change.path, change.before, change.after) == (
        "wording",
        "items[cutting_1].text.zh",
        "文",
        "切割",
    )
    assert change.describe("en") == "item cutting_1, text.zh: wording changed from “文” to “切割”"
    assert change.describe("zh") == "题项 cutting_1，text.zh：措辞由“文”改为“切割”"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            lambda new: new["items"][0]["anchors"][1].update(en="Two."),
            ("anchor", "items[cutting_1].anchors[2].en", "Level 2.", "Two."),
        ),
        (lambda new: new["bands"][1].update(start=70), ("band", "bands[high].start", 60.0, 70.0)),
        (
            lambda new: new["competencies"][0].update(expectation=65),
            ("expectation", "competencies[cutting].expectation", 60.0, 65.0),
        ),
        (
            lambda new: new["profiles"][0]["expectations"].update(cutting=85),
            ("expectation", "profiles[master].expectations.cutting", 80.0, 85.0),
        ),
        (
            lambda new: new["profiles"][0]["expectations"].pop("joining"),
            ("expectation", "profiles[master].expectations.joining", 50.0, None),
        ),
        (
            lambda new: new["competencies"][0].update(weight=2),
            ("weight", "competencies[cutting].weight", 1.0, 2.0),
        ),
        (lambda new: new["score"].update(formula="ces"), ("formula", "score.formula", "geometric", "ces")),
        (lambda new: new["score"].update(level=0.95), ("value", "score.level", 0.9, 0.95)),
        (lambda new: new.update(version="1.1.0"), ("version", "version", "1.0.0", "1.1.0")),
        (
            lambda new: new.update(released=date(2026, 1, 31)),
            ("version", "released", None, date(2026, 1, 31)),
        ),
        (
            lambda new: new["items"].reverse(),
            ("reordered", "items", ["cutting_1", "joining_1"], ["joining_1", "cutting_1"]),
        ),
        (
            lambda new: new["items"][1].update(relationships=[]),
            ("value", "items[joining_1].relationships", ["peer"], []),
        ),
        (
            lambda new: new["items"][0].update(difficulty=0.5),
            ("value", "items[cutting_1].difficulty", None, 0.5),
        ),
        (
            lambda new: new["exam"][0]["options"].update(C=text("Ash")),
            ("value", "exam[exam_wood_1].options.C", None, text("Ash")),
        ),
        (
            lambda new: new["competencies"][0]["actions"][0].update(when="low"),
            ("value", "competencies[cutting].actions[cutting_try].when", "any", "low"),
        ),
        (
            lambda new: new["profiles"][1]["items"].pop(),
            ("removed", "profiles[boats].items[cutting_2]", text("Does cutting."), None),
        ),
        (
            lambda new: new["scale"]["levels"][0]["label"].update(en="None"),
            ("wording", "scale.levels[1].label.en", "Level 1", "None"),
        ),
    ],
)
def test_each_kind_of_change_has_its_word_and_its_place(
    tmp_path: Path, edit: Callable[[dict[str, Any]], object], expected: tuple[object, ...]
) -> None:
    change = only(tmp_path, edit)
    assert (change.kind, change.path, change.before, change.after) == expected
    assert change.describe("en") != change.describe("zh")
    assert change.to_dict("zh")["message"] == change.describe("zh")


def test_moving_weight_between_factors_and_kinds_is_told_for_each(tmp_path: Path) -> None:
    def edit(new: dict[str, Any]) -> None:
        new["factors"][0]["weight"], new["factors"][1]["weight"] = 0.5, 0.5
        new["factors"][0]["kinds"] = {"ratings": 0.7, "exam": 0.3}

    found = changes(tmp_path, edit)
    assert [change.kind for change in found] == ["weight"] * 4
    assert found[0].describe("en") == "factor skill, weight: weight moved from 0.6 to 0.5"
    assert found[1].describe("zh") == "因子 skill，kinds.ratings：权重由 0.5 调整为 0.7"


def test_a_longer_scale_is_told_level_by_level_and_anchor_by_anchor(tmp_path: Path) -> None:
    def edit(new: dict[str, Any]) -> None:
        new["scale"]["max"] = 4
        new["scale"]["levels"].append({"value": 4, "label": text("Level 4")})
        for part in (*new["items"], *new["profiles"][1]["items"]):
            part["anchors"].append(text("Level 4."))

    found = changes(tmp_path, edit)
    assert [change.kind for change in found] == ["value", "value", *["anchor"] * 4]
    assert "scale.levels[4]" in [change.path for change in found]
    assert all(change.describe("zh") for change in found)


def test_what_profiles_change_can_be_shown_as_a_difference(tmp_path: Path) -> None:
    framework = small(tmp_path)
    found = diff_frameworks(framework, framework.with_profiles("boats"))
    assert {change.kind for change in found} == {"weight", "expectation", "added", "value"}


def test_equal_frameworks_have_no_changes(tmp_path: Path) -> None:
    assert changes(tmp_path, lambda new: new) == ()

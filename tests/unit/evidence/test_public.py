from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

import polars as pl
import pytest

import leadline.evidence
from leadline.evidence import (
    check_groups,
    check_outcomes,
    check_people,
    check_ratings,
    check_responses,
)
from leadline.frameworks import load_framework

ROOM = Path(leadline.evidence.__file__).parent


def word_list(language: str) -> dict[str, Any]:
    return tomllib.loads(
        files("leadline").joinpath("evidence", "words", f"{language}.toml").read_text("utf-8")
    )


def texts(entry: Any, path: str = "") -> dict[str, str]:
    if isinstance(entry, str):
        return {path: entry}
    return {
        key: text for name, inner in entry.items() for key, text in texts(inner, f"{path}.{name}").items()
    }


def test_both_languages_say_the_same_with_the_same_fields() -> None:
    en, zh = texts(word_list("en")), texts(word_list("zh"))
    assert en.keys() == zh.keys()
    for name in en:
        fields = [{found for _, found, _, _ in Formatter().parse(text[name]) if found} for text in (en, zh)]
        assert fields[0] == fields[1] or name.endswith(".one"), name


def test_every_code_has_words_and_every_word_is_used() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
    used = set(re.findall(r'"evidence\.(\w+)"', sources))
    used |= {f"repeated_{name}" for name in ("ratings", "responses", "outcomes", "people", "groups")}
    assert used == set(word_list("en"))


def test_checks_are_pure_and_give_clean_rows_and_faults() -> None:
    frame = pl.DataFrame(
        {"ratee": ["ada", "ada"], "rater": ["lin", "bo"], "item": ["i", "i"], "rating": ["4", "x"]}
    )
    before = frame.clone()
    clean, faults = check_ratings(frame, place="r.csv")
    assert frame.equals(before)
    assert clean.get_column("rating").to_list() == [4]
    assert [(fault.place, fault.row, fault.code) for fault in faults] == [
        ("r.csv", 3, "evidence.not_a_number")
    ]


def test_last_wins_holds_for_the_pure_checks_too() -> None:
    frame = pl.DataFrame({"ratee": ["ada"] * 2, "item": ["exam_architecture_1"] * 2, "response": ["a", "b"]})
    clean, faults = check_responses(frame, load_framework("technical-leadership"), last_wins=True)
    assert faults == ()
    assert clean.get_column("response").to_list() == ["b"]


@pytest.mark.parametrize(
    ("check", "columns"),
    [
        (check_outcomes, {"ratee": ["ada"], "item": ["g"], "value": [1], "target": [2], "baseline": [0]}),
        (check_people, {"person": ["ada"], "manager": [None]}),
        (check_groups, {"person": ["ada"], "gender": ["f"]}),
    ],
)
def test_good_tables_have_no_fault(check: Any, columns: dict[str, list[object]]) -> None:
    clean, faults = check(pl.DataFrame(columns))
    assert faults == ()
    assert clean.height == 1


def test_results_with_the_same_item_are_several_readings() -> None:
    frame = pl.DataFrame(
        {"ratee": ["ada"] * 2, "item": ["kr"] * 2, "value": [1, 2], "target": [3, 3], "baseline": [0, 0]}
    )
    assert check_outcomes(frame)[1] == ()


def test_lists_in_cells_are_no_text() -> None:
    frame = pl.DataFrame({"ratee": [["ada"]], "rater": ["lin"], "item": ["i"], "rating": [4]})
    _, faults = check_ratings(frame)
    assert [(fault.code, fault.column) for fault in faults] == [("evidence.unusable_column", "ratee")]


def test_answers_scored_by_hand_lie_between_0_and_the_most() -> None:
    framework = load_framework("technical-leadership")
    by_hand = replace(framework.exam[0], id="essay", options={}, key=None, max_score=4)
    framework = replace(framework, exam=(*framework.exam, by_hand))
    answers = ["4", "4.5", "-1", "good", None, "0"]
    frame = pl.DataFrame({"ratee": list("abcdef"), "item": ["essay"] * 6, "response": answers})
    _, faults = check_responses(frame, framework)
    assert [(fault.code, fault.row) for fault in faults] == [
        ("evidence.response_off_scale", row) for row in (3, 4, 5)
    ]
    assert "Allowed: 0 to 4" in faults[0].describe()

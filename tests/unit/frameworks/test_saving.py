"""A framework as file, as rows and as JSON."""

from __future__ import annotations

import json
import pickle
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from tests.unit.frameworks.small import small, tables

from leadline.errors import SourceError, UsageError
from leadline.frameworks import Disclosure, Framework, load_framework
from leadline.frameworks.framework import LISTS


def test_a_saved_framework_loads_back_equal_with_one_hash(tmp_path: Path) -> None:
    framework = replace(small(tmp_path), released=date(2026, 1, 31))
    path = framework.save(tmp_path / "deep" / "copy")
    again = load_framework(path.parent)
    assert again == framework
    assert again.hash == framework.hash


def test_saving_twice_gives_the_same_bytes_with_unix_line_ends(tmp_path: Path) -> None:
    framework = small(tmp_path)
    first = framework.save(tmp_path / "a").read_bytes()
    assert framework.save(tmp_path / "a").read_bytes() == first
    assert b"\r" not in first


def test_saving_beside_other_parts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "items.toml").write_text("", encoding="utf-8")
    with pytest.raises(SourceError, match=r"items\.toml"):
        small(tmp_path / "craft").save(tmp_path)


def test_what_a_default_says_again_changes_no_hash(tmp_path: Path) -> None:
    content = tables()
    content["score"].update(rho=0, level=0.90)
    content["competencies"][0]["weight"] = 1
    content["disclosure"] = {"all": 4}
    assert small(tmp_path / "a", content).hash == small(tmp_path / "b").hash
    assert Disclosure() == small(tmp_path / "a", content).disclosure


def test_any_word_changes_the_hash(tmp_path: Path) -> None:
    content = tables()
    content["items"][0]["anchors"][2]["zh"] += "。"
    assert small(tmp_path / "a", content).hash != small(tmp_path / "b").hash


def test_rows_are_flat_and_all_of_one_shape(tmp_path: Path) -> None:
    framework = small(tmp_path)
    rows = framework.to_rows("items")
    assert rows[0]["id"] == "cutting_1"
    assert rows[0]["factor"] == "skill"
    assert rows[0]["anchors_3_en"] == "Level 3."
    assert rows[0]["relationships_1"] is None
    assert rows[1]["relationships_1"] == "peer"
    assert framework.to_rows("factors")[0]["kinds_exam"] == 0.5
    for part in LISTS:
        shapes = {tuple(row) for row in framework.to_rows(part)}
        assert len(shapes) == 1
        for row in framework.to_rows(part):
            assert not any(isinstance(value, list | dict | tuple) for value in row.values())


def test_every_list_of_a_framework_has_rows() -> None:
    lists = {part.name for part in fields(Framework) if str(part.type).startswith("tuple")}
    assert lists - {"applied"} == set(LISTS)


def test_rows_of_an_unknown_list_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'skills'"):
        small(tmp_path).to_rows("skills")


def test_json_holds_the_whole_content_and_the_hash(tmp_path: Path) -> None:
    framework = replace(small(tmp_path), released=date(2026, 1, 31))
    content = json.loads(json.dumps(framework.to_json()))
    assert content["hash"] == framework.hash
    assert content["released"] == "2026-01-31"
    assert content["score"] == {
        "formula": "geometric",
        "rho": 0.0,
        "level": 0.9,
        "map": "fair-average-share/1",
    }
    assert content["items"][0]["difficulty"] is None


def test_a_framework_can_be_sent_to_another_process(tmp_path: Path) -> None:
    framework = small(tmp_path)
    assert framework.item("cutting_1")
    assert pickle.loads(pickle.dumps(framework)) == framework  # noqa: S301 - the test made the bytes

"""``leadline describe`` and ``leadline framework``."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.cli.calling import call

from leadline.frameworks import list_frameworks, load_framework

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Everyone is connected"), ("zh", "所有人都通过共同的评分者相互连通")]
)
def test_a_folder_is_described(language: str, words: str) -> None:
    ended = call("describe", EXAMPLES / "acme", "--language", language)
    assert ended.status == 0
    assert words in ended.out
    assert "34,452" in ended.out
    assert "stakeholder" in ended.out


def test_a_description_as_json() -> None:
    document = json.loads(call("describe", EXAMPLES / "acme", "--json").out)
    assert document["n_rows"]["ratings"] == 34452
    assert document["n_subsets"] == 1


def test_a_query_is_described(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "hr.db")) as connection, connection:
        connection.execute("create table marks (person, mark)")
        connection.execute("insert into marks values ('ada', 3), ('lin', 5)")
    ended = call("describe", f"sqlite:///{tmp_path}/hr.db", "--query", "select mark from marks")
    assert ended.status == 0
    assert "mark" in ended.out
    assert "person" not in ended.out


def test_what_assess_would_refuse_is_said(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text("ratee,rater,item,rating\nada,lin,a,4\nada,lin,a,5\nada,bo,a,x\n")
    ended = call("describe", tmp_path)
    assert ended.status == 0
    assert "would refuse" in ended.out
    assert "row 3" in ended.out


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    ended = call("describe", tmp_path / "nothing.csv")
    assert (ended.status, ended.out) == (2, "")
    assert "nothing.csv" in ended.err


def test_groups_apart_are_told(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("ratee,rater,item,rating\nada,lin,a,4\nbo,mei,a,5\n")
    assert "falls apart into 2 groups" in call("describe", tmp_path / "r.csv").out


def test_frameworks_are_listed() -> None:
    assert "technical-leadership" in call("framework", "list").out
    assert "技术领导力" in call("framework", "list", "--language", "zh").out
    assert [one["id"] for one in json.loads(call("framework", "list", "--json").out)] == [
        "opinion-leader",
        "technical-leadership",
    ]


def test_a_framework_is_shown_with_its_profiles_applied() -> None:
    text = call("framework", "show", "technical-leadership", "--profile", "tech_lead", "fintech").out
    framework = load_framework("technical-leadership").with_profiles("tech_lead", "fintech")
    assert framework.hash in text
    for part in (*framework.factors, *framework.competencies, *framework.items, *framework.bands):
        assert part.id in text  # type: ignore[attr-defined]  # every part of a framework has an id
    document = json.loads(call("framework", "show", "technical-leadership", "--json").out)
    assert document["id"] == "technical-leadership"


def test_an_unknown_framework_is_refused_with_the_nearest_name() -> None:
    ended = call("framework", "show", "technical-leadershp")
    assert ended.status == 2
    assert "technical-leadership" in ended.err


def test_a_sound_framework_passes_and_a_faulty_one_ends_with_1(tmp_path: Path) -> None:
    path = list_frameworks()[-1].path
    assert call("framework", "check", path).status == 0
    load_framework("technical-leadership").save(tmp_path)
    text = (tmp_path / "framework.toml").read_text(encoding="utf-8").replace("geometric", "magic")
    (tmp_path / "framework.toml").write_text(text, encoding="utf-8")
    ended = call("framework", "check", tmp_path)
    assert ended.status == 1
    assert "magic" in ended.out
    document = json.loads(call("framework", "check", tmp_path, "--json").out)
    assert document["faults"][0]["value"] == "magic"


def test_differences_between_frameworks_are_told_by_meaning(tmp_path: Path) -> None:
    load_framework("technical-leadership").save(tmp_path)
    assert call("framework", "diff", "technical-leadership", tmp_path) == (0, "No changes.\n", "")
    text = (tmp_path / "framework.toml").read_text(encoding="utf-8").replace("Falls short", "Fails")
    (tmp_path / "framework.toml").write_text(text, encoding="utf-8")
    ended = call("framework", "diff", "technical-leadership", tmp_path)
    assert ended.status == 1
    assert "Falls short" in ended.out
    assert "Fails" in ended.out
    assert json.loads(call("framework", "diff", "technical-leadership", tmp_path, "--json").out)

"""The example organisation is what its README says, and its generator still makes it."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ACME = Path(__file__).parents[3] / "examples" / "acme"
TABLES = ["ratings", "responses", "outcomes", "people", "groups", "truth"]


def read(name: str) -> list[dict[str, str]]:
    with (ACME / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("acme")
    subprocess.run([sys.executable, str(ACME / "generate.py"), "--out", str(folder)], check=True)
    return folder


@pytest.mark.parametrize("name", TABLES)
def test_the_generator_writes_the_committed_bytes(regenerated: Path, name: str) -> None:
    assert (regenerated / f"{name}.csv").read_bytes() == (ACME / f"{name}.csv").read_bytes()


def test_there_are_40_leaders_and_260_colleagues_of_distinct_names() -> None:
    people = read("people")
    ratees = {row["ratee"] for row in read("ratings")}
    assert (len(people), len(ratees)) == (300, 40)
    assert len({row["person"] for row in people}) == len({row["name"] for row in people}) == 300
    assert {"ada", "lin"} < ratees


def test_names_and_comments_are_in_both_languages() -> None:
    names = [row["name"] for row in read("people")]
    comments = [row["comment"] for row in read("ratings") if row["comment"]]
    for texts in (names, comments):
        chinese = sum(bool(re.search("[\u4e00-\u9fff]", text)) for text in texts)
        assert 0.3 < chinese / len(texts) < 0.7


def test_everyone_who_rates_is_in_people_and_has_a_manager_there() -> None:
    people = {row["person"]: row for row in read("people")}
    assert {row["rater"] for row in read("ratings")} <= people.keys()
    assert [person for person, row in people.items() if row["manager"] not in people] == [
        next(person for person, row in people.items() if row["role"] == "chief_executive")
    ]


def test_one_leader_has_fewer_raters_than_may_be_shown() -> None:
    raters = defaultdict(set)
    for row in read("ratings"):
        if row["relationship"] != "self":
            raters[row["ratee"]].add(row["rater"])
    assert [ratee for ratee, found in raters.items() if len(found) < 4] == ["ingrid"]


def test_the_planted_gaps_are_in_the_tables() -> None:
    missing = {
        (row["element"], row["cycle"], row["value"]) for row in read("truth") if row["quantity"] == "missing"
    }
    assert len(missing) == 9
    for name, what in (("responses", "exam"), ("outcomes", "outcomes")):
        present = {(row["ratee"], row["cycle"]) for row in read(name)}
        assert {place[:2] for place in missing if place[2] == what}.isdisjoint(present)


def test_the_readme_states_the_size_of_each_table() -> None:
    text = (ACME / "README.md").read_text(encoding="utf-8")
    for name in TABLES[:-1]:
        assert f"| `{name}.csv` | {len(read(name)):,} |" in text

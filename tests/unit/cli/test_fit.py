"""``leadline fit``: files written, options, refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tests.unit.cli.calling import call

GUILFORD = Path(__file__).parents[3] / "examples" / "guilford-1954" / "ratings.csv"
HEADER = "facet,element,measure,se,n,raw_mean,fair_mean,infit_mnsq,infit_z,outfit_mnsq,outfit_z,extreme"


def measures(folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (folder / "measures.csv").open(encoding="utf-8", newline="") as file:
        return {(row["facet"], row["element"]): row for row in csv.DictReader(file)}


def test_a_fit_writes_the_promised_files_and_columns(tmp_path: Path) -> None:
    ended = call("fit", GUILFORD, "--out", tmp_path / "out")
    assert ended.status == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "measures.csv",
        "thresholds.csv",
        "variance.csv",
        "rater_effects.csv",
        "categories.csv",
        "links.csv",
        "summary.json",
        "manifest.json",
    }
    columns = (tmp_path / "out" / "measures.csv").read_text().splitlines()[0].split(",")
    assert columns[: len(HEADER.split(","))] == HEADER.split(",")
    assert "Reliability" in ended.out


def test_columns_of_any_name_and_further_facets_are_used(tmp_path: Path) -> None:
    lines = GUILFORD.read_text().splitlines()
    renamed = ["essay,judge,trait,mark,day", *(f"{line},{'ab'[n % 2]}" for n, line in enumerate(lines[1:]))]
    (tmp_path / "essays.csv").write_text("\n".join(renamed))
    columns = ["--ratee", "essay", "--rater", "judge", "--item", "trait", "--rating", "mark"]
    ended = call("fit", tmp_path / "essays.csv", "--out", tmp_path / "out", *columns, "--facet", "day")
    assert ended.status == 0, ended.err
    assert ("day", "a") in measures(tmp_path / "out")


def test_anchored_elements_stay_where_they_were(tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text("facet,element,measure\nitem,Attack,0.5\nitem,Basis,-0.25\n")
    assert call("fit", GUILFORD, "--out", tmp_path / "out", "--anchor", anchors).status == 0
    assert float(measures(tmp_path / "out")["item", "Attack"]["measure"]) == 0.5


def test_measures_of_an_earlier_fit_are_anchors(tmp_path: Path) -> None:
    call("fit", GUILFORD, "--out", tmp_path / "one")
    anchors = tmp_path / "one" / "measures.csv"
    ended = call("fit", GUILFORD, "--out", tmp_path / "two", "--anchor", anchors)
    assert ended.status == 0, ended.err
    one, two = measures(tmp_path / "one"), measures(tmp_path / "two")
    assert all(abs(float(one[place]["measure"]) - float(two[place]["measure"])) < 1e-6 for place in one)


def test_faulty_anchors_are_refused_all_at_once(tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.csv"
    anchors.write_text("facet,element,measure\nitem,Attack,high\nitem,Basis,\n")
    ended = call("fit", GUILFORD, "--out", tmp_path / "out", "--anchor", anchors, "--json")
    faults = json.loads(ended.out)["error"]["faults"]
    assert ended.status == 2
    assert [(fault["row"], fault["column"]) for fault in faults] == [(2, "measure"), (3, "measure")]
    anchors.write_text("facet,name\n")
    assert call("fit", GUILFORD, "--out", tmp_path / "out", "--anchor", anchors).status == 2
    assert not (tmp_path / "out").exists()


def test_answers_of_an_exam_are_fitted_without_raters_and_items_written(tmp_path: Path) -> None:
    rows = [f"p{p},q{q},{int((p * 7 + q * q) % 10 > q + p % 3)}" for p in range(60) for q in range(6)]
    (tmp_path / "responses.csv").write_text("\n".join(["ratee,item,response", *rows]))
    options = ["--no-rater", "--rating", "response", "--model", "2pl"]
    ended = call("fit", tmp_path / "responses.csv", "--out", tmp_path / "out", *options)
    assert ended.status == 0, ended.err
    assert "marginal log-likelihood" in ended.out
    header, *items = (tmp_path / "out" / "items.csv").read_text().splitlines()
    assert header == "item,slope,slope_se,guess,guess_se"
    assert len(items) == 6
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["approximation"] == "adaptive quadrature"


def test_a_model_that_raters_have_none_of_is_refused_with_what_to_do(tmp_path: Path) -> None:
    ended = call("fit", GUILFORD, "--out", tmp_path / "out", "--model", "2pl")
    assert ended.status == 2
    assert "--no-rater" in ended.err


def test_json_is_the_summary(tmp_path: Path) -> None:
    document = json.loads(call("fit", GUILFORD, "--out", tmp_path / "out", "--json").out)
    assert document["converged"] is True
    assert document["out"] == str(tmp_path / "out")


@pytest.mark.parametrize("arguments", [("--ratee", "nobody"), ("--rating", "rater"), ("--query", "select 1")])
def test_what_cannot_be_fitted_is_refused_and_leaves_nothing(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ended = call("fit", GUILFORD, "--out", tmp_path / "out", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_someone_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    ended = call("fit", GUILFORD, "--out", tmp_path)
    assert ended.status == 2
    assert "notes.txt" in ended.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--ratee", "item"), "'item' is named twice: as ratee and as item."),
        (("--facet", "rater"), "'rater' is named twice: as rater and as facet."),
        (("--dif", "site"), "one fault in the groups"),
        (("--dif", "site"), "There is no such column. Columns found: ratee, rater, item, rating."),
    ],
)
def test_columns_that_cannot_be_meant_are_refused(
    tmp_path: Path, options: tuple[str, str], said: str
) -> None:
    ended = call("fit", GUILFORD, "--out", tmp_path / "out", *options)
    assert ended.status == 2
    assert said in ended.err
    assert not (tmp_path / "out").exists()


def test_the_files_named_are_those_written(tmp_path: Path) -> None:
    lines = GUILFORD.read_text().splitlines()
    with_site = [f"{lines[0]},site", *(f"{line},{'ab'[line < 'D']}" for line in lines[1:])]
    (tmp_path / "ratings.csv").write_text("\n".join(with_site))
    ended = call("fit", tmp_path / "ratings.csv", "--out", tmp_path / "out", "--dif", "site")
    named = ended.out.splitlines()[-1].rpartition(": ")[2].removesuffix(" written.").split(", ")
    assert "dif.csv" in named
    assert {*named, "manifest.json"} == {path.name for path in (tmp_path / "out").iterdir()}


def test_faults_of_ratings_are_told_under_the_name_of_their_file(tmp_path: Path) -> None:
    (tmp_path / "essays.csv").write_text("ratee,rater,item,rating\nada,lin,clear,good\n")
    ended = call("fit", tmp_path / "essays.csv", "--out", tmp_path / "out")
    assert ended.status == 2
    assert "essays.csv, row 2, column rating: 'good' is not a number." in ended.err

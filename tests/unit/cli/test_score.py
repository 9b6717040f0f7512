"""``leadline score``: figures given or from a table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.cli.calling import call

from leadline.cli.interface import FIT_METHODS, FORMULAS, MODELS, STOPPING
from leadline.measurement.fits import fit as fitting
from leadline.scoring import formulas

FOUR = ("--te", "85", "--la", "80", "--bi", "75", "--pg", "90")


@pytest.mark.parametrize(
    ("options", "printed"),
    [
        ((), "82.3  (weighted geometric mean)"),
        (("--formula", "product"), "459,000  (raw product)"),
        (("--formula", "arithmetic"), "82.5  (weighted arithmetic mean)"),
        (("--formula", "ces", "--rho", "-5"), "81.4  (CES, rho -5)"),
        (("--weights", "te=.4,la=.3,bi=.2,pg=.1"), "81.9  (weighted geometric mean)"),
        (("--language", "zh"), "82.3（加权几何平均）"),
    ],
)
def test_the_overall_score_of_four_figures(options: tuple[str, ...], printed: str) -> None:
    assert call("score", *FOUR, *options) == (0, printed + "\n", "")


@pytest.mark.parametrize("name", ["product", "source"])
def test_the_product_as_json_by_its_name_and_by_the_one_of_before(name: str) -> None:
    document = json.loads(call("score", *FOUR, "--formula", name, "--json").out)
    assert document["formula"] == "product"
    assert document["scores"][0]["score"] == 459000


def test_a_table_of_people_is_ranked(tmp_path: Path) -> None:
    table = tmp_path / "factors.csv"
    table.write_text(
        "ratee,te,la,bi,pg,te_se,la_se,bi_se,pg_se\nada,85,80,75,90,3,3,3,3\nlin,60,70,65,80,3,3,3,3\n"
    )
    ended = call("score", table)
    assert ended.status == 0
    lines = [line.split() for line in ended.out.splitlines()]
    assert [line[:4] for line in lines if line and line[0] in ("1", "2")] == [
        ["1", "ada", "ada", "82.3"],
        ["2", "lin", "lin", "68.4"],
    ]
    document = json.loads(call("score", table, "--json").out)
    assert [row["ratee"] for row in document["scores"]] == ["ada", "lin"]


def test_the_same_seed_gives_the_same_answer_wherever_it_is_given(tmp_path: Path) -> None:
    table = tmp_path / "factors.csv"
    table.write_text(
        "ratee,te,la,bi,pg,te_se,la_se,bi_se,pg_se\nada,85,80,75,90,3,3,3,3\nlin,80,84,75,90,3,3,3,3\n"
    )
    after = call("score", table, "--json", "--seed", "5").out
    before = call("--seed", "5", "score", table, "--json").out
    other = call("score", table, "--json", "--seed", "6").out
    assert after == before != other


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Give either scores"),
        (("x.csv", "--te", "85"), "Give either scores"),
        (("--te", "185"), "185"),
        (("--te", "85", "--weights", "te"), "'te' is not a weight"),
        (("--te", "85", "--weights", "te=1,zz=0"), "zz"),
        (("--te", "85", "--rho", "1"), "rho"),
        (("missing.csv",), "missing.csv"),
    ],
)
def test_what_cannot_be_scored_is_refused(arguments: tuple[str, ...], words: str) -> None:
    ended = call("score", *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err


def test_the_interface_offers_exactly_what_exists() -> None:
    assert set(FORMULAS) == set(formulas.FORMULAS)
    assert (MODELS, FIT_METHODS, STOPPING) == (fitting.MODELS, fitting.METHODS, fitting.STOPPING)


def test_a_factor_left_out_is_named(tmp_path: Path) -> None:
    out = call("score", "--te", "85", "--la", "80").out
    assert out.splitlines()[0] == "82.5  (weighted geometric mean)"
    assert "Partial: not given, and so left out: Business insight, Performance goal achievement." in out
    assert (
        "未计入的因子：领导能力、商业洞察力、绩效目标达成度。"
        in call("score", "--te", "85", "--language", "zh").out
    )
    (tmp_path / "factors.csv").write_text("ratee,te\nada,85\n")
    assert "without standard errors" in call("score", tmp_path / "factors.csv").out


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "100.5"])
def test_a_figure_that_is_no_score_is_refused_under_the_name_of_its_option(value: str) -> None:
    ended = call("score", "--te", "85", "--pg", value)
    assert ended.status == 2
    assert ended.err.startswith(f"Error: --pg: {value} is not a score.")


def test_a_figure_for_a_factor_that_the_framework_lacks_is_not_dropped() -> None:
    ended = call("score", *FOUR, "--framework", "opinion-leader")
    assert ended.status == 2
    assert "There is no factor 'la'." in ended.err


def test_faults_of_a_table_of_figures_name_its_file(tmp_path: Path) -> None:
    (tmp_path / "factors.csv").write_text("ratee,te\nada,high\n")
    assert (
        "factors.csv, row 2, column te: 'high' is not a number."
        in call("score", tmp_path / "factors.csv").err
    )


@pytest.mark.parametrize(
    ("language", "named"),
    [
        ("en", ": Business insight and Performance goal achievement."),
        ("zh", "：商业洞察力和绩效目标达成度。"),
    ],
)
def test_a_notice_names_factors_by_title(tmp_path: Path, language: str, named: str) -> None:
    table = tmp_path / "factors.csv"
    table.write_text("ratee,te,la\nada,85,80\nlin,60,70\n")
    assert named in call("score", table, "--language", language).out

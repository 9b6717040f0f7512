from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leadline.errors import EvidenceError, ScoringError
from leadline.evidence.frames import frame
from leadline.frameworks import load_framework
from leadline.scoring import Figures, read_figures

FULL = {"te": 85, "la": 80, "bi": 75, "pg": 90}


def faults_of(table: object) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(EvidenceError) as caught:
        read_figures(table)  # type: ignore[arg-type]
    return [(fault.code.removeprefix("scoring."), fault.row, fault.column) for fault in caught.value.faults]


def test_factors_go_by_initials_id_or_title_in_both_languages() -> None:
    figures = read_figures({"TE": 85, "leadership_ability": 80, "Business insight": 75, "绩效目标达成度": 90})
    assert figures.factor_value.tolist() == [[85, 80, 75, 90]]
    assert figures.ratees == ("1",)


def test_a_table_and_a_mapping_of_columns_give_the_same() -> None:
    columns = {
        "ratee": ["ada", "lin"],
        "name": ["Ada", None],
        "te": ["85", 70.5],
        "la": [None, ""],
        "team": [1, 2],
    }
    for table in (columns, frame({**columns, "te": [85, 70.5], "la": [None, None]})):
        figures = read_figures(table)
        assert figures.names == {"ada": "Ada", "lin": "lin"}
        np.testing.assert_array_equal(figures.factor_value[:, :2], [[85, np.nan], [70.5, np.nan]])


def test_other_frameworks_have_their_own_factors() -> None:
    framework = load_framework("opinion-leader")
    figures = read_figures({factor.id: 50 for factor in framework.factors}, framework)
    assert figures.factors == tuple(factor.id for factor in framework.factors)


def test_all_faults_are_told_at_once_with_row_and_column() -> None:
    table = {
        "ratee": ["ada", "", "ada", "lin"],
        "te": [85, "high", 101, -1],
        "te_se": [-1, 3, float("inf"), 3],
        "leadership_abilty": [1, 2, 3, 4],
    }
    assert sorted(faults_of(table), key=str) == sorted(
        [
            ("misspelt_column", 1, "leadership_abilty"),
            ("figure_is_no_number", 3, "te"),
            ("figure_out_of_range", 4, "te"),
            ("figure_out_of_range", 5, "te"),
            ("error_out_of_range", 2, "te_se"),
            ("error_out_of_range", 4, "te_se"),
            ("ratee_missing", 3, "ratee"),
            ("ratee_twice", 4, "ratee"),
        ],
        key=str,
    )


def test_a_misspelt_factor_is_told_with_the_right_name() -> None:
    with pytest.raises(
        EvidenceError, match=r"row 1, column leadership_abilty: .*Did you mean 'leadership_ability'"
    ):
        read_figures({**FULL, "leadership_abilty": 80})


def test_a_factor_must_not_come_twice() -> None:
    assert faults_of({"te": 85, "technical_expertise": 80}) == [("factor_twice", 1, "technical_expertise")]


def test_standard_errors_are_given_for_all_figures_or_for_none() -> None:
    assert faults_of({"te": [85, 70], "te_se": [3, None], "la": [80, None]}) == [
        ("error_missing", 2, "la"),
        ("error_missing", 3, "te"),
    ]
    assert not read_figures(FULL).has_errors
    assert read_figures({"te": [85, None], "te_se": [0, None]}).has_errors


def test_true_and_text_are_no_figures() -> None:
    assert faults_of({"te": [b"85x"]}) == [("figure_is_no_number", 2, "te")]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"score": [1], "ratee": ["ada"]}, "The columns are: score, ratee"),
        ({}, "No column is a factor"),
        ({"te": []}, "no rows"),
        ({"te": [1, 2], "la": [1]}, "te 2, la 1"),
    ],
)
def test_a_table_that_holds_no_figures_is_told(table: dict[str, list[object]], told: str) -> None:
    with pytest.raises(ScoringError, match=told):
        read_figures(table)


def test_draws_have_the_mean_and_the_error_of_the_figures() -> None:
    figures = read_figures({"te": 60, "te_se": 4, "la": 99, "la_se": 4})
    draws = figures.draws(20_000, seed=1)
    chosen = figures.factors[::-1]
    np.testing.assert_array_equal(figures.draws(20_000, 1, chosen), draws[..., ::-1])
    assert draws.shape == (20_000, 1, 4)
    assert draws[:, 0, 0].mean() == pytest.approx(60, abs=0.1)
    assert draws[:, 0, 0].std() == pytest.approx(4, rel=0.02)
    assert draws[:, 0, 1].max() == 100
    assert np.isnan(draws[:, 0, 2:]).all()


def test_a_missing_factor_is_drawn_from_what_the_group_shows() -> None:
    te = [50.0, 55, 60, 65, 70, None]
    figures = read_figures({"te": te, "te_se": [1] * 6})
    missing = figures.draws(20_000, seed=1)[:, 5, 0]
    assert missing.mean() == pytest.approx(60, abs=0.2)
    assert missing.std() == pytest.approx(np.std(te[:5], ddof=1), rel=0.02)


def test_a_group_of_few_tells_little_about_a_missing_factor() -> None:
    figures = read_figures({"te": [60.0, 61.0, None], "te_se": [1] * 3})
    assert figures.draws(20_000, seed=1)[:, 2, 0].std() > 20


def test_figures_load_back_equal(tmp_path: Path) -> None:
    figures = read_figures(
        {"ratee": ["ada", "林"], "te": [85, 1 / 3], "te_se": [1, 2], "la": [None, 3], "la_se": [1, 1]}
    )
    loaded = Figures.load(figures.save(tmp_path / "figures"))
    assert loaded.to_json() == figures.to_json()
    assert loaded.input_hash == figures.input_hash
    np.testing.assert_array_equal(loaded.draws(100, 3), figures.draws(100, 3))

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.unit.scoring.measured import measured

from leadline.errors import SourceError
from leadline.scoring import Scorecard, compare, score, shown

FIGURES = {
    "ratee": ["ada", "林", "=cmd"],
    "te": [85, 70, None],
    "te_se": [3, 2, None],
    "la": [80, 72, 66],
    "la_se": [3, 3, 3],
}


def content_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_scorecard_loads_back_equal(tmp_path: Path) -> None:
    card = score(FIGURES, formula="ces", rho=-np.inf, seed=3)
    loaded = Scorecard.load(card.save(tmp_path / "out"))
    assert loaded.to_json() == card.to_json()
    for name in ("weights", "p_greater", "rank", "factor_lower", "competency_score"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(card, name))
    assert str(loaded.drivers) == str(card.drivers)
    assert (loaded.formula, loaded.groups, loaded.notices) == (card.formula, card.groups, card.notices)
    assert loaded.framework == card.framework


def test_a_scorecard_of_measures_loads_back_equal(tmp_path: Path) -> None:
    now = measured(
        [[85, 80, 75, 90], [70, np.nan, 68, 75]], raters=[8, 2], competencies={"code_quality": [60.0, 70.0]}
    )
    for card in (score(now), shown(score(now)).scorecard):
        loaded = Scorecard.load(card.save(tmp_path / str(card.is_disclosed)))
        assert loaded.to_json() == card.to_json()
        assert loaded.is_disclosed == card.is_disclosed
        assert compare(loaded, ["p0", "p1"]).to_json() == compare(card, ["p0", "p1"]).to_json()


def test_a_loaded_scorecard_compares_people_as_before(tmp_path: Path) -> None:
    card = score(FIGURES)
    loaded = Scorecard.load(card.save(tmp_path))
    assert compare(loaded, ["ada", "林"]).to_json() == compare(card, ["ada", "林"]).to_json()


def test_the_same_input_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        score(FIGURES, seed=5).save(tmp_path / name)
    assert content_of(tmp_path / "one") == content_of(tmp_path / "two")


def test_tables_are_written_for_people(tmp_path: Path) -> None:
    score(FIGURES).save(tmp_path)
    assert {path.name for path in tmp_path.glob("*.csv")} == {
        "scores.csv",
        "ranking.csv",
        "drivers.csv",
        "quality.csv",
    }
    text = (tmp_path / "ranking.csv").read_text(encoding="utf-8")
    assert text.startswith("ratee,score,lower,upper,rank,rank_lower,rank_upper,p_best,p_top_k")
    assert "\n'=cmd," in text


def test_a_folder_without_a_scorecard_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no scorecard"):
        Scorecard.load(tmp_path)

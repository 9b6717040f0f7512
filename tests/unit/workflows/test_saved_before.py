"""Folders that release 0.1.0 wrote are read, shown and replaced.

``release_0_1.tar.xz`` holds what ``assess`` and ``fit`` of commit 36f9bd9 wrote of 490 invented ratings,
without the reports.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from leadline.measurement import FacetFit
from leadline.scoring import Scorecard
from leadline.workflows import compare_saved, fit_file, read_anchors, saved_scorecard
from leadline.workflows.folder import check_replaceable, files_of


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    shutil.unpack_archive(Path(__file__).with_name("release_0_1.tar.xz"), tmp_path, filter="data")
    return tmp_path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_assessment_of_before_is_read_and_written_again_byte_for_byte(saved: Path, tmp_path: Path) -> None:
    scorecard = saved_scorecard(saved / "assess")
    again = scorecard.save(tmp_path / "again")
    tables = {name for name in files_of(again) if name.endswith(".csv") and "/" not in name}
    assert {"scores.csv", "ranking.csv", "drivers.csv"} <= tables
    for name in tables:
        assert (again / name).read_bytes() == (saved / "assess" / name).read_bytes(), name
    assert Scorecard.load(again).overall.tolist() == scorecard.overall.tolist()


def test_people_of_an_assessment_of_before_are_compared(saved: Path) -> None:
    comparison = compare_saved(saved / "assess", top=3)
    ranking = rows(saved / "assess" / "ranking.csv")
    assert comparison.ratees == tuple(row["ratee"] for row in ranking[:3])
    assert comparison.overall.tolist() == pytest.approx(
        [float(row["score"]) for row in ranking[:3]], abs=5e-7
    )


def test_a_fit_of_before_is_read_and_anchors_another(saved: Path, tmp_path: Path) -> None:
    measures = rows(saved / "fit" / "measures.csv")
    loaded = FacetFit.load(saved / "fit")
    for facet, known in loaded.facets.items():
        printed = [float(row["measure"]) for row in measures if row["facet"] == facet]
        assert known.measure.tolist() == printed, facet
    head, *lines = (saved / "fit" / "measures.csv").read_text(encoding="utf-8").splitlines()
    anchor = tmp_path / "items.csv"
    anchor.write_text(
        "\n".join([head, *(line for line in lines if line.startswith("item,"))]), encoding="utf-8"
    )
    items = read_anchors(anchor)["item"]
    answers = [
        f"{ratee},{rater},{item},{1 + (n + m + k) % 5}"
        for n, ratee in enumerate("abc")
        for m, rater in enumerate("xyz")
        for k, item in enumerate(items)
    ]
    ratings = tmp_path / "ratings.csv"
    ratings.write_text("\n".join(["ratee,rater,item,rating", *answers]), encoding="utf-8")
    fitted = fit_file(ratings, tmp_path / "out", anchor=anchor).fit.facets["item"]
    found = dict(zip(fitted.elements, fitted.measure.tolist(), strict=True))
    assert found == pytest.approx(items, abs=1e-12)


@pytest.mark.parametrize("name", ["assess", "fit"])
def test_a_folder_of_before_may_be_replaced(saved: Path, name: str) -> None:
    check_replaceable(saved / name)

"""The published creativity ratings, through the command of the example's README."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

GUILFORD = Path(__file__).parents[3] / "examples" / "guilford-1954"
FIGURES = ["measure", "se", "infit_mnsq", "outfit_mnsq"]


def read(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["facet"], row["element"]): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("guilford") / "out"
    arguments = ["fit", str(GUILFORD / "ratings.csv"), "--out", str(out), "--method", "joint"]
    command = [sys.executable, "-m", "leadline", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert str(out) in done.stdout
    return out


@pytest.mark.parametrize("figure", FIGURES)
def test_every_element_has_the_figures_of_the_independent_program(fitted: Path, figure: str) -> None:
    found, expected = read(fitted / "measures.csv"), read(GUILFORD / "expected.csv")
    assert found.keys() == expected.keys()
    for element, row in expected.items():
        assert float(found[element][figure]) == pytest.approx(float(row[figure]), abs=0.0005), element


def test_the_readme_quotes_figures_that_are_there(fitted: Path) -> None:
    text = (GUILFORD / "README.md").read_text(encoding="utf-8")
    found = read(fitted / "measures.csv")
    for rater, quoted in (("Brahe", "0.245"), ("Avogadro", "0.040"), ("Cavendish", "-0.096")):
        assert f"{float(found['rater', rater]['measure']):.3f}" == quoted
        assert quoted in text

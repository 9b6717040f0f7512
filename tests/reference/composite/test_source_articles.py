"""Worked examples of the two source articles behind the framework technical-leadership, version 1.0.0.

The articles print 5062.5 for the score of four factors and 0.76625 for the second team. Their own formulas
give 459,000 and 0.72675: 85 x 80 x 75 x 90 / 100, and .85 x .90 x .95. The means of the same four factors
are given to two decimals, as in docs/explanation/score.md.
"""

from __future__ import annotations

import numpy as np
import pytest

from leadline.scoring import composite, score, team_efficiency

FACTORS = {"te": 85, "la": 80, "bi": 75, "pg": 90}
EQUAL = [0.25] * 4


def test_the_product_of_the_source_article_is_459000() -> None:
    assert composite([*FACTORS.values()], EQUAL, "product") == 459_000
    assert score(FACTORS, formula="product").overall[0] == 459_000


@pytest.mark.parametrize(
    ("formula", "rho", "printed"),
    [
        ("geometric", 0.0, 82.31),
        ("arithmetic", 0.0, 82.50),
        ("ces", 1.0, 82.50),
        ("ces", 0.5, 82.41),
        ("ces", 0.0, 82.31),
        ("ces", -1.0, 82.12),
        ("ces", -5.0, 81.37),
        ("ces", -np.inf, 75.00),
    ],
)
def test_the_means_of_the_example_have_the_printed_digits(formula: str, rho: float, printed: float) -> None:
    assert composite([*FACTORS.values()], EQUAL, formula, rho).round(2) == printed


def test_team_efficiency_of_the_source_article() -> None:
    assert team_efficiency(0.70, 0.80, 0.90) == pytest.approx(0.504, abs=1e-15)
    assert team_efficiency(0.85, 0.90, 0.95) == pytest.approx(0.72675, abs=1e-15)

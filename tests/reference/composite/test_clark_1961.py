"""Clark (1961), The greatest of a finite set of random variables, Operations Research 9, 145-162, eq. 2-4.

For two independent normal scores N(80, 4^2) and N(78, 6^2): P(first > second) = .6092 and the mean of the
greater = 81.9868. Draws must agree within their Monte Carlo error (five standard errors of it).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from leadline.scoring import compare, probability_greater, score

N = 40_000
FIRST, SECOND = (80.0, 4.0), (78.0, 6.0)
P_FIRST, MEAN_OF_GREATER = 0.6092, 81.9868


def clark() -> tuple[float, float]:
    """Equations 2 and 3 of the paper for two independent normals."""
    (a, s), (b, t) = FIRST, SECOND
    spread = np.hypot(s, t)
    alpha = (a - b) / spread
    normal = NormalDist()
    ahead = normal.cdf(alpha)
    return ahead, a * ahead + b * (1 - ahead) + spread * normal.pdf(alpha)


def test_the_digits_are_those_of_the_equations() -> None:
    ahead, greater = clark()
    assert round(ahead, 4) == P_FIRST
    assert round(greater, 4) == MEAN_OF_GREATER


def test_pairwise_probability_and_greatest_score_by_draws() -> None:
    rng = np.random.default_rng(1961)
    draws = np.array([FIRST[0], SECOND[0]]) + np.array([FIRST[1], SECOND[1]]) * rng.standard_normal((N, 2))
    assert probability_greater(draws)[0, 1] == pytest.approx(P_FIRST, abs=5 * 0.5 / np.sqrt(N))
    greater = draws.max(axis=1)
    assert greater.mean() == pytest.approx(MEAN_OF_GREATER, abs=5 * greater.std() / np.sqrt(N))


def test_the_scorecard_and_the_comparison_agree_with_the_paper() -> None:
    figures = {"ratee": ["first", "second"], "te": [80.0, 78.0], "te_se": [4.0, 6.0]}
    card = score(figures, weights={"te": 1, "la": 0, "bi": 0, "pg": 0}, n_draws=N)
    error = 5 * 0.5 / np.sqrt(N)
    assert card.p_greater[0, 1] == pytest.approx(P_FIRST, abs=error)
    assert card.p_best == pytest.approx([P_FIRST, 1 - P_FIRST], abs=error)
    assert compare(card, ["first", "second"]).pairs[0].p_greater == card.p_greater[0, 1]

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.frameworks import load_framework
from leadline.scoring import Scorecard, read_figures, score

FRAMEWORK = load_framework("technical-leadership")
SHORT = ("te", "la", "bi", "pg")
FIGURE = st.none() | st.floats(0, 100)


@st.composite
def people(draw: st.DrawFn) -> dict[str, list[object]]:
    """A table of figures with standard errors in which somebody has something."""
    n = draw(st.integers(1, 7))
    table: dict[str, list[object]] = {"ratee": [f"p{row}" for row in range(n)]}
    for factor in SHORT:
        figures = draw(st.lists(FIGURE, min_size=n, max_size=n))
        table[factor] = figures
        table[f"{factor}_se"] = [None if figure is None else draw(st.floats(0, 20)) for figure in figures]
    table["te"][0], table["te_se"][0] = 60.0, 3.0
    return table


def made(table: dict[str, list[object]], formula: str = "geometric") -> Scorecard:
    return score(read_figures(table, FRAMEWORK), FRAMEWORK, formula=formula, n_draws=200)


@settings(max_examples=40, deadline=None)
@given(people(), st.sampled_from(["geometric", "product", "arithmetic", "ces"]))
def test_scores_intervals_and_ranks_are_coherent(table: dict[str, list[object]], formula: str) -> None:
    card = made(table, formula)
    has = np.isfinite(card.overall)
    assert (card.lower[has] <= card.overall[has]).all()
    assert (card.overall[has] <= card.upper[has]).all()
    assert (card.rank_lower[has] <= card.rank[has]).all()
    assert (card.rank[has] <= card.rank_upper[has]).all()
    assert np.isnan(card.p_best[~has]).all()
    np.testing.assert_allclose(card.p_best[has].sum(), 1, rtol=1e-9)
    np.testing.assert_allclose(card.p_top[has].sum(), min(card.k, has.sum()), rtol=1e-9)
    assert (card.partial | np.isfinite(card.factor_score).all(axis=1)).all()


@settings(max_examples=40, deadline=None)
@given(people(), st.randoms())
def test_relabelling_people_relabels_their_scores_ranks_and_drivers(
    table: dict[str, list[object]], random: object
) -> None:
    n = len(table["ratee"])
    order = random.sample(range(n), n)  # type: ignore[attr-defined]
    one = made(table)
    other = made({name: [column[p] for p in order] for name, column in table.items()})
    np.testing.assert_allclose(other.overall, one.overall[order], rtol=1e-12)
    np.testing.assert_allclose(other.rank, one.rank[order])
    parts = [{(d.ratee, d.kind, d.factor): d.contribution for d in card.drivers} for card in (one, other)]
    assert parts[0].keys() == parts[1].keys()
    for key, contribution in parts[0].items():
        np.testing.assert_allclose(parts[1][key], contribution, rtol=1e-9, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(people())
def test_drivers_against_the_group_sum_to_the_difference(table: dict[str, list[object]]) -> None:
    card = made(table)
    for ratee in card.ratees:
        found = [one for one in card.drivers if one.ratee == ratee and one.kind == "group"]
        if found:
            gap = found[0].to_score - found[0].from_score
            assert abs(sum(one.contribution for one in found) - gap) <= 1e-12 * 100

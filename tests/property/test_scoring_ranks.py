from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from leadline.scoring import Ranking, probability_greater, rank_acceptability, rank_people

# Whole numbers make ties, which are what goes wrong; halves of eighths make none of importance.
DRAWS = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12).flatmap(
    lambda shape: hnp.arrays(np.float64, shape, elements=st.integers(0, 6).map(float) | st.floats(0, 100))
)
# A first call may compile, and a busy machine is no fault of the code.
untimed = settings(deadline=None)

LEVELS = st.floats(0.5, 0.99)


def ranked(draws: np.ndarray, level: float) -> Ranking:
    return rank_people(draws.mean(axis=0), draws, level, k=max(draws.shape[1] // 2, 1))


@untimed
@given(DRAWS)
def test_one_of_two_is_ahead(draws: np.ndarray) -> None:
    p = probability_greater(draws)
    np.testing.assert_allclose(p + p.T, 1, rtol=1e-12)
    assert ((p >= 0) & (p <= 1)).all()


@untimed
@given(DRAWS)
def test_everybody_has_one_rank_and_every_rank_one_person(draws: np.ndarray) -> None:
    held = rank_acceptability(draws)
    assert (held >= 0).all()
    np.testing.assert_allclose(held.sum(axis=0), 1, rtol=1e-9)
    np.testing.assert_allclose(held.sum(axis=1), 1, rtol=1e-9)


@untimed
@given(DRAWS)
def test_the_mean_rank_is_one_plus_the_people_expected_ahead(draws: np.ndarray) -> None:
    people = draws.shape[1]
    mean_rank = rank_acceptability(draws) @ np.arange(1, people + 1)
    ahead = probability_greater(draws).sum(axis=0) - 0.5
    np.testing.assert_allclose(mean_rank, 1 + ahead, rtol=1e-9)


@untimed
@given(DRAWS, LEVELS, st.randoms())
def test_relabelling_people_relabels_the_ranking(draws: np.ndarray, level: float, random: object) -> None:
    people = draws.shape[1]
    order = np.array(random.sample(range(people), people))  # type: ignore[attr-defined]
    one, other = ranked(draws, level), ranked(np.ascontiguousarray(draws[:, order]), level)
    for name in ("rank", "rank_lower", "rank_upper", "p_best", "p_top"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name)[order], rtol=1e-9)
    np.testing.assert_allclose(other.p_greater, one.p_greater[np.ix_(order, order)], rtol=1e-12)


@untimed
@given(DRAWS, LEVELS)
def test_rank_intervals_hold_the_rank_and_the_stated_probability(draws: np.ndarray, level: float) -> None:
    found, held = ranked(draws, level), rank_acceptability(draws)
    people = draws.shape[1]
    assert (found.rank_lower >= 1).all()
    assert (found.rank_lower <= found.rank).all()
    assert (found.rank <= found.rank_upper).all()
    assert (found.rank_upper <= people).all()
    for p in range(people):
        inside = held[p, int(found.rank_lower[p]) - 1 : int(found.rank_upper[p])].sum()
        assert inside >= level - 1e-6


@untimed
@given(DRAWS)
def test_raising_one_person_in_every_draw_harms_only_the_others(draws: np.ndarray) -> None:
    raised = draws.copy()
    raised[:, 0] += 1
    before, after = ranked(draws, 0.9), ranked(raised, 0.9)
    assert after.p_best[0] >= before.p_best[0] - 1e-9
    assert after.rank_upper[0] <= before.rank_upper[0]
    assert (after.p_best[1:] <= before.p_best[1:] + 1e-9).all()


@untimed
@given(DRAWS, LEVELS)
def test_groups_are_the_longest_runs_without_a_sure_order(draws: np.ndarray, level: float) -> None:
    found = ranked(draws, level)
    order = np.argsort(-draws.mean(axis=0), kind="stable").tolist()
    place = {person: at for at, person in enumerate(order)}

    def unsure(run: list[int]) -> bool:
        return all(
            1 - level + 1e-9 < found.p_greater[a, b] < level - 1e-9 for a in run for b in run if a != b
        )

    for group in found.groups:
        start, end = place[group[0]], place[group[-1]]
        assert list(group) == order[start : end + 1]
        assert unsure(list(group))
        assert start == 0 or not unsure(order[start - 1 : end + 1])
        assert end + 1 == len(order) or not unsure(order[start : end + 2])
    together = {frozenset(pair) for group in found.groups for pair in pairwise(group)}
    for a, b in pairwise(order):
        assert (frozenset((a, b)) in together) == unsure([a, b])

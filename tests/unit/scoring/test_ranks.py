from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest

from leadline.scoring import probability_greater, rank_acceptability, rank_people
from leadline.scoring.ranks import competition_ranks, runs_not_apart


def counted_by_hand(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rank acceptability and P(a > b) by the definitions, ties shared over all orders."""
    n, people = draws.shape
    held, ahead = np.zeros((people, people)), np.zeros((people, people))
    for row in draws:
        orders = [
            order
            for order in permutations(range(people))
            if all(row[a] >= row[b] for a, b in pairwise(order))
        ]
        for order in orders:
            for place, person in enumerate(order):
                held[person, place] += 1 / len(orders) / n
        ahead += (1 + np.sign(row[:, None] - row)) / 2 / n
    return held, ahead


@pytest.mark.parametrize("decimals", [0, 12])
def test_probabilities_are_those_of_the_definition(decimals: int) -> None:
    draws = np.random.default_rng(3).normal(0, 2, (60, 5)).round(decimals)
    held, ahead = counted_by_hand(draws)
    np.testing.assert_allclose(rank_acceptability(draws), held, atol=1e-12)
    np.testing.assert_allclose(probability_greater(draws), ahead, atol=1e-12)


def test_more_draws_than_a_16_bit_counter_holds_are_counted() -> None:
    draws = np.tile([[2.0, 1.0]], (70_000, 1))
    draws[:7_000] = 1.0
    np.testing.assert_allclose(probability_greater(draws), [[0.5, 0.95], [0.05, 0.5]], rtol=1e-15)
    assert rank_acceptability(draws)[0, 0] == pytest.approx(0.95, abs=1e-10)


def test_people_in_blocks_are_all_compared() -> None:
    draws = np.random.default_rng(1).normal(size=(50, 40))
    expected = (draws[:, :, None] > draws[:, None, :]).mean(axis=0) + np.eye(40) / 2
    np.testing.assert_allclose(probability_greater(draws), expected, atol=1e-12)


def test_equal_scores_share_the_better_rank_and_nobody_without_a_score_has_one() -> None:
    ranks = competition_ranks(np.array([np.nan, 80.0, 90.0, 80.0, 70.0]))
    np.testing.assert_array_equal(ranks, [np.nan, 2, 1, 2, 4])


def test_people_who_are_always_tied_may_hold_every_rank() -> None:
    found = rank_people(np.full(3, 70.0), np.full((100, 3), 70.0), 0.9, k=2)
    assert found.rank.tolist() == [1, 1, 1]
    assert found.rank_lower.tolist() == [1, 1, 1]
    assert found.rank_upper.tolist() == [3, 3, 3]
    np.testing.assert_allclose(found.p_best, 1 / 3)
    np.testing.assert_allclose(found.p_top, 2 / 3)
    assert found.groups == ((0, 1, 2),)


def test_clear_differences_leave_no_doubt() -> None:
    scores = np.array([60.0, 90.0, 75.0])
    found = rank_people(scores, scores + np.random.default_rng(0).normal(0, 0.5, (500, 3)), 0.9, k=1)
    assert found.rank.tolist() == found.rank_lower.tolist() == found.rank_upper.tolist() == [3, 1, 2]
    assert found.p_best.tolist() == [0, 1, 0]
    assert found.groups == ()


def test_a_rank_interval_covers_the_stated_share_of_draws() -> None:
    rng = np.random.default_rng(5)
    scores = rng.normal(70, 5, 12)
    draws = scores + rng.normal(0, 4, (2000, 12))
    found = rank_people(scores, draws, 0.8, k=3)
    held = rank_acceptability(draws)
    for p in range(12):
        inside = held[p, int(found.rank_lower[p]) - 1 : int(found.rank_upper[p])].sum()
        assert inside >= 0.8 - 1e-9
        assert held[p, : int(found.rank_lower[p]) - 1].sum() <= 0.1
        assert held[p, int(found.rank_upper[p]) :].sum() <= 0.1 + 1e-9


def test_a_rank_interval_holds_the_rank_even_where_the_draws_hardly_reach_it() -> None:
    rng = np.random.default_rng(2)
    scores = np.r_[80.0, np.full(40, 79.0)]
    draws = scores + rng.normal(size=(1000, 41)) * np.r_[0.1, np.full(40, 10.0)]
    found = rank_people(scores, draws, 0.9, k=1)
    assert found.rank[0] == found.rank_lower[0] == 1
    assert found.p_best[0] < 0.05


def test_people_without_a_score_take_no_part() -> None:
    scores = np.array([70.0, np.nan, 80.0])
    draws = np.array([[70.0, 99.0, 80.0]] * 10)
    found = rank_people(scores, draws, 0.9, k=1)
    np.testing.assert_array_equal(found.rank, [2, np.nan, 1])
    np.testing.assert_array_equal(found.p_best, [0, np.nan, 1])
    assert np.isnan(found.p_greater[1]).all()
    assert np.isnan(found.p_greater[:, 1]).all()


def test_without_errors_any_order_is_possible_and_no_probability_is_stated() -> None:
    found = rank_people(np.array([70.0, 80.0, np.nan]), None, 0.9, k=1)
    np.testing.assert_array_equal(found.rank, [2, 1, np.nan])
    np.testing.assert_array_equal(found.rank_lower, [1, 1, np.nan])
    np.testing.assert_array_equal(found.rank_upper, [2, 2, np.nan])
    assert np.isnan(found.p_best).all()
    assert np.isnan(found.p_greater).all()
    assert found.groups == ((1, 0),)


def test_one_person_is_first_for_certain() -> None:
    found = rank_people(np.array([70.0]), np.full((10, 1), 71.0), 0.9, k=1)
    assert (found.rank[0], found.rank_lower[0], found.rank_upper[0], found.p_best[0]) == (1, 1, 1, 1)
    assert found.groups == ()


def test_runs_are_as_long_as_they_can_be_and_may_overlap() -> None:
    # 0~1~2 and 2~3, 3|0, 3|1; 4 stands alone.
    apart = {(0, 3), (1, 3), (0, 4), (1, 4), (2, 4), (3, 4)}
    p = np.full((5, 5), 0.6)
    for a, b in apart:
        p[a, b] = 0.95
    p[np.tril_indices(5, -1)] = (1 - p.T)[np.tril_indices(5, -1)]
    assert runs_not_apart(np.array([9.0, 8, 7, 6, 5]), p, 0.9) == ((0, 1, 2), (2, 3))


def test_a_run_ends_where_any_two_in_it_can_be_told_apart() -> None:
    # 1 and 2 are apart although 0 and 3, further out, are known so poorly that they are not.
    p = np.full((4, 4), 0.5)
    p[1, 2], p[2, 1] = 0.93, 0.07
    assert runs_not_apart(np.array([9.0, 8, 7, 6]), p, 0.9) == ((0, 1), (2, 3))


def test_an_order_of_exactly_the_level_counts_as_sure() -> None:
    p = np.array([[0.5, 0.9], [0.1, 0.5]])
    assert runs_not_apart(np.array([2.0, 1.0]), p, 0.9) == ()
    assert runs_not_apart(np.array([2.0, 1.0]), p, 0.91) == ((0, 1),)


def test_nobody_makes_no_run() -> None:
    assert runs_not_apart(np.array([np.nan]), np.full((1, 1), np.nan), 0.9) == ()

"""The probability of so many hits by chance is the one that drawing lots gives."""

from __future__ import annotations

import numpy as np
import pytest
from tests.attack.chance import Guess, matches, score


@pytest.mark.parametrize(("k", "m"), [(1, 4), (3, 3), (4, 7), (8, 8)])
def test_hits_of_a_guessed_matching_are_as_often_as_in_drawn_ones(k: int, m: int) -> None:
    draws = np.random.default_rng(5).permuted(np.tile(np.arange(m), (40_000, 1)), axis=1)
    hits = (draws[:, :k] == np.arange(k)).sum(axis=1)
    assert np.bincount(hits, minlength=k + 1) / len(hits) == pytest.approx(matches(k, m), abs=0.012)


def test_guesses_without_a_trace_are_rarely_a_finding() -> None:
    chance = np.random.default_rng(6)
    found = []
    for _ in range(600):
        truth = {(pool, n): int(said) for pool in range(20) for n, said in enumerate(chance.permutation(5))}
        guesses = [Guess((pool, n), n, 1 / 5, pool) for pool in range(20) for n in range(5)]
        found.append(score(guesses, truth).p)
    assert np.mean(np.array(found) < 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 600)


def test_a_guess_that_nobody_can_check_counts_for_nothing() -> None:
    assert score([Guess("this", 1, 0.5), Guess("that", 1, 0.5)], {"this": 1}).n == 1


def test_two_guesses_of_a_pool_may_not_name_the_same() -> None:
    with pytest.raises(ValueError, match="matching"):
        score([Guess("this", 1, 0.5, "p"), Guess("that", 1, 0.5, "p")], {"this": 1, "that": 1})

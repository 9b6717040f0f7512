"""What an attack is worth: its hits beside those of an attacker who knows everything but the trace.

A guess says something about one thing. Without the trace its answer would be right with a known probability,
that of the best guess from the assignment graph, the attributed ratings and the released figures. Guesses
that share a ``pool`` name sheets of one ratee (and one group, where the group is known anyway): which of its
candidates wrote which of its sheets is then a matching of which none is likelier than another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb, factorial

import numpy as np

LEVEL = 0.05
"""Of the whole suite: each attack has its share of it (Bonferroni)."""


@dataclass(frozen=True)
class Guess:
    """About what, saying what, and how probably that is right for somebody without the trace."""

    about: Hashable
    said: Hashable
    chance: float
    pool: Hashable = None


@dataclass(frozen=True)
class Score:
    """``p`` is the probability of so many hits, or more, without the trace."""

    hits: int
    n: int
    expected: float
    p: float

    @property
    def advantage(self) -> float:
        """Share of guesses that are right beyond what chance gives."""
        return (self.hits - self.expected) / self.n if self.n else 0.0


def score(guesses: Iterable[Guess], truth: Mapping[Hashable, Hashable]) -> Score:
    """Count the hits, and how surprising they are.

    Examples
    --------
    >>> guesses = [Guess(n, "a", 0.5) for n in range(3)]
    >>> score(guesses, dict.fromkeys(range(3), "a"))
    Score(hits=3, n=3, expected=1.5, p=0.125)
    """
    pools: defaultdict[Hashable, list[Guess]] = defaultdict(list)
    for n, guess in enumerate(guesses):
        if guess.about in truth:
            pools[n if guess.pool is None else ("pool", guess.pool)].append(guess)
    hits, expected, law = 0, 0.0, np.ones(1)
    for own in pools.values():
        hits += sum(truth[one.about] == one.said for one in own)
        expected += sum(one.chance for one in own)
        law = np.convolve(law, _law(own))
    p = float(min(1.0, law[hits:].sum())) if hits else 1.0
    return Score(hits, sum(map(len, pools.values())), round(expected, 3), p)


def _law(guesses: Sequence[Guess]) -> np.ndarray:
    """Probability of 0, 1, ... hits among the guesses of a pool."""
    if len(guesses) == 1:
        return np.array([1 - guesses[0].chance, guesses[0].chance])
    if len({one.about for one in guesses}) < len(guesses) or len({one.said for one in guesses}) < len(
        guesses
    ):
        raise ValueError("the guesses of a pool must be a matching")
    return matches(len(guesses), max(len(guesses), round(1 / guesses[0].chance)))


def matches(k: int, m: int) -> np.ndarray:
    """How many of ``k`` guessed pairs are in a random matching of ``m`` with ``m``: 0 to ``k``.

    Riordan (1958), An introduction to combinatorial analysis, ch. 7: rook numbers of a diagonal.

    Examples
    --------
    >>> matches(3, 3).round(3)
    array([0.333, 0.5  , 0.   , 0.167])
    """
    moments = [comb(k, i) * factorial(m - i) / factorial(m) for i in range(k + 1)]
    return np.array(
        [sum((-1) ** (i - j) * comb(i, j) * moments[i] for i in range(j, k + 1)) for j in range(k + 1)]
    ).clip(0)

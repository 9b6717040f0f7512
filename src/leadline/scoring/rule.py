"""Everything that turns factors into a score: formula, weights, coverage, draws."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from leadline.frameworks import Formula
from leadline.scoring.attributing import attribution, gains
from leadline.scoring.formulas import composite

Floats = NDArray[np.float64]

_DRAWS = 250


@dataclass(frozen=True, eq=False)
class Rule:
    """How scores are made.

    Attributes
    ----------
    formula : Formula
    weights : array, shape (F,)
        As declared, before a factor that nobody has is left out.
    level : float
    n_draws, seed : int
    top_k : int or None
    """

    formula: Formula
    weights: Floats
    level: float
    n_draws: int
    seed: int
    top_k: int | None

    @property
    def weighted(self) -> NDArray[np.bool_]:
        """Factors that count, shape (F,)."""
        return np.ones(len(self.weights), np.bool_) if self.formula.name == "product" else self.weights > 0

    def weights_of(self, used: NDArray[np.intp]) -> Floats:
        """Weights of the factors used, brought to a sum of 1; even ones for the product."""
        if self.formula.name == "product":
            return np.full(len(used), 1.0 / len(used))
        return np.asarray(self.weights[used] / self.weights[used].sum())

    def k(self, people: int) -> int:
        """The k of P(top k): as asked, else a tenth of the people, three at least where there are more."""
        if self.top_k is not None:
            return min(self.top_k, max(people, 1))
        return max(ceil(people / 10), min(3, people - 1), 1)


@dataclass(frozen=True, eq=False)
class Combination:
    """A formula with the weights of the factors used, on the last axis of arrays of them."""

    formula: Formula
    weights: Floats

    def score(self, x: Floats) -> Floats:
        """Overall score, shape (...)."""
        # A formula holds several arrays as large as what it is given, and draws are the largest of all.
        blocks = [x] if x.ndim < 3 else [x[n : n + _DRAWS] for n in range(0, len(x), _DRAWS)]
        each = [composite(block, self.weights, self.formula.name, self.formula.rho) for block in blocks]
        return each[0] if len(each) == 1 else np.concatenate(each)

    def parts(self, start: Floats, end: Floats) -> Floats:
        """Parts of the difference in score by factor, shape (..., U)."""
        return attribution(start, end, self.weights, self.formula.name, self.formula.rho)

    def gains(self, x: Floats) -> Floats:
        """What one more point in each factor would add, shape (..., U)."""
        return gains(x, self.weights, self.formula.name, self.formula.rho)

"""A block of evidence about one dimension: ratings, answers, or results measured with known error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol, Self

import numpy as np

from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.kernels.system import System
from leadline.measurement.variational.averages import (
    Averages,
    averaged,
    cloud,
    expected_log_likelihood,
    item_averages,
)
from leadline.measurement.variational.cumulative import Cumulative, start
from leadline.measurement.variational.direct import Rows, centring, item_move
from leadline.measurement.variational.slopes import Sloped


class Source(Protocol):
    """What the search asks of a block of C combinations whose locations are normal.

    ``dimension`` is the ratees' dimension it tells of, ``rater_free`` whether nothing but the ratee places
    it, as in an exam; locations and their variances have shape (C,).
    """

    @property
    def dimension(self) -> int: ...  # noqa: D102  a field

    @property
    def rater_free(self) -> bool: ...  # noqa: D102  a field

    @property
    def size(self) -> int: ...  # noqa: D102  number of combinations, C

    def averaged(self, eta: Floats, spread: Floats) -> Averages:
        """Slope of the averaged log-likelihood, and minus its curvature."""
        ...

    def improved(self, eta: Floats, spread: Floats) -> tuple[Self, float]:
        """With its own parameters one Newton step further, and the largest change."""
        ...

    def centred(self) -> tuple[Self, float]:
        """With items at mean 0, and how far they were moved; 0 where their place is declared."""
        ...

    def expected(self, eta: Floats, spread: Floats) -> float:
        """Averaged log-likelihood."""
        ...


@dataclass(frozen=True, eq=False)
class Rated:
    """Ratings or answers under a rating-scale or partial-credit model.

    Attributes
    ----------
    system : System
    steps : array, shape (I, K-1), logits
    dimension : int
    rater_free : bool
    """

    system: System
    steps: Floats
    dimension: int = 0
    rater_free: bool = False

    @property
    def curves(self) -> None:
        """None: the rating-scale family's own."""
        return

    @property
    def size(self) -> int:
        """Combinations of elements, C."""
        return len(self.system.form if self.system.start is None else self.system.start)

    def averaged(self, eta: Floats, spread: Floats) -> Averages:
        """See `Source`."""
        return averaged(self.system, cloud(self.system, self.steps, eta, spread))

    def improved(self, eta: Floats, spread: Floats) -> tuple[Rated, float]:
        """See `Source`."""
        system = self.system
        found = item_averages(system, cloud(system, self.steps, eta, spread))
        move = item_move(system, -system.contract(found.residuals), found.curvature)
        steps = np.where(system.valid, system.expand(move), 0.0)
        return replace(self, steps=self.steps + steps), float(np.abs(steps).max(initial=0.0))

    def centred(self) -> tuple[Rated, float]:
        """See `Source`."""
        move = centring(self.system, self.steps)
        return replace(self, steps=self.steps - move), move

    def expected(self, eta: Floats, spread: Floats) -> float:
        """See `Source`."""
        over = cloud(self.system, self.steps, eta, spread)
        return expected_log_likelihood(self.system, over, self.steps, eta)


@dataclass(frozen=True, eq=False)
class GaussianValues:
    """Values with known normal error, such as outcomes.

    Attributes
    ----------
    value, precision : array, shape (C,)
        In the units of the dimension, and the inverse squared error.
    dimension : int
    """

    value: Floats
    precision: Floats
    dimension: int = 0
    rater_free: bool = True

    @property
    def size(self) -> int:
        """Values, C."""
        return len(self.value)

    def averaged(self, eta: Floats, spread: Floats) -> Averages:
        """See `Source`; the likelihood is quadratic, so averages are exact."""
        return Averages(self.precision * (self.value - eta), self.precision)

    def improved(self, eta: Floats, spread: Floats) -> tuple[GaussianValues, float]:
        """See `Source`; there is nothing to improve."""
        return self, 0.0

    def centred(self) -> tuple[GaussianValues, float]:
        """See `Source`; results have no items whose place is free."""
        return self, 0.0

    def expected(self, eta: Floats, spread: Floats) -> float:
        """See `Source`."""
        squares = self.precision * ((self.value - eta) ** 2 + spread)
        return -0.5 * float((squares + np.log(2 * np.pi / self.precision)).sum())


Family = Literal["slope 1", "own slopes", "cumulative"]
"""Adjacent logits with slopes of 1 or items' own; cumulative logits with slopes of 1."""

Items = Rated | Sloped | Cumulative
"""Sources that have items."""


def source_of(
    system: System, steps: Floats, rows: Rows | None, family: Family, dimension: int, *, rater_free: bool
) -> Items:
    """The likelihood of a family of models.

    Parameters
    ----------
    system : System
    steps : array, shape (I, K-1), logits
        Where to begin.
    rows : Rows or None
        Needed by all families but the first.
    family : {"slope 1", "own slopes", "cumulative"}
    dimension : int
    rater_free : bool

    Returns
    -------
    Rated, Sloped or Cumulative
    """
    if rows is None:
        return Rated(system, steps, dimension, rater_free)
    if family == "cumulative":
        return Cumulative(system, rows, start(system, steps), dimension, rater_free)
    return Sloped(system, rows, steps, np.ones(len(steps)), dimension, rater_free)

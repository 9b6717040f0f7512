"""What moved the scores: parts of a difference that sum to it exactly."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import Literal

from leadline.reports.lens import Lens

Against = Literal["group", "cycle"]


@dataclass(frozen=True)
class Move:
    """A difference in a person's score, and the part of every factor in the lens's order."""

    row: int
    name: str
    before: float
    after: float
    parts: tuple[float, ...]
    is_sure: bool

    @property
    def change(self) -> float:
        """Reading less what it is compared with; the sum of the parts."""
        return self.after - self.before


def moves(lens: Lens, against: Against) -> tuple[Move, ...]:
    """Moves of all people against the group's average or their own last cycle, largest gain first."""
    found = (move(lens, row, against) for row in lens.order)
    return tuple(sorted((one for one in found if one), key=lambda one: (-one.change, one.name)))


def move(lens: Lens, row: int, against: Against) -> Move | None:
    """Move of one person; None where there is nothing to compare with."""
    drivers = {driver.factor: driver for driver in lens.drivers(row, against)}
    if not drivers or not lens.overall(row).known:
        return None
    one = next(iter(drivers.values()))
    parts = tuple(drivers[f.id].contribution if f.id in drivers else 0.0 for f in lens.factors)
    # Two errors of the same size, independent of each other, add up to the square root of two of one.
    chance = sqrt(2) * (lens.overall(row).upper - lens.overall(row).lower) / 2
    is_sure = abs(one.to_score - one.from_score) > chance
    return Move(row, lens.name(row), one.from_score, one.to_score, parts, is_sure)


def gains(lens: Lens, row: int) -> tuple[float, ...]:
    """Points of headline score that one more point in each factor would add, in the lens's order."""
    found = {driver.factor: driver.contribution for driver in lens.drivers(row, "gain")}
    return tuple(found.get(factor.id, nan) for factor in lens.factors)

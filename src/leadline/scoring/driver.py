"""One driver of one score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

DriverKind: TypeAlias = Literal["group", "cycle", "gain"]


@dataclass(frozen=True, slots=True)
class Driver:
    """The part of a difference in a person's score that goes with one factor.

    Attributes
    ----------
    ratee : str
    kind : {"group", "cycle", "gain"}
        Against the mean of the group; against the person's last cycle; what one more point in this
        factor alone (or less, up to 100) would add.
    factor : str
    contribution : float, score points
        Over the factors of a ratee, ``group`` and ``cycle`` sum to ``to_score - from_score`` exactly;
        for ``gain`` each is that difference by itself.
    from_score, to_score : float
        Overall score before and after.
    lower, upper : float, score points
        Interval of the contribution at the scorecard's level; NaN where errors are not known.
    """

    ratee: str
    kind: DriverKind
    factor: str
    contribution: float
    from_score: float
    to_score: float
    lower: float = float("nan")
    upper: float = float("nan")

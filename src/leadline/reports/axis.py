"""The common axis of a table of strips."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, isfinite, nan

_STEPS = (1, 2, 5, 10, 20, 25, 50)


@dataclass(frozen=True, slots=True)
class Axis:
    """Where a score lies on a strip, in percent of the strip's width.

    Parameters
    ----------
    low, high : float
        Ends of the axis, in score points.
    ticks : tuple of float
        Labelled scores, ascending.

    Examples
    --------
    >>> axis = Axis.over([41.3, 78.8], top=100)
    >>> axis.low, axis.high, axis.ticks
    (40.0, 80.0, (40.0, 50.0, 60.0, 70.0, 80.0))
    >>> axis.at(60.0)
    50.0
    """

    low: float
    high: float
    ticks: tuple[float, ...]

    @classmethod
    def over(cls, values: Iterable[float], *, top: float = 100.0, least: float = 0.3) -> Axis:
        """Shortest axis with round ends that holds all values; missing ones are left out.

        Parameters
        ----------
        values : iterable of float
        top : float
            Greatest score the formula can give; the axis starts at 0 or above.
        least : float, 0-1
            Least length as a share of ``top``, so that small differences are not made to look large.

        Returns
        -------
        Axis
        """
        found = [value for value in values if isfinite(value)] or [0.0, top]
        unit = top / 10
        low = max(0.0, floor(min(found) / unit) * unit)
        high = min(top, ceil(max(found) / unit) * unit)
        short = least * top - (high - low)
        if short > 0:
            low = max(0.0, low - floor(short / 2 / unit + 0.5) * unit)
            high = min(top, low + least * top)
            low = max(0.0, high - least * top) if high == top else low
        span = high - low
        step = next(s * top / 100 for s in _STEPS if span / (s * top / 100) <= 5)
        ticks = []
        tick = ceil(low / step) * step
        while tick <= high + step * 1e-9:
            ticks.append(tick)
            tick += step
        return cls(low, high, tuple(ticks))

    def at(self, value: float) -> float:
        """Place of a score in percent of the axis, kept on it; NaN where there is no score."""
        if not isfinite(value):
            return nan
        share = (value - self.low) / (self.high - self.low)
        return round(100 * min(1.0, max(0.0, share)), 2)

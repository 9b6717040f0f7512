"""What moved each score: against the group, against the last cycle, and what one more point would add."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.scoring.driver import Driver, DriverKind
from leadline.scoring.factors import Factors
from leadline.scoring.intervals import interval_of_draws
from leadline.scoring.rule import Combination

Floats = NDArray[np.float64]

# Enough for an interval whose ends are read to a digit; time and memory grow with the number.
MOST_DRAWS = 1000
NUMBERS_A_BLOCK = 250_000


class Change(NamedTuple):
    """Factors of some people before and after, with draws of both.

    ``rows`` (R,) are their positions; ``start`` and ``end`` (R, U) or (1, U); ``start_draws`` and
    ``end_draws`` (n, R, U) or (n, 1, U), or None where errors are not known.
    """

    rows: NDArray[np.intp]
    start: Floats
    end: Floats
    start_draws: Floats | None
    end_draws: Floats | None


def against_group(factors: Factors) -> Change | None:
    """Everybody against the mean of the group; None with fewer than two people."""
    rows = _scored(factors)
    if len(rows) < 2:
        return None
    draws = _few(factors.draws)
    if draws is None:
        return Change(rows, factors.means[None], factors.filled[rows], None, None)
    known = factors.known.astype(np.float64)
    means = np.einsum("npu,pu->nu", draws, known) / known.sum(axis=0)
    return Change(rows, factors.means[None], factors.filled[rows], means[:, None], _those(draws, rows))


def against_cycle(
    factors: Factors, last: Factors, ratees: Sequence[str], last_ratees: Sequence[str]
) -> Change | None:
    """People against their own last cycle, where the same factors are known in both.

    A factor missing in both stands at the same place in both and contributes nothing.
    """
    before = {ratee: p for p, ratee in enumerate(last_ratees)}
    last_known = np.isfinite(last.value[:, factors.used])
    pairs = [
        (p, before[ratee])
        for p, ratee in enumerate(ratees)
        if ratee in before
        and factors.known[p].any()
        and (factors.known[p] == last_known[before[ratee]]).all()
    ]
    if not pairs:
        return None
    rows, last_rows = np.array(pairs, dtype=np.intp).T
    known = factors.known[rows]
    end = factors.filled[rows]
    start = np.where(known, last.value[np.ix_(last_rows, factors.used)], end)
    end_draws, last_draws = _few(factors.draws), _few(last.draws)
    if end_draws is None or last_draws is None:
        return Change(rows, start, end, None, None)
    end_draws = end_draws[:, rows]
    start_draws = end_draws.copy()
    for place, column in enumerate(last.used):
        at = int(np.searchsorted(factors.used, column))
        here = known[:, at]
        start_draws[:, here, at] = last_draws[:, last_rows[here], place]
    return Change(rows, start, end, start_draws, end_draws)


def change_drivers(
    kind: DriverKind,
    change: Change,
    combination: Combination,
    names: tuple[Sequence[str], Sequence[str]],
    level: float,
) -> Iterator[Driver]:
    """Drivers of a change; ``names`` are those of the P ratees and of the U factors."""
    parts = combination.parts(change.start, change.end)
    lower, upper = _interval(combination.parts, change, parts, level)
    start = np.broadcast_to(combination.score(change.start), len(change.rows))
    end = combination.score(change.end)
    ratees, factors = names
    for r, p in enumerate(change.rows.tolist()):
        for f, factor in enumerate(factors):
            yield Driver(
                ratee=ratees[p],
                kind=kind,
                factor=factor,
                contribution=float(parts[r, f]),
                from_score=float(start[r]),
                to_score=float(end[r]),
                lower=float(lower[r, f]),
                upper=float(upper[r, f]),
            )


def gain_drivers(
    factors: Factors, combination: Combination, names: tuple[Sequence[str], Sequence[str]], level: float
) -> Iterator[Driver]:
    """What one more point in each factor that a person has would add."""
    rows = _scored(factors)
    now = factors.filled[rows]
    draws = _few(factors.draws)
    here = None if draws is None else _those(draws, rows)
    found = combination.gains(now)
    change = Change(rows, now, now, here, here)
    lower, upper = _interval(lambda x, _: combination.gains(x), change, found, level)
    score = combination.score(now)
    ratees, ids = names
    for r, p in enumerate(rows.tolist()):
        for f in np.flatnonzero(factors.known[p]).tolist():
            yield Driver(
                ratee=ratees[p],
                kind="gain",
                factor=ids[f],
                contribution=float(found[r, f]),
                from_score=float(score[r]),
                to_score=float(score[r] + found[r, f]),
                lower=float(lower[r, f]),
                upper=float(upper[r, f]),
            )


def _interval(
    function: Callable[[Floats, Floats], Floats], change: Change, point: Floats, level: float
) -> tuple[Floats, Floats]:
    """Interval of a function of both ends, a block of people at a time to bound memory."""
    start, end = change.start_draws, change.end_draws
    if start is None or end is None:
        unknown = np.full_like(point, np.nan)
        return unknown, unknown
    n, people, used = end.shape
    size = max(NUMBERS_A_BLOCK // (n * used), 1)
    ends = []
    for first in range(0, people, size):
        here = slice(first, first + size)
        before = start if start.shape[1] == 1 else start[:, here]
        ends.append(interval_of_draws(function(before, end[:, here]), point[here], level))
    return np.concatenate([low for low, _ in ends]), np.concatenate([high for _, high in ends])


def _scored(factors: Factors) -> NDArray[np.intp]:
    return np.flatnonzero(np.isfinite(factors.filled).all(axis=1))


def _few(draws: Floats | None) -> Floats | None:
    return None if draws is None else draws[:MOST_DRAWS]


def _those(draws: Floats, rows: NDArray[np.intp]) -> Floats:
    """Draws of some people in order, copied only where they are not all."""
    return draws if len(rows) == draws.shape[1] else draws[:, rows]

"""Ratees in cycles: what each piece of evidence belongs to, and the name it has in a fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes, Floats


class Dated(Protocol):
    """Rows that each belong to a ratee, in a cycle or (-1) in none."""

    @property
    def ratee(self) -> Codes: ...  # noqa: D102  a field

    @property
    def cycle(self) -> Codes: ...  # noqa: D102  a field

    @property
    def ratees(self) -> tuple[str, ...]: ...  # noqa: D102  a field

    @property
    def cycles(self) -> tuple[str, ...]: ...  # noqa: D102  a field


def occasion_name(ratee: str, cycle: str | None) -> str:
    """Name of a ratee in a cycle among the elements of a fit.

    Examples
    --------
    >>> occasion_name("ada", "2026"), occasion_name("ada", None)
    ('ada@2026', 'ada')
    """
    return ratee if cycle is None else f"{ratee}@{cycle}"


@dataclass(frozen=True, eq=False)
class Occasions:
    """Cycles in which each ratee has evidence of any kind.

    Attributes
    ----------
    cycles : mapping of ratee to array of int
        Positions among the cycles; without an entry where none is named.
    """

    cycles: dict[str, NDArray[np.int64]]

    def rows(self, source: Dated, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], Codes]:
        """Rows with their occasion, ``ratee * (cycles + 1) + cycle + 1``.

        A row that names no cycle holds for every cycle its ratee has evidence in, so it is repeated.

        Parameters
        ----------
        source : Dated
        rows : array of int, shape (n,)

        Returns
        -------
        rows, occasion : array of int, shape (m,), m at least n
        """
        width = len(source.cycles) + 1
        occasion = source.ratee[rows].astype(np.int64) * width + source.cycle[rows] + 1
        undated = np.flatnonzero(source.cycle[rows] < 0)
        of_ratee = [self.cycles.get(name) for name in source.ratees]
        repeated = [n for n in undated.tolist() if of_ratee[source.ratee[rows[n]]] is not None]
        if not repeated:
            return rows, occasion
        kept = np.setdiff1d(np.arange(len(rows)), repeated)
        more = [(n, cycle) for n in repeated for cycle in self._of(source, int(rows[n]))]
        again = np.array([n for n, _ in more], dtype=np.intp)
        added = source.ratee[rows[again]].astype(np.int64) * width + np.array([c for _, c in more]) + 1
        return np.concatenate([rows[kept], rows[again]]), np.concatenate([occasion[kept], added])

    def _of(self, source: Dated, row: int) -> list[int]:
        found: list[int] = self.cycles[source.ratees[int(source.ratee[row])]].tolist()
        return found


def occasions_of(sources: Iterable[Dated | None]) -> Occasions:
    """Cycles of every ratee over all sources, whose cycles are the same."""
    found: dict[str, set[int]] = {}
    for source in sources:
        if source is None:
            continue
        dated, n = source.cycle >= 0, len(source.cycles)
        for pair in np.unique(source.ratee[dated].astype(np.int64) * n + source.cycle[dated]).tolist():
            found.setdefault(source.ratees[pair // n], set()).add(pair % n)
    return Occasions({name: np.array(sorted(cycles), dtype=np.int64) for name, cycles in found.items()})


def named(source: Dated, occasions: Sequence[int] | Codes) -> tuple[str, ...]:
    """Names of occasions given by their numbers."""
    width = len(source.cycles) + 1
    numbers = np.asarray(occasions).tolist()
    pairs = ((source.ratees[number // width], number % width - 1) for number in numbers)
    return tuple(occasion_name(ratee, None if cycle < 0 else source.cycles[cycle]) for ratee, cycle in pairs)


def places(source: Dated, occasions: Codes, ratees: Sequence[str], cycle: str | None) -> Codes:
    """Position of each ratee's occasion in a cycle, -1 where there is none, shape (P,).

    Rows that name no cycle hold for every cycle.

    Parameters
    ----------
    source : Dated
    occasions : array of int, shape (O,)
        Sorted numbers ``ratee * (cycles + 1) + cycle + 1``.
    ratees : sequence of str, P
    cycle : str or None

    Returns
    -------
    array of int, shape (P,)
    """
    number = {name: n for n, name in enumerate(source.ratees)}
    width = len(source.cycles) + 1
    where = {occasion: n for n, occasion in enumerate(occasions.tolist())}
    offset = source.cycles.index(cycle) + 1 if cycle in source.cycles else 0
    found = []
    for ratee in ratees:
        base = number.get(ratee, -1) * width
        at_cycle = where.get(base + offset, -1) if base >= 0 else -1
        found.append(where.get(base, -1) if at_cycle < 0 <= base else at_cycle)
    return np.array(found, dtype=np.int64)


def at_places(values: Floats, at: Codes) -> Floats:
    """Values at some places, NaN where the place is -1."""
    return np.where(at >= 0, values[np.maximum(at, 0)], np.nan) if len(values) else np.full(len(at), np.nan)


def counts_at(values: NDArray[np.int64], at: Codes) -> NDArray[np.int64]:
    """Counts at some places, 0 where the place is -1."""
    return np.where(at >= 0, values[np.maximum(at, 0)], 0) if len(values) else np.zeros(len(at), np.int64)

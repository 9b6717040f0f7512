"""Evidence: the checked tables as one frozen value."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from leadline.errors import Fault, UsageError
from leadline.evidence.frames import Frame, to_json
from leadline.evidence.tables import MEASURED, TABLES

_HEADED_ROWS = 1 << 20
"""A hash contains the names of columns once for so many rows."""
_HASHED_ROWS = 1 << 13
"""Rows written at once: they are text for a moment, 300 bytes each."""


@dataclass(frozen=True, eq=False, repr=False)
class Evidence:
    """What was observed: checked tables, with known columns first and others as they were read.

    Attributes
    ----------
    ratings : Frame, optional
        ``ratee, rater, relationship, item`` (text), ``rating`` (whole, null: could not observe),
        ``cycle, time, comment`` (text or null), ``weight`` (1 where none was given).
    responses : Frame, optional
        ``ratee, item, response, seconds, form, time, cycle``.
    outcomes : Frame, optional
        ``ratee, item, value, target, baseline, weight, time, cycle, source, team``.
    people : Frame, optional
        ``person, name, team, manager, role, stage, industry, level, start``.
    groups : Frame, optional
        ``person`` and protected attributes, for aggregate audits alone.
    places : mapping of table to str
        Where each table was read from.
    faults : tuple of Fault
        Faults of the rows that were left out under ``keep_good``.
    rejected : Frame, optional
        ``table, row, column, value, code, reason`` of every row left out; None when nothing was.
    """

    ratings: Frame | None = None
    responses: Frame | None = None
    outcomes: Frame | None = None
    people: Frame | None = None
    groups: Frame | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    rejected: Frame | None = None

    @property
    def tables(self) -> dict[str, Frame]:
        """The tables that are there, by name."""
        found = {name: getattr(self, name) for name in TABLES}
        return {name: table for name, table in found.items() if table is not None}

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content of all tables, whatever kind of file they came from."""
        digest = hashlib.sha256()
        for name, table in self.tables.items():
            digest.update(f"\n{name}\n".encode())
            for start in range(0, table.height, _HASHED_ROWS):
                part = table.slice(start, _HASHED_ROWS)
                digest.update(part.write_csv(include_header=start % _HEADED_ROWS == 0).encode())
        return digest.hexdigest()

    @cached_property
    def cycles(self) -> tuple[str, ...]:
        """Names of all cycles in order; numbers in a name count as numbers, so ``c2`` precedes ``c10``."""
        return cycles_of(self._observed())

    @cached_property
    def ratees(self) -> tuple[str, ...]:
        """Everybody with a rating, response or outcome, sorted."""
        found = (table.get_column("ratee").unique().to_list() for table in self._observed())
        return tuple(sorted(set().union(*found)))

    def _observed(self) -> list[Frame]:
        return [table for name, table in self.tables.items() if name in MEASURED]

    def for_cycle(self, cycle: str | None) -> Evidence:
        """Evidence of one cycle; a table without cycles belongs to every cycle.

        Parameters
        ----------
        cycle : str or None
            None keeps everything.

        Returns
        -------
        Evidence

        Raises
        ------
        UsageError
            No table has such a cycle.
        """
        if cycle is None:
            return self
        if cycle not in self.cycles:
            raise UsageError("evidence.no_such_cycle", value=cycle, allowed=", ".join(self.cycles) or "—")
        return self._filtered(_in_cycle(cycle))

    def of_ratees(self, ratees: Collection[str], cycle: str | None) -> Evidence:
        """Ratings, responses and outcomes of some ratees; tables about persons stay whole.

        Parameters
        ----------
        ratees : collection of str
        cycle : str or None
            Rows of other cycles are left out; None keeps everything. There need not be any of it.

        Returns
        -------
        Evidence
        """
        wanted = pl.col("ratee").is_in(list(ratees))
        return self._filtered(wanted if cycle is None else wanted & _in_cycle(cycle))

    def _filtered(self, wanted: pl.Expr) -> Evidence:
        """With some rows of what was observed."""
        chosen: dict[str, Any] = {
            name: table.filter(wanted) for name, table in self.tables.items() if name in MEASURED
        }
        return replace(self, **chosen)

    def to_frame(self, table: str = "ratings") -> Frame:
        """One table.

        Raises
        ------
        UsageError
            There is no such table.
        """
        if table not in self.tables:
            raise UsageError("evidence.no_such_table", value=table, allowed=", ".join(self.tables) or "—")
        return self.tables[table]

    def to_json(self) -> dict[str, Any]:
        """``hash``, and each table as a list of records."""
        return {"hash": self.hash, "tables": {name: to_json(table) for name, table in self.tables.items()}}

    def save(self, folder: Path | str) -> None:
        """Write each table as Parquet, so that reading it again gives equal evidence.

        Parameters
        ----------
        folder : path
            Made where it is missing.
        """
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name, table in self.tables.items():
            table.write_parquet(Path(folder) / f"{name}.parquet")

    @classmethod
    def load(cls, folder: Path | str) -> Evidence:
        """Read what ``save`` wrote, unchecked."""
        paths = {name: Path(folder) / f"{name}.parquet" for name in TABLES}
        found = {name: path for name, path in paths.items() if path.is_file()}
        tables: dict[str, Any] = {name: pl.read_parquet(path) for name, path in found.items()}
        return cls(**tables, places={name: path.name for name, path in found.items()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Evidence) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}: {table.height} rows" for name, table in self.tables.items())
        return f"Evidence({sizes})"


def _in_cycle(cycle: str) -> pl.Expr:
    return (pl.col("cycle") == cycle) | pl.col("cycle").is_null()


def cycles_of(tables: Iterable[Frame]) -> tuple[str, ...]:
    """Names of the cycles of checked tables, in order; numbers in a name count as numbers.

    Examples
    --------
    >>> cycles_of([pl.DataFrame({"cycle": ["c10", "c2", None]})])
    ('c2', 'c10')
    """
    found = (table.get_column("cycle").unique().drop_nulls().to_list() for table in tables)
    return tuple(sorted(set().union(*found), key=_natural))


def _natural(name: str) -> tuple[list[tuple[int, str]], str]:
    """Sort key: of two numbers the longer is the larger; the name itself decides between 1 and 01."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    digits = [part.lstrip("0") if part[0] in "0123456789" else None for part in parts]
    return [
        (-1, part) if number is None else (len(number), number)
        for part, number in zip(parts, digits, strict=True)
    ], name

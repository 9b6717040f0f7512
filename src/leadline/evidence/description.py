"""What is in a source, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isnan, nan
from typing import Any, Literal

from leadline.errors import Fault, Language
from leadline.evidence.frames import Frame, frame

ColumnKind = Literal["text", "whole", "number", "other", "empty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDescription:
    """One column in figures.

    Attributes
    ----------
    table, column : str
    kind : {"text", "whole", "number", "other", "empty"}
        A column of text whose every value is a number counts as numbers.
    n, missing, distinct : int
        Cells filled, cells empty, different values.
    mean, sd, min, max : float
        NaN where they make no sense.
    categories : tuple of (str, int)
        Values and how often each occurs, where there are few; never of comments, ids or protected groups.
    """

    table: str
    column: str
    kind: ColumnKind
    n: int
    missing: int
    distinct: int
    mean: float = nan
    sd: float = nan
    min: float = nan
    max: float = nan
    categories: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipCount:
    """Who rates whom: one relationship in one cycle.

    Attributes
    ----------
    n_ratings, n_missing : int
        Ratings given, and rows where the rater could not observe.
    mean : float
        Of the ratings given; NaN without any.
    """

    relationship: str
    cycle: str | None
    n_ratees: int
    n_raters: int
    n_ratings: int
    n_missing: int
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    """Ratees and raters connected through ratings: measures of different subsets share no origin."""

    n_ratees: int
    n_raters: int
    n_ratings: int


@dataclass(frozen=True, kw_only=True)
class Description:
    """What is in a source.

    Attributes
    ----------
    place : str
    n_rows : mapping of table to int
        Rows that are not empty.
    columns : tuple of ColumnDescription
    cycles : tuple of str
    relationships : tuple of RelationshipCount
    subsets : tuple of Subset
        Largest first; self-ratings and empty ratings connect nobody. One subset is what is wanted.
    faults : tuple of Fault
        What `read_evidence` would refuse; empty for a table that is no evidence.
    """

    place: str
    n_rows: Mapping[str, int]
    columns: tuple[ColumnDescription, ...]
    cycles: tuple[str, ...] = ()
    relationships: tuple[RelationshipCount, ...] = ()
    subsets: tuple[Subset, ...] = ()
    faults: tuple[Fault, ...] = field(default_factory=tuple)

    @property
    def n_subsets(self) -> int:
        """Number of connected subsets."""
        return len(self.subsets)

    def to_frame(self) -> Frame:
        """One row a column of the source; categories as one text."""
        listed = [asdict(column) for column in self.columns]
        for row in listed:
            row["categories"] = ", ".join(f"{label}: {n}" for label, n in row["categories"])
        return frame({name: [row[name] for row in listed] for name in ColumnDescription.__slots__})

    def relationships_frame(self) -> Frame:
        """One row a relationship and cycle."""
        listed = [asdict(one) for one in self.relationships]
        return frame({name: [row[name] for row in listed] for name in RelationshipCount.__slots__})

    def to_json(self, language: Language = "en") -> dict[str, Any]:
        """Everything, ready for JSON; a figure that makes no sense is None."""
        return {
            "place": self.place,
            "n_rows": dict(self.n_rows),
            "columns": [_plain(asdict(column)) for column in self.columns],
            "cycles": list(self.cycles),
            "relationships": [_plain(asdict(one)) for one in self.relationships],
            "n_subsets": self.n_subsets,
            "subsets": [asdict(one) for one in self.subsets],
            "faults": [fault.to_dict(language) for fault in self.faults],
        }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    plain = {
        name: None if isinstance(value, float) and isnan(value) else value for name, value in values.items()
    }
    if "categories" in values:
        plain["categories"] = [{"value": label, "n": n} for label, n in values["categories"]]
    return plain

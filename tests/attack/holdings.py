"""What an insider may hold: rows, files, pages, mails, logs, at each stage and between two events.

The truth is kept apart from it. Attacks see :class:`Holdings` alone.
"""

from __future__ import annotations

import pickle
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]
STAGES = ("running", "closed", "released", "sealed")


@dataclass(frozen=True)
class Table:
    """A table as it was; the columns ``@place`` and ``@version`` are the database's own."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, name: str) -> int:
        """Its place."""
        return self.columns.index(name)

    def key(self, row: Row) -> str:
        """The key of a row as text."""
        return str(row[self.columns.index("id")]) if "id" in self.columns else repr(row)


Tables = Mapping[str, Table]


@dataclass(frozen=True)
class Known:
    """What whoever runs the cycle may know anyway.

    ``assignments`` maps the key of each to (rater's key, participant's key, relationship); ``raters`` and
    ``participants`` name people behind keys; ``attributed`` maps assignments to answers, ``comments`` to
    texts. ``order`` are the assignments handed in, by time, as flags in enough backups tell; ``late`` those
    handed in after a run, ``waited`` those after the closing day, of which an attack may know half; ``begun``
    is how many were begun and not handed in. ``teams`` are of ratees, ``titles`` of competencies; ``panel``
    says by name who rates whom without a name. Of ``suspected`` assignments the attacker has narrowed down to
    four what was written. ``answered_then`` is who had answered when raters were taken off, of which an
    attack may know half.
    """

    assignments: Mapping[str, tuple[str, str, str]]
    raters: Mapping[str, str]
    participants: Mapping[str, str]
    attributed: Mapping[str, Mapping[str, int | None]]
    comments: Mapping[str, tuple[str, ...]]
    items: Mapping[str, tuple[str, ...]]
    cycle: str = ""
    users: Mapping[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    late: tuple[str, ...] = ()
    waited: frozenset[str] = frozenset()
    begun: int = 0
    teams: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    panel: frozenset[str] = frozenset()
    suspected: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    answered_then: dict[str, bool] = field(default_factory=dict)

    def submitted(self, stage: str) -> list[str]:
        """Assignments handed in by then, by time."""
        return [one for one in self.order if stage != "running" or one not in self.late]


@dataclass(frozen=True)
class Pair:
    """Backups before and after one event: ``assignment`` was handed in."""

    assignment: str
    before: Tables
    after: Tables


@dataclass(frozen=True)
class Poll:
    """Pages by name looked at before and after one event."""

    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """What somebody got."""

    stage: str
    role: str
    url: str
    text: str


@dataclass
class Snapshot:
    """Everything at a stage; ``files`` are copies of the database's, by name."""

    stage: str
    tables: Tables
    files: dict[str, Path]
    mails: tuple[str, ...]
    log: str


@dataclass
class Holdings:
    """The loot. ``runs`` are backups after each scoring; ``tried`` what was tried on the live system gave."""

    known: Known
    database: str
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)
    polls: list[Poll] = field(default_factory=list)
    runs: list[Tables] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    tried: dict[str, dict[Hashable, Any]] = field(default_factory=dict)
    folder: Path = field(default_factory=Path)

    def pages_of(self, *stages: str) -> list[Page]:
        """Pages looked at then."""
        return [page for page in self.pages if page.stage in stages]


Facts = dict[Hashable, Hashable]


@dataclass
class Truth:
    """What no insider may know.

    ``sheets`` maps assignments to answers, ``comments`` to texts by competency, ``fates`` to what became of
    them. ``facts`` answers what attacks guess at: ``("row", stage, key)`` is the assignment a row came from,
    ``("newcomer", n)`` the key of the row that is new in the n-th pair, ``("polled", n)`` who handed in then.
    """

    sheets: dict[str, dict[str, int | None]] = field(default_factory=dict)
    comments: dict[str, dict[str, str]] = field(default_factory=dict)
    fates: dict[str, str] = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)


def save(folder: Path, holdings: Holdings, truth: Truth) -> None:
    """Keep both in a folder."""
    (folder / "world.pickle").write_bytes(pickle.dumps((holdings, truth)))


def load(folder: Path) -> tuple[Holdings, Truth]:
    """Both again."""
    return pickle.loads((folder / "world.pickle").read_bytes())  # noqa: S301  our own

"""An attack: what it guesses from the loot, and a leak of its kind to prove that it would find one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from uuid import UUID

from tests.attack.cast import ATTRIBUTED
from tests.attack.chance import LEVEL, Guess, Score, score
from tests.attack.holdings import STAGES, Facts, Holdings, Row, Table, Truth

NEVER = 1e-6
"""For what nobody can guess: a text, a whole answer sheet, a random key."""
ALL = STAGES
CLOSED = STAGES[1:]


@dataclass(frozen=True)
class Attack:
    """``kind`` is the row of the issue's table it stands for, or a word of the design's list.

    ``guess`` takes the loot and a stage. ``plant`` puts a leak into the loot of a stage and says what is true
    of it.
    """

    name: str
    kind: str
    stages: tuple[str, ...]
    guess: Callable[[Holdings, str], list[Guess]]
    plant: Callable[[Holdings, Truth, str, Random], tuple[Holdings, Facts]]

    def run(self, holdings: Holdings, facts: Facts, stage: str) -> Score:
        """What it is worth."""
        return score(self.guess(holdings, stage), facts)


def bar(attacks: Sequence[Attack]) -> float:
    """The smallest probability by chance that is still no finding, for each attack and stage."""
    return LEVEL / sum(len(one.stages) for one in attacks)


def with_table(holdings: Holdings, stage: str, columns: tuple[str, ...], rows: list[Row]) -> Holdings:
    """The loot with one more table at a stage."""
    own = holdings.snapshots[stage]
    table = Table("planted", columns, tuple(rows))
    changed = replace(own, tables={**own.tables, "planted": table})
    return replace(holdings, snapshots={**holdings.snapshots, stage: changed})


def with_file(holdings: Holdings, stage: str, content: bytes, name: str) -> Holdings:
    """The loot with one more file of the database at a stage."""
    own = holdings.snapshots[stage]
    path = holdings.folder / f"planted-{name}-{stage}"
    path.write_bytes(content)
    changed = replace(own, files={**own.files, "planted": path})
    return replace(holdings, snapshots={**holdings.snapshots, stage: changed})


def key(chance: Random) -> str:
    """A random key."""
    return UUID(int=chance.getrandbits(128), version=4).hex


def anonymous(holdings: Holdings, stage: str) -> list[str]:
    """Assignments of anonymous raters handed in by a stage."""
    known = holdings.known
    return [one for one in known.submitted(stage) if known.assignments[one][2] not in ATTRIBUTED]


def share(among: list[Any], part: float, chance: Random) -> list[Any]:
    """Some of them, in another order."""
    return chance.sample(among, round(part * len(among)))

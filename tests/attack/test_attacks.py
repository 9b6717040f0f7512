"""No attack does better than chance, and each finds the leak it is for."""

from __future__ import annotations

from random import Random

import pytest
from tests.attack.attack import Attack
from tests.attack.holdings import STAGES, Facts, Holdings, Truth
from tests.attack.suite import ATTACKS, BAR, CASES

World = tuple[Holdings, Truth, Facts]
KINDS = {
    "join key",
    "readable sheets",
    "microdata",
    "figures of two runs",
    "two homes of disclosure",
    "forgotten rows",
    "paths in logs",
    "editable address",
    "participation inferred",
}
"""Rows of the table of what an insider once found."""
each = pytest.mark.parametrize(("attack", "stage"), CASES, ids=[f"{a.name}, {stage}" for a, stage in CASES])


@each
def test_nobody_learns_more_than_chance_gives(world: World, attack: Attack, stage: str) -> None:
    holdings, _, facts = world
    found = attack.run(holdings, facts, stage)
    assert found.p >= BAR, f"{found} beside a bar of {BAR:.1e}"


@each
def test_a_planted_leak_is_found(world: World, attack: Attack, stage: str) -> None:
    holdings, truth, facts = world
    leaking, more = attack.plant(holdings, truth, stage, Random(7))  # noqa: S311  no secrets
    found = attack.run(leaking, {**facts, **more}, stage)
    assert found.p < BAR, f"{found} beside a bar of {BAR:.1e}"


def test_every_way_that_was_once_open_is_attacked() -> None:
    assert {attack.kind for attack in ATTACKS} >= KINDS


def test_the_world_is_as_large_as_the_one_in_which_they_were_found(world: World) -> None:
    holdings, truth, _ = world
    known = holdings.known
    assert len(known.participants) == 30
    assert sum(not name.startswith("customer") for name in known.raters.values()) == 125
    assert len(known.assignments) == 305
    assert tuple(holdings.snapshots) == STAGES
    fates = set(truth.fates.values())
    assert fates == {"in", "none", "draft", "kept", "extended", "joined", "back", "again", "late"}
    assert all(page.text for page in holdings.pages)

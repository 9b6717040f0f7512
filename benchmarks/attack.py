"""The attack suite over several worlds: what each attack is worth, and how often it finds a planted leak.

CI plays one world and plants each leak once. Here each is planted forty times in each of three worlds, so
that its power is measured. On PostgreSQL with ``LEADLINE_TEST_DATABASE_URL``.
"""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path
from typing import Any

from tests.attack.building import build
from tests.attack.facts import facts
from tests.attack.holdings import Facts, Holdings, Truth, load
from tests.attack.suite import BAR, CASES, Attack

WORLDS, PLANTED = 3, 40


def run() -> list[dict[str, Any]]:
    """A row for each attack, stage and world."""
    rows = []
    for seed in range(1, WORLDS + 1):
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder), seed, os.environ.get("LEADLINE_TEST_DATABASE_URL", ""))
            holdings, truth = load(Path(folder))
            known = facts(holdings, truth)
            rows += [row(attack, stage, (holdings, truth, known), seed) for attack, stage in CASES]
    return rows


def row(attack: Attack, stage: str, world: tuple[Holdings, Truth, Facts], seed: int) -> dict[str, Any]:
    """What one attack is worth at a stage, and the share of planted leaks that it finds."""
    holdings, truth, known = world
    found = attack.run(holdings, known, stage)
    caught = 0
    for n in range(PLANTED):
        leaking, more = attack.plant(holdings, truth, stage, random.Random(n))
        caught += attack.run(leaking, {**known, **more}, stage).p < BAR
    return {
        "attack": attack.name,
        "row": attack.kind,
        "stage": stage,
        "database": holdings.database,
        "seed": seed,
        "hits": found.hits,
        "n": found.n,
        "chance": round(found.expected / found.n, 3) if found.n else "",
        "p": f"{found.p:.1e}",
        "found": found.p < BAR,
        "power": caught / PLANTED,
    }

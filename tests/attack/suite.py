"""All attacks."""

from __future__ import annotations

from tests.attack import figures, hashes, order, people, raw, rows
from tests.attack.attack import Attack, bar

ATTACKS: tuple[Attack, ...] = (
    *rows.ATTACKS,
    *order.ATTACKS,
    *raw.ATTACKS,
    *figures.ATTACKS,
    *hashes.ATTACKS,
    *people.ATTACKS,
)
BAR = bar(ATTACKS)
CASES = [(attack, stage) for attack in ATTACKS for stage in attack.stages]

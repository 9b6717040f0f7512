"""What is true about the world, as attacks ask for it."""

from __future__ import annotations

from tests.attack import figures, people, raw
from tests.attack.holdings import STAGES, Facts, Holdings, Truth
from tests.attack.order import halves

WAITED = ("late", "extended", "joined")


def facts(holdings: Holdings, truth: Truth) -> Facts:
    """Everything attacks guess at."""
    known = holdings.known
    found: Facts = dict(truth.facts)
    for kind in (raw, figures, people):
        found |= kind.what_is_true(holdings, truth)
    for stage in STAGES:
        found |= halves(known, stage)
        given = set(known.submitted(stage))
        found |= {("answered", stage, one): one in given for one in known.assignments}
    for one, fate in truth.fates.items():
        found["late", one] = fate in WAITED
        found["begun", one] = fate in ("draft", "kept", "back")
    return found

"""The steps of preparing a cycle: which there are, which are done."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.web.cycles.models import Cycle

STEPS = ("purpose", "framework", "people", "raters", "protection", "dates", "mails", "check")
AFTER_LAUNCH = ("protection", "dates", "mails")
"""Steps that can still be taken while a cycle runs."""
PREPARING = ("draft", "nominating")


@dataclass(frozen=True)
class Step:
    """A step as the page shows it."""

    name: str
    number: int
    is_done: bool
    is_here: bool


def offered(cycle: Cycle) -> tuple[str, ...]:
    """Steps that can be taken in the state a cycle is in."""
    if cycle.state in PREPARING:
        return STEPS
    return AFTER_LAUNCH if cycle.state == "running" else ()


def steps(cycle: Cycle, here: str = "") -> list[Step]:
    """Steps on offer, in order."""
    done = {
        "purpose": True,
        "framework": bool(cycle.framework),
        "people": cycle.participants.exists(),
        "raters": any(name != "self" for name in cycle.rules),
        "protection": bool(cycle.framework),
        "dates": cycle.closes is not None,
        "mails": cycle.closes is not None,
        "check": False,
    }
    return [
        Step(name, number, done[name], name == here) for number, name in enumerate(offered(cycle), start=1)
    ]


def following(cycle: Cycle, step: str) -> str:
    """The step after one; empty after the last."""
    known = offered(cycle)
    at = known.index(step) + 1
    return known[at] if at < len(known) else ""


def next_step(cycle: Cycle) -> str:
    """The first step that is not done."""
    return next((step.name for step in steps(cycle) if not step.is_done), "check")

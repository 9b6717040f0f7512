"""The states of a cycle and every move between them, in one table.

A state changes here and nowhere else: :func:`move` locks the cycle, looks the move up, and audits it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.dispatch import Signal

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.accounts.models import Organisation
from leadline.web.cycles.models import Cycle

moved = Signal()
"""Sent within the transaction of a move, with ``cycle``, ``name`` and ``actor``: apps above
write there what is to follow, so that it follows if and only if the move is committed."""

STATES = ("draft", "nominating", "running", "scoring", "review", "released", "sealed", "cancelled")


@dataclass(frozen=True)
class Move:
    """A move: the states it may start from, the one it ends in, and whether Leadline may make it unasked."""

    start: tuple[str, ...]
    end: str
    by_clock: bool = False


MOVES: Mapping[str, Move] = {
    "nominate": Move(("draft",), "nominating"),
    "revise": Move(("nominating",), "draft"),
    "launch": Move(("draft", "nominating"), "running", by_clock=True),
    "cancel": Move(("draft", "nominating", "running"), "cancelled"),
    "close": Move(("running",), "scoring", by_clock=True),
    "scored": Move(("scoring",), "review", by_clock=True),
    "rescore": Move(("review",), "scoring", by_clock=True),
    "reopen": Move(("review",), "running"),
    "collect": Move(("review", "released"), "running"),
    "release": Move(("review",), "released"),
    "seal": Move(("released",), "sealed", by_clock=True),
}


class MoveError(LeadlineError):
    """A move that the state of the cycle does not allow."""


def allowed(cycle: Cycle) -> tuple[str, ...]:
    """Names of the moves the state allows, in the order of the table."""
    return tuple(name for name, step in MOVES.items() if cycle.state in step.start)


def move(cycle: Cycle, name: str, actor: Actor | Organisation, **detail: object) -> Cycle:
    """Make a move, with everything the caller does in the same transaction.

    Parameters
    ----------
    cycle : Cycle
    name : str
        A name of :data:`MOVES`.
    actor : Actor or Organisation
        An organisation stands for the clock.
    **detail
        Plain values for the audit record ``cycles.<name>``.

    Returns
    -------
    Cycle
        As it is now, locked until the transaction ends.

    Raises
    ------
    MoveError
        ``web.cycles.wrong_state``: the state does not allow it, perhaps because somebody was faster.
    """
    step = MOVES[name]
    with transaction.atomic():
        locked = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        if locked.state not in step.start or (isinstance(actor, Organisation) and not step.by_clock):
            raise MoveError("web.cycles.wrong_state", state=locked.state, move=name)
        locked.state = step.end
        locked.save(update_fields=["state"])
        record(actor, f"cycles.{name}", locked, **detail)
        moved.send(sender=Cycle, cycle=locked, name=name, actor=actor)
    cycle.state = locked.state
    return locked

"""What is due by the clock: sealing when the appeal window is over."""

from __future__ import annotations

from datetime import datetime

from leadline.web.cycles.closing import due_to_seal
from leadline.web.results.sealing import seal


def due(now: datetime) -> None:
    """Seal."""
    for cycle in due_to_seal(now):
        seal(cycle, cycle.organisation)

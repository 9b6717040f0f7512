"""What is due by the clock: sealing when the appeal window is over, and mails that could not be sent."""

from __future__ import annotations

from datetime import datetime

from leadline.web.cycles.closing import due_to_seal
from leadline.web.cycles.models import Cycle
from leadline.web.results.mails import tell
from leadline.web.results.sealing import seal

QUARTER = 15


def due(now: datetime) -> None:
    """Seal, and try mails again."""
    for cycle in due_to_seal(now):
        seal(cycle, cycle.organisation)
    if now.minute % QUARTER == 0:
        untold = Cycle.objects.filter(state="released", participants__releases__told=False).distinct()
        for cycle in untold:
            tell.enqueue(str(cycle.pk))

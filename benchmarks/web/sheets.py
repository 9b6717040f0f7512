"""Answer sheets as the form would have left them."""

from __future__ import annotations

from uuid import UUID

from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Cycle
from leadline.web.rating.answers import Sheet
from leadline.web.rating.models import Submission
from leadline.web.rating.submitting import plain


def sheet_row(cycle: Cycle, participant_id: UUID, sheet: Sheet, key: Key) -> Submission:
    """One, not saved."""
    content = key.encrypt(plain(sheet), "sheet", participant_id)
    return Submission(cycle=cycle, participant_id=participant_id, content=content)

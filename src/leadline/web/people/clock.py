"""What is due by the clock: mails about addresses that could not be sent are tried again."""

from __future__ import annotations

from datetime import datetime

from leadline.web.people.models import Notice
from leadline.web.people.notices import post

EVERY = 15


def due(now: datetime) -> None:
    """Try them again, every quarter of an hour."""
    if now.minute % EVERY == 0 and Notice.objects.filter(tries__gt=0).exists():
        post.enqueue(retry=True)

"""What is due by the clock: old forms and sessions are forgotten, heads of the audit are written."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session

from leadline.web.accounts import heads
from leadline.web.accounts.keeping import forget_old


def due(now: datetime) -> None:
    """Forget forms nobody came back for and sessions that are over; write heads once a day."""
    forget_old(now)
    Session.objects.filter(expire_date__lte=now).delete()
    heads.keep(now)

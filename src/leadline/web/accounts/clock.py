"""What is due by the clock: forms nobody came back for and sessions that are over are forgotten."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session

from leadline.web.accounts.keeping import forget_old


def due(now: datetime) -> None:
    """Forget them, and sessions that are over."""
    forget_old(now)
    Session.objects.filter(expire_date__lte=now).delete()

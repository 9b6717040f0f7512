"""What is due by the clock: forms nobody came back for are forgotten."""

from __future__ import annotations

from datetime import datetime

from leadline.web.accounts.keeping import forget_old


def due(now: datetime) -> None:
    """Forget them, once an hour."""
    if now.minute == 0:
        forget_old(now)

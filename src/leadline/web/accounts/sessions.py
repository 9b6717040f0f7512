"""What signing in leaves behind: the day, never the moment: who signs in is often about to rate."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from leadline.web.accounts.models import User

DAY = timedelta(days=1)


def start_of_day(now: datetime) -> datetime:
    """Midnight before."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def some_time_on(now: datetime) -> datetime:
    """A random second of the day: links that sign in die because it is another one each time."""
    return start_of_day(now) + timedelta(seconds=secrets.randbelow(int(DAY.total_seconds())))


class SessionStore(db.SessionStore):
    """Sessions that are over at midnight."""

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """The midnight after their time."""
        return start_of_day(super().get_expiry_date(**kwargs)) + DAY


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def signed_in(user: User, request: HttpRequest, **_: object) -> None:
    """Remember the day; forget the moment, which allauth keeps for what asks for the password again."""
    user.last_login = some_time_on(timezone.now())
    user.save(update_fields=["last_login"])
    request.session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)

"""Links that sign in once: sent to the address of the account, used up by signing in."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import urlencode

from leadline.web.accounts.models import User


class _Tokens(PasswordResetTokenGenerator):
    """Tokens that die when their user next signs in or changes the password, or after three days."""

    key_salt = "leadline.web.accounts.links"


_TOKENS = _Tokens()


def link(user: User, to: str = "/") -> str:
    """A full address that signs the user in once and then opens a page of this site."""
    path = reverse("accounts:enter", kwargs={"user_id": user.pk, "token": _TOKENS.make_token(user)})
    return f"{settings.LEADLINE_URL}{path}?{urlencode({'next': to})}"


def user_of(user_id: UUID, token: str) -> User | None:
    """The user a link signs in, or None when it is used up, expired or made up."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return user if user and _TOKENS.check_token(user, token) else None

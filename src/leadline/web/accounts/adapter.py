"""How allauth behaves here: nobody signs up by themselves; mails are ours."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from leadline.web.look.mail import send
from leadline.web.look.templatetags.look import language as current_language


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Accounts begin with an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send allauth's mails in our words: the key is the last part of its template's name."""
        kind = template_prefix.rsplit("/", 1)[-1]
        user = context.get("user")
        language = getattr(user, "language", "") or current_language()
        send(f"accounts.mail.{kind}", email, language, link=context.get("password_reset_url", ""))

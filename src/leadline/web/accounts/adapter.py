"""How allauth behaves here: nobody signs up by themselves; mails are ours."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from leadline.web.accounts import limits
from leadline.web.accounts.client import client_ip
from leadline.web.look.mail import send
from leadline.web.look.templatetags.look import language as current_language


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Accounts begin with an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whom limits count."""
        return client_ip(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Whose wrong passwords are counted together; allauth also forgets them by this key."""
        return limits.key(request, credentials.get("email", ""))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send allauth's mails in our words: the key is the last part of its template's name."""
        kind = template_prefix.rsplit("/", 1)[-1]
        user = context.get("user")
        language = getattr(user, "language", "") or current_language()
        send(f"accounts.mail.{kind}", email, language, link=context.get("password_reset_url", ""))

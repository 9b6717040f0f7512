"""Limits of signing in: by account together with the place a request comes from.

By account alone, a stranger's wrong passwords would lock its owner out. By place alone, an office whose
people all come from one address would lock itself out on the day of a launch: that limit is far higher.
"""

from __future__ import annotations

from typing import Any

from allauth.account.views import PasswordResetView
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from leadline.web.accounts.client import client_ip, network

WAIT = 60
"""Seconds after which the limit of a place lets somebody in again."""


def key(request: HttpRequest, email: str) -> str:
    """An account as somebody at one place asks for it."""
    return f"{email.strip().lower()} {network(client_ip(request))}"


def refused(request: HttpRequest, email: str) -> HttpResponseBase | None:
    """The page that refuses another link by mail; None where one may be sent.

    It counts and says the same whether the address has an account or not.
    """
    if not ratelimit.consume(request, action="send_links"):
        page: HttpResponse = ratelimit.respond_429(request)
        return page
    if not ratelimit.consume(request, action="send_link", key=key(request, email)):
        return _too_many(render(request, "accounts/link_too_many.html", {"email": email}))
    return None


def _too_many(page: HttpResponse) -> HttpResponse:
    page.status_code = 429
    page.headers["Retry-After"] = str(10 * WAIT)
    return page


class ResetView(PasswordResetView):  # type: ignore[misc]  # allauth carries no types
    """allauth's page, with our limits: its own are by account alone."""

    def form_valid(self, form: Any) -> HttpResponseBase:
        """Send the link, or say that there were too many."""
        return refused(self.request, form.cleaned_data["email"]) or super().form_valid(form)

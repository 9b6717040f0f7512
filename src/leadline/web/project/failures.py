"""Pages for what went wrong: not found, refused, broken."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leadline.web.accounts import limits
from leadline.web.accounts.keeping import keep
from leadline.web.cycles.keys import KeyGoneError
from leadline.web.cycles.ledger import ChangedError, record_refusal
from leadline.web.look.secrecy import UnreadableError
from leadline.web.look.templatetags.look import language

_LOG = logging.getLogger(__name__)


def _page(request: HttpRequest, kind: str, status: int) -> HttpResponse:
    return render(
        request,
        "project/failure.html",
        {"title": f"project.failure.{kind}.title", "text": f"project.failure.{kind}.text", "said": ""},
        status=status,
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing here, or nothing for you: the same page."""
    del exception
    return _page(request, "not_found", 404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that makes no sense."""
    del exception
    return _page(request, "bad_request", 400)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Looks like a page that does not exist."""
    return not_found(request, exception)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent from elsewhere, or from a page that is older than the last sign-in.

    The mark in it tells the two apart: only pages of ours have one, and its owner decides what becomes of it.
    """
    del reason
    return keep(request) or _page(request, "csrf", 403)


def too_many(request: HttpRequest) -> HttpResponse:
    """More from one place than its limit."""
    page = _page(request, "too_many", 429)
    page.headers["Retry-After"] = str(limits.WAIT)
    return page


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of the program."""
    return _page(request, "broken", 500)


class NoKey:
    """Answers with a page that says what to do where the key of a cycle is missing, or is not its key.

    The same where the database says something else than what the key vouches for; that is recorded.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Of a view: Django asks for this."""
        if isinstance(exception, ChangedError):
            record_refusal(exception)
            context = {"title": "project.failure.changed.title", "said": exception.describe(language())}
            return render(request, "project/failure.html", context, status=503)
        if isinstance(exception, UnreadableError):
            return _page(request, "no_key", 503)
        if not isinstance(exception, KeyGoneError):
            return None
        fields = exception.fields
        if file := fields.get("file"):
            # The beginning of its name: of longer ones the log keeps nothing, as they could be a person's.
            _LOG.error("the key of the cycle “%s” is missing: %.8s….key", fields["cycle"], file)
        context = {"title": "project.failure.no_key.title", "said": exception.describe(language())}
        return render(request, "project/failure.html", context, status=503)

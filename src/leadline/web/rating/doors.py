"""The two doors to the form: signed in, or by a personal link. Behind them everything is the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt

from leadline.web.accounts.access import Actor, Request, View, require
from leadline.web.accounts.middleware import django_language
from leadline.web.cycles.access import stakeholder
from leadline.web.cycles.models import Stakeholder


@dataclass(frozen=True)
class Door:
    """Who came in, and how addresses behind this door are written."""

    rater: Actor | Stakeholder
    token: str = ""

    @property
    def frame(self) -> str:
        """Template of pages outside the form."""
        return "rating/frame.html" if self.token else "look/page.html"

    @property
    def names(self) -> tuple[str, ...]:
        """How the rater is called."""
        if isinstance(self.rater, Stakeholder):
            return (self.rater.name,)
        return (self.rater.user.name,)

    def url(self, page: str, **arguments: object) -> str:
        """Address of a page behind this door."""
        if self.token:
            return reverse(f"rating:{_by_link_name(page)}", kwargs={"token": self.token, **arguments})
        return reverse(f"rating:{page}", kwargs=arguments)


def both(route: str, view: View, name: str) -> list[URLPattern]:
    """Addresses of a page behind both doors: ``rating:<name>`` and ``rating:link_<name>`` with a token.

    The queue behind the second is ``rating:by_link``: what mails lead to.
    """
    return [
        path(route, _signed_in(view), name=name),
        # The link is in the address, which no other site knows, and not in a cookie: a token against forged
        # requests would protect nothing, and lose answers where the cookie is gone.
        path(f"link/<str:token>/{route}", csrf_exempt(_by_link(view)), name=_by_link_name(name)),
    ]


def _by_link_name(name: str) -> str:
    return "by_link" if name == "queue" else f"link_{name}"


def _signed_in(view: View) -> View:
    @require()
    def gated(request: Request, **arguments: Any) -> HttpResponseBase:
        return view(request, Door(request.actor), **arguments)

    @wraps(view)
    def opened(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        if "HX-Request" in request.headers and not request.user.is_authenticated:
            # A redirect would be followed unseen, and the sign-in page taken for an answer.
            return HttpResponse(status=401)
        return gated(request, **arguments)

    return opened


def _by_link(view: View) -> View:
    @wraps(view)
    def opened(request: HttpRequest, token: str, **arguments: Any) -> HttpResponseBase:
        try:
            rater = stakeholder(token)
        except Http404:
            return render(request, "rating/link_expired.html", {"token": token}, status=410)
        cycle = rater.cycle
        spoken = translation.get_language()
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and rater.language:
            spoken = django_language(rater.language)
        with translation.override(spoken), timezone.override(ZoneInfo(cycle.time_zone)):
            return view(request, Door(rater, token), **arguments)

    return opened

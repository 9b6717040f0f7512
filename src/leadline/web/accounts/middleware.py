"""Finds out who acts, and speaks their language in their time zone."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from leadline.web.accounts.access import Actor as Acting
from leadline.web.accounts.client import client_ip
from leadline.web.accounts.models import Membership, User

CHOSEN = "organisation"


class Actor:
    """Puts ``request.actor`` there: an :class:`~leadline.web.accounts.access.Actor`, or None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the actor would read it."""
        actor = acting(request)
        request.actor = actor  # type: ignore[attr-defined]  # declared by accounts.access.Request
        if actor is None:
            return self.get_response(request)
        language = django_language(actor.user.language) if actor.user.language else translation.get_language()
        zone = actor.user.time_zone or actor.organisation.time_zone
        with translation.override(language), timezone.override(ZoneInfo(zone)):
            return self.get_response(request)


def acting(request: HttpRequest) -> Acting | None:
    """Who acts: the signed-in user in the organisation chosen last, or else their first."""
    if not isinstance(request.user, User):
        return None
    memberships = Membership.objects.filter(user=request.user).select_related("organisation")
    chosen = request.session.get(CHOSEN)
    ordered = sorted(memberships, key=lambda m: (str(m.organisation_id) != chosen, m.organisation.name))
    if not ordered:
        return None
    own = ordered[0]
    return Acting(request.user, own.organisation, frozenset(own.roles), client_ip(request))


def django_language(language: str) -> str:
    """Django's name of a language of ours."""
    return "zh-hans" if language.startswith("zh") else "en"

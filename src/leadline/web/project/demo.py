"""The demonstration: act as anyone of the cast. Exists only while ``LEADLINE_DEMO`` is on."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts.entering import BACKEND
from leadline.web.accounts.models import Membership, User
from leadline.web.look.templatetags.look import text
from leadline.web.people.models import Person

MOST = 60


@dataclass(frozen=True)
class Part:
    """Somebody of the cast: what they are, and what that lets them do."""

    user: User
    title: str
    hints: tuple[str, ...] = ()


def cast() -> list[Part]:
    """Whom one may act as, those with a grant first."""
    if not settings.LEADLINE_DEMO:
        return []
    members = list(Membership.objects.select_related("user").order_by("user__name"))
    members.sort(key=lambda member: (not member.roles, not member.user.name))
    teams = dict(Person.objects.exclude(user=None).values_list("user", "team__name"))
    return [_part(member, teams.get(member.user_id)) for member in members[:MOST]]


def _part(member: Membership, team: str | None) -> Part:
    if member.roles:
        title = text("look.separator").join(text(f"accounts.roles.{role}") for role in member.roles)
        return Part(member.user, title, tuple(text(f"accounts.role_hints.{role}") for role in member.roles))
    return Part(member.user, text("project.demo.member", team=team or ""))


@require_GET
def welcome(request: HttpRequest) -> HttpResponse:
    """The first page of the demonstration: whom one may act as, and what they would come for."""
    if not settings.LEADLINE_DEMO:
        raise Http404
    people = cast()
    granted = [part for part in people if part.hints]
    return render(request, "project/demo.html", {"granted": granted, "others": people[len(granted) :]})


@require_POST
def act_as(request: HttpRequest) -> HttpResponseBase:
    """Become somebody of the cast."""
    if not settings.LEADLINE_DEMO:
        raise Http404
    user = User.objects.filter(email=request.POST.get("email", ""), is_active=True).first()
    if user is None:
        raise Http404
    login(request, user, backend=BACKEND)
    return redirect("home")

"""The demonstration: act as anyone of the cast. Exists only while ``LEADLINE_DEMO`` is on."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from leadline.web.accounts.entering import BACKEND
from leadline.web.accounts.models import Membership, User
from leadline.web.look.templatetags.look import text

MOST = 40


def cast() -> list[tuple[User, str]]:
    """Whom one may act as, those with a grant first, each with what they are."""
    if not settings.LEADLINE_DEMO:
        return []
    members = list(Membership.objects.select_related("user").order_by("user__name"))
    members.sort(key=lambda member: (not member.roles, not member.user.name))
    return [(member.user, _part(member)) for member in members[:MOST]]


def _part(member: Membership) -> str:
    if member.roles:
        return text("look.separator").join(text(f"accounts.roles.{role}") for role in member.roles)
    return text("project.demo.member")


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

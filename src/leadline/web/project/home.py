"""The first page after signing in, and the choice of language."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts.access import Actor, Request, require
from leadline.web.accounts.speaking import remember
from leadline.web.cycles.access import cycles
from leadline.web.look.mail import server
from leadline.web.look.waiting import Waiting
from leadline.web.project.modules import modules


@require()
@require_GET
def home(request: Request) -> HttpResponse:
    """What waits for the actor, the cycles they run, and where to go."""
    actor = request.actor
    known = list(cycles(actor))
    context = {
        "waiting": waiting(actor),
        "underway": [cycle for cycle in known if cycle.state in UNDERWAY][:MOST_CYCLES],
        "steps": FIRST_STEPS if actor.has("analytics") and not known else (),
        "places": [place for role, place in PLACES.items() if actor.has(role)],
        "mail_unset": actor.has("operator") and not server()["url"] and not settings.LEADLINE_DEMO,
    }
    return render(request, "project/home.html", context)


def waiting(actor: Actor) -> list[Waiting]:
    """What every app has for the actor, the urgent first."""
    found = [item for module in modules("waiting") for item in module.waiting(actor)]
    return sorted(found, key=lambda item: not item.urgent)


@dataclass(frozen=True)
class Step:
    """A place to go: its address and the keys of its title and of the words that explain it."""

    url: str
    words: str
    text: str
    icon: str


UNDERWAY = ("draft", "nominating", "running", "scoring", "review")
MOST_CYCLES = 6
FIRST_STEPS = tuple(
    Step(url, f"project.home_page.{name}", f"project.home_page.{name}_text", icon)
    for url, name, icon in (
        ("people:imports", "first_people", "users"),
        ("catalogue:list", "first_framework", "books"),
        ("cycles:new", "first_cycle", "calendar-event"),
    )
)
"""What to do in an organisation without a cycle, for those who prepare one."""
PLACES = {
    role: Step(url, f"accounts.roles.{role}", f"accounts.role_hints.{role}", icon)
    for role, url, icon in (
        ("operator", "accounts:members", "settings"),
        ("coach", "results:mine", "chart-dots"),
        ("analyst", "results:cycles", "eye"),
        ("auditor", "audit", "shield-check"),
    )
}
"""Where those with a grant do what it lets them do."""


@require_POST
def speak(request: HttpRequest) -> HttpResponseBase:
    """Choose the language: kept with the account, and in a cookie for the signed-out."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return remember(request, redirect(wanted if safe else "home"), request.POST.get("language", ""))

"""The first page after signing in, the choice of language, and whether the server is well."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts.access import Actor, Request, require
from leadline.web.accounts.speaking import remember
from leadline.web.cycles.access import cycles
from leadline.web.look.mail import server
from leadline.web.look.waiting import Waiting

APPS = ("cycles", "rating", "results", "people", "catalogue")


def modules(name: str) -> list[str]:
    """The modules of a name that apps have, as ``waiting`` and ``clock``."""
    found = (f"leadline.web.{app}.{name}" for app in APPS)
    return [path for path in found if find_spec(path)]


@require()
@require_GET
def home(request: Request) -> HttpResponse:
    """What waits for the actor, and where to go."""
    actor = request.actor
    mail_unset = actor.has("operator") and not server()["url"]
    context = {"waiting": waiting(actor), "steps": first_steps(actor), "mail_unset": mail_unset}
    return render(request, "project/home.html", context)


def waiting(actor: Actor) -> list[Waiting]:
    """What every app has for the actor, the urgent first."""
    found = [item for name in modules("waiting") for item in import_module(name).waiting(actor)]
    return sorted(found, key=lambda item: not item.urgent)


@dataclass(frozen=True)
class Step:
    """One of the first things to do in a new organisation."""

    url: str
    words: str
    icon: str

    @property
    def text(self) -> str:
        """Key of the words that explain it."""
        return f"{self.words}_text"


def first_steps(actor: Actor) -> list[Step]:
    """What to do in an organisation without a cycle, for those who prepare one."""
    if not actor.has("analytics") or cycles(actor).exists():
        return []
    known = [
        Step("people:imports", "project.home_page.first_people", "users"),
        Step("catalogue:list", "project.home_page.first_framework", "books"),
        Step("cycles:new", "project.home_page.first_cycle", "calendar-event"),
    ]
    return [step for step in known if _exists(step.url)]


def _exists(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


@require_POST
def speak(request: HttpRequest) -> HttpResponseBase:
    """Choose the language: kept with the account, and in a cookie for the signed-out."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return remember(request, redirect(wanted if safe else "home"), request.POST.get("language", ""))


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Answer when the database does."""
    del request
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")

"""Pages of requests about one's own data: asking, and for those who keep the people answering."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts.access import Request, require
from leadline.web.look.listing import Column, Listing
from leadline.web.look.templatetags.look import language, text
from leadline.web.people import access, asking
from leadline.web.people.models import DataRequest


@require()
@require_POST
def ask(request: Request) -> HttpResponseBase:
    """Ask for a correction or for erasure."""
    if not ratelimit.consume(request, action="data_request"):
        refused: HttpResponse = ratelimit.respond_429(request)
        return refused
    sent = request.POST
    _attempt(
        request,
        lambda: asking.ask(request.actor, sent.get("kind", ""), sent.get("field", ""), sent.get("text", "")),
        "people.requests.made",
    )
    return redirect("my_data")


@require()
@require_POST
def withdraw(request: Request, request_id: UUID) -> HttpResponseBase:
    """Take one's own request back."""
    found = asking.one(asking.own(request.actor).select_related("person"), request_id)
    _attempt(request, lambda: asking.withdraw(request.actor, found), "people.requests.taken_back")
    return redirect("my_data")


@require(*access.KEEPERS)
@require_GET
def requests(request: Request) -> HttpResponse:
    """Everybody's requests, those that are open first."""
    columns = (
        Column("people.requests.state", "-state", lambda r: text(f"people.requests.states.{r.state}")),
        Column("people.requests.asked", "time", lambda r: r.time.isoformat()),
        Column("people.fields.name", "person__name", lambda r: r.person.name),
        Column("people.requests.kind", "kind", _what),
    )
    listing = Listing(
        request,
        asking.to_answer(request.actor),
        columns,
        search=("person__name", "text"),
        row_template="people/request_row.html",
    )
    return listing.response("requests") or render(request, "people/requests.html", {"listing": listing})


def _what(row: DataRequest) -> str:
    said = text(f"people.requests.kinds.{row.kind}")
    return f"{said}: {text(f'people.requests.fields.{row.field}')}" if row.field else said


@require(*access.KEEPERS)
@require_GET
def one(request: Request, request_id: UUID) -> HttpResponse:
    """One request, to answer."""
    found = asking.one(asking.to_answer(request.actor), request_id)
    return render(request, "people/request.html", {"found": found, "what": _what(found)})


@require(*access.KEEPERS)
@require_POST
def answer(request: Request, request_id: UUID) -> HttpResponseBase:
    """Answer one."""
    found = asking.one(asking.to_answer(request.actor), request_id)
    done = request.POST.get("decision") == "done"
    work = lambda: asking.answer(request.actor, found, request.POST.get("text", ""), done=done)  # noqa: E731
    if _attempt(request, work, "people.requests.answered"):
        return redirect("people:requests")
    return redirect("people:request", found.pk)


def _attempt(request: Request, work: Callable[[], object], said: str) -> bool:
    try:
        work()
    except asking.DataRequestError as fault:
        messages.error(request, fault.describe(language()))
        return False
    messages.success(request, text(said))
    return True

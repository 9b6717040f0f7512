"""Raters of a running cycle, for those who run it: how far they were last night, reminding, giving longer.

What is done and answered here depends on last night's notes (:mod:`.progress`) and on who rates whom, never
on what came in since.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadline.web.accounts.access import Request, require
from leadline.web.accounts.audit import record
from leadline.web.cycles import access, forms, inviting, launching
from leadline.web.cycles.access import RUNNERS
from leadline.web.cycles.deadlines import last_day
from leadline.web.cycles.models import Cycle
from leadline.web.cycles.telling import attempt
from leadline.web.look.listing import Column, Listing
from leadline.web.look.templatetags.look import text
from leadline.web.people import access as people

COLUMNS = (
    Column("people.fields.name", "rater__name", lambda r: r.rater.name),
    Column("people.fields.email", "rater__email", lambda r: r.rater.email),
    Column("people.fields.team", "rater__team__name", lambda r: r.rater.team.name if r.rater.team else ""),
    Column("cycles.given_title", "step", lambda r: text(f"cycles.given.{r.word}")),
    Column(""),
)
MOST_OUTSIDE = 50


@require(*RUNNERS)
@require_GET
def owing(request: Request, cycle_id: UUID) -> HttpResponse:
    """Who is asked, and whether they had given nothing, some or all of it by last night; never about whom."""
    found = _running(request, cycle_id)
    raters = access.raters(found)
    listing = Listing(
        request,
        raters.filter(rater__isnull=False).select_related("rater__team"),
        COLUMNS,
        search=("rater__name", "rater__email", "rater__team__name"),
        row_template="cycles/owing_row.html",
    )
    outside = raters.filter(stakeholder__isnull=False).select_related("stakeholder")
    context = {
        "cycle": found,
        "listing": listing,
        "outside": outside.order_by("stakeholder__email")[:MOST_OUTSIDE],
        "few": MOST_OUTSIDE,
    }
    return listing.response("owing") or render(request, "cycles/owing.html", context)


@require(*RUNNERS)
@require_POST
def remind(request: Request, cycle_id: UUID) -> HttpResponseBase:
    """Remind everyone who had not finished by last night, now."""
    found = _running(request, cycle_id)
    inviting.remind(found)
    record(request.actor, "cycles.reminded", found)
    messages.success(request, text("cycles.reminded"))
    return redirect("cycles:owing", found.pk)


@require(*RUNNERS)
@require_POST
def remind_one(request: Request, cycle_id: UUID, rater_id: UUID) -> HttpResponseBase:
    """Remind one rater, of whom it is told how far they are or who rates somebody under their name."""
    found = _running(request, cycle_id)
    one = Q(rater=rater_id) | Q(stakeholder=rater_id)
    row: Any = access.raters(found).select_related("rater", "stakeholder").filter(one).first()
    if row is None or not row.may_remind:
        raise Http404
    inviting.remind(found, only=rater_id)
    record(request.actor, "cycles.reminded_one", found)
    messages.success(request, text("cycles.reminded_one", name=str(row.rater or row.stakeholder)))
    return redirect("cycles:owing", found.pk)


@require(*RUNNERS)
@require_http_methods(["GET", "POST"])
def extend(request: Request, cycle_id: UUID, rater_id: UUID) -> HttpResponseBase:
    """Give one rater longer."""
    found = access.cycle(request.actor, cycle_id)
    outside = found.stakeholders.filter(pk=rater_id).first()
    rater = outside or people.person(request.actor, rater_id)
    if found.state != "running":
        raise Http404
    form = forms.Until(request.POST or None, initial={"until": last_day(found)})
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data["until"]
        said = text("cycles.extended", name=str(rater))
        if attempt(request, lambda: launching.extend(request.actor, found, rater, until), said):
            return redirect("cycles:owing", found.pk)
    return render(request, "cycles/extend.html", {"cycle": found, "rater": rater, "form": form})


def _running(request: Request, cycle_id: UUID) -> Cycle:
    found = access.cycle(request.actor, cycle_id)
    if found.state != "running":
        raise Http404
    return found

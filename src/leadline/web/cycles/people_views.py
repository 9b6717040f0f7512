"""Who is assessed: chosen by team, by role, one by one; and of whom groups would stay hidden."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render

from leadline.web.accounts.access import Request
from leadline.web.cycles import feasibility, jobs, planning
from leadline.web.cycles.choosing import WAYS, chosen, key
from leadline.web.cycles.job_views import later
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.cycles.steps import following, steps
from leadline.web.cycles.telling import attempt
from leadline.web.look.listing import Column, Listing
from leadline.web.look.templatetags.look import text
from leadline.web.people import access as people
from leadline.web.people.models import Person

COLUMNS = (
    Column("people.fields.name", "name", lambda p: p.name),
    Column("people.fields.team", "team", lambda p: p.team),
    Column("people.fields.manager", "manager__name", lambda p: p.manager.name if p.manager else ""),
    Column(""),
)
MOST_FOUND = 20
PER_PAGE = 50


def choose(request: Request, cycle: Cycle) -> HttpResponseBase:
    """The step: who takes part, and who could be added."""
    if request.method == "POST":
        if "next" in request.POST:
            return redirect("cycles:step", cycle.pk, following(cycle, "people"))
        return _change(request, cycle)
    listing = Listing(
        request,
        cycle.participants.select_related("manager"),
        COLUMNS,
        search=("name", "team"),
        row_template="cycles/chosen_row.html",
    )
    present = people.present(request.actor)
    context = {
        "cycle": cycle,
        "steps": steps(cycle, "people"),
        "step": "people",
        "listing": listing,
        "teams": people.teams(request.actor),
        "roles": present.exclude(role="").order_by("role").values_list("role", flat=True).distinct(),
        "find": request.GET.get("find", ""),
        "found": found(request, present.exclude(participations__cycle=cycle)),
    }
    return listing.response("ratees") or render(request, "cycles/step_people.html", context)


def found(request: Request, rows: QuerySet[Person]) -> list[Person]:
    """People whose name, number or address fits what is looked for."""
    wanted = request.GET.get("find", "").strip()
    if not wanted:
        return []
    fits = Q(name__icontains=wanted) | Q(key__icontains=wanted) | Q(email__icontains=wanted)
    return list(rows.filter(fits).select_related("team").order_by("name")[:MOST_FOUND])


def _change(request: Request, cycle: Cycle) -> HttpResponseBase:
    """Add or leave out; of thousands in the worker."""
    given, actor = request.POST, request.actor
    here = redirect(request.get_full_path())
    if "leave_out" in given:
        one = cycle.participants.filter(pk=key(given["leave_out"]))
        attempt(request, lambda: planning.leave_out(actor, cycle, one))
        return here
    if "nobody" in given:
        everyone = cycle.participants.all()
        if everyone.count() > jobs.AT_ONCE:
            return later(request, cycle, "leave_out", here)
        attempt(request, lambda: planning.leave_out(actor, cycle, everyone))
        return here
    meant = {name: given[name] for name in WAYS if name in given}
    rows = chosen(actor, meant)
    if rows.count() > jobs.AT_ONCE:
        return later(request, cycle, "assess", here, meant)
    added: list[int] = []
    if attempt(request, lambda: added.append(planning.assess(actor, cycle, rows))):
        messages.success(request, text("cycles.people.added", n=added[0]))
    return here


def lacking(request: Request, cycle: Cycle) -> dict[str, Any]:
    """Ratees of whom a group would stay hidden, a page of them, with people to ask."""
    rows = feasibility.hidden(cycle).order_by("name", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    ratees: list[Participant] = list(page.object_list)
    groups = feasibility.of(cycle, ratees)
    return {
        "page": page,
        "lacking": [(ratee, [g for g in groups[ratee.pk] if g.is_hidden]) for ratee in ratees],
    }

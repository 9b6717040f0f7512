"""One ratee of a cycle, for those who run it: the panel, late changes."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts.access import Request, require
from leadline.web.cycles import access, feasibility, forms, inviting, launching, nominating, panels, progress
from leadline.web.cycles.access import RUNNERS
from leadline.web.cycles.models import Assignment, Participant
from leadline.web.cycles.panels import relationships
from leadline.web.cycles.people_views import found as people_found
from leadline.web.cycles.steps import PREPARING
from leadline.web.cycles.telling import attempt
from leadline.web.look.templatetags.look import text
from leadline.web.people import access as people

OPEN = ("draft", "nominating", "running")


@require(*RUNNERS)
@require_GET
def ratee(request: Request, participant_id: UUID) -> HttpResponse:
    """Who rates them, which groups would be shown or how far they are, what can be changed."""
    own = access.participant(request.actor, participant_id)
    rows = panels.by_name(own.assignments.exclude(state="removed"))
    taken = own.assignments.filter(state__in=panels.ON, rater__isnull=False).values("rater")
    names = relationships(own.cycle)
    context = {
        "ratee": own,
        "cycle": own.cycle,
        "panel": [(name, [row for row in rows if row.relationship == name]) for name in names],
        "groups": groups(own),
        "reach": [] if own.cycle.state in PREPARING else progress.of(own),
        "changeable": own.cycle.state in OPEN and not own.withdrawn,
        "running": own.cycle.state == "running",
        "find": request.GET.get("find", ""),
        "found": people_found(request, people.present(request.actor).exclude(pk__in=taken)),
        "relationships": [name for name in names if name not in ("self", "stakeholder")],
        "outsider": forms.Outsider(),
        "takes_outsiders": "stakeholder" in names,
    }
    return render(request, "cycles/ratee.html", context)


def groups(participant: Participant) -> list[feasibility.Group]:
    """The anonymous groups of one ratee."""
    row = feasibility.counted(participant.cycle).filter(pk=participant.pk).first()
    return feasibility.of(participant.cycle, [row])[row.pk] if row else []


def _one(own: Participant, request: Request) -> Assignment:
    try:
        return own.assignments.select_related("participant__cycle").get(
            pk=UUID(request.POST.get("assignment", ""))
        )
    except (Assignment.DoesNotExist, ValueError) as cause:
        raise Http404 from cause


@require(*RUNNERS)
@require_POST
def change_panel(request: Request, participant_id: UUID, deed: str) -> HttpResponseBase:
    """Add or remove a rater, withdraw the ratee, follow a change of manager."""
    own = access.participant(request.actor, participant_id)
    deeds: dict[str, Callable[[], object]] = {
        "add": lambda: _add(request, own),
        "add_outsider": lambda: _add_outsider(request, own),
        "remove": lambda: panels.remove(request.actor, _one(own, request)),
        "withdraw": lambda: launching.withdraw_ratee(request.actor, own),
        "back": lambda: launching.bring_back(request.actor, own),
        "manager": lambda: launching.change_manager(
            request.actor, own, own.person.manager if own.person else None
        ),
        "approve": lambda: nominating.approve(request.actor, own),
    }
    if deed not in deeds:
        raise Http404
    attempt(request, deeds[deed], text("cycles.done"))
    if deed == "manager":
        return redirect("cycles:changes", own.cycle_id)
    return redirect("cycles:ratee", own.pk)


def _add(request: Request, own: Participant) -> None:
    rater = people.present(request.actor).filter(pk=_key(request, "person")).first()
    if rater is None:
        raise Http404
    panels.add(request.actor, own, rater, request.POST.get("relationship", ""))
    _invite(own)


def _add_outsider(request: Request, own: Participant) -> None:
    form = forms.Outsider(request.POST)
    if not form.is_valid():
        raise panels.PanelError("web.cycles.no_address")
    panels.add_stakeholder(request.actor, own, **form.cleaned_data)
    _invite(own)


def _invite(own: Participant) -> None:
    if own.cycle.state == "running":
        inviting.invite(own.cycle)


def _key(request: Request, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as cause:
        raise Http404 from cause


@require(*RUNNERS)
@require_POST
def add_late(request: Request, cycle_id: UUID) -> HttpResponseBase:
    """Let somebody who joined take part in a running cycle."""
    cycle = access.cycle(request.actor, cycle_id)
    person = people.present(request.actor).filter(pk=_key(request, "person")).first()
    if person is None:
        raise Http404
    attempt(request, lambda: launching.add_ratee(request.actor, cycle, person), text("cycles.done"))
    return redirect("cycles:changes", cycle.pk)

"""Pages of ratees and their managers: proposing raters, approving them, how far it is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts.access import Actor, Request, require
from leadline.web.cycles import access, forms, nominating, panels, posting, progress
from leadline.web.cycles.models import Assignment, Participant
from leadline.web.cycles.people_views import found as people_found
from leadline.web.cycles.telling import attempt
from leadline.web.look.templatetags.look import text
from leadline.web.people import access as people
from leadline.web.people.models import Person

READABLE: list[Callable[[Actor], Collection[UUID]]] = []
"""What apps above know: keys of participants whose results the actor may read."""


def readable(actor: Actor) -> set[UUID]:
    """Keys of participants whose results the actor may read."""
    return {key for find in READABLE for key in find(actor)}


@require()
@require_GET
def mine(request: Request) -> HttpResponse:
    """Cycles the actor is rated in, and those of the people they manage."""
    context = {
        "own": access.participations(request.actor).order_by("-cycle__created"),
        "led": access.led_participants(request.actor).order_by("-cycle__created", "name"),
        "readable": readable(request.actor),
    }
    return render(request, "cycles/mine.html", context)


@require()
@require_GET
def participation(request: Request, participant_id: UUID) -> HttpResponse:
    """One's own participation or that of somebody one manages: the nomination, then how far it is."""
    own = access.participation(request.actor, participant_id)
    cycle = own.cycle
    as_ratee = own.person is not None and own.person.user_id == request.actor.user.pk
    nominates = cycle.state == "nominating"
    may_change = nominates and (nominating.may_propose(own) if as_ratee else own.state != "open")
    rows = panels.by_name(own.assignments.filter(state__in=(*panels.ON, "declined")))
    asked = nominating.asked(cycle) if nominates else ()
    taken = own.assignments.filter(state__in=panels.ON, rater__isnull=False).values("rater")
    free = people.present(request.actor).exclude(pk__in=taken).exclude(participations=own)
    context = {
        "ratee": own,
        "cycle": cycle,
        "as_ratee": as_ratee,
        "readable": readable(request.actor),
        "nominates": nominates,
        "may_change": may_change,
        "panel": [(name, cycle.rules[name], [r for r in rows if r.relationship == name]) for name in asked],
        "missing": nominating.missing(own) if nominates else {},
        "reach": [] if nominates else progress.of(own),
        "find": request.GET.get("find", ""),
        "found": people_found(request, free) if may_change else [],
        "relationships": [name for name in asked if name != "stakeholder"],
        "outsider": forms.Outsider() if "stakeholder" in asked and may_change else None,
    }
    return render(request, "cycles/participation.html", context)


@require()
@require_POST
def nominate(request: Request, participant_id: UUID, deed: str) -> HttpResponseBase:
    """A step of a nomination: of the ratee ``propose, propose_outsider, take_away, hand_in``; of the manager
    ``add, add_outsider, accept, decline, approve, give_back``.
    """
    own = access.participation(request.actor, participant_id)
    as_ratee = own.person is not None and own.person.user_id == request.actor.user.pk
    deeds = _of_ratee(request, own) if as_ratee else _of_manager(request, own)
    if deed not in deeds:
        raise Http404
    attempt(request, deeds[deed], text(f"cycles.nominated.{deed}"))
    return redirect("cycles:participation", own.pk)


def _of_ratee(request: Request, own: Participant) -> dict[str, Callable[[], object]]:
    return {
        "propose": lambda: nominating.propose(
            request.actor, own, _person(request), request.POST.get("relationship", "")
        ),
        "propose_outsider": lambda: nominating.propose_stakeholder(request.actor, own, **_outsider(request)),
        "take_away": lambda: nominating.take_away(own, _assignment(request, own)),
        "hand_in": lambda: nominating.hand_in(request.actor, own),
    }


def _of_manager(request: Request, own: Participant) -> dict[str, Callable[[], object]]:
    actor = request.actor
    return {
        "add": lambda: nominating.add(actor, own, _person(request), request.POST.get("relationship", "")),
        "add_outsider": lambda: nominating.add_stakeholder(actor, own, **_outsider(request)),
        "accept": lambda: nominating.decide(actor, _assignment(request, own), approve=True),
        "decline": lambda: nominating.decide(actor, _assignment(request, own), approve=False),
        "approve": lambda: nominating.approve(actor, own),
        "give_back": lambda: nominating.give_back(actor, own),
    }


def _person(request: Request) -> Person:
    try:
        return people.present(request.actor).get(pk=UUID(request.POST.get("person", "")))
    except (Person.DoesNotExist, ValueError) as cause:
        raise Http404 from cause


def _assignment(request: Request, own: Participant) -> Assignment:
    try:
        rows = own.assignments.filter(relationship__in=nominating.asked(own.cycle))
        return rows.select_related("participant__cycle").get(pk=UUID(request.POST.get("assignment", "")))
    except (Assignment.DoesNotExist, ValueError) as cause:
        raise Http404 from cause


def _outsider(request: Request) -> dict[str, str]:
    form = forms.Outsider(request.POST)
    if not form.is_valid():
        raise panels.PanelError("web.cycles.no_address")
    return dict(form.cleaned_data)


@require_POST
def renew(request: HttpRequest, token: str) -> HttpResponseBase:
    """Send a new personal link; the answer is the same whether the old one was ever good."""
    posting.renew(token)
    return render(request, "cycles/renewed.html")

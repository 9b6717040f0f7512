"""The page of what can be done when a result is wrong."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts.access import Request, require
from leadline.web.cycles.access import RUNNERS
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.forms import Until
from leadline.web.cycles.models import Participant
from leadline.web.cycles.telling import attempt
from leadline.web.look.templatetags.look import text
from leadline.web.results import access, correcting, earlier
from leadline.web.results.access import Seen
from leadline.web.results.sheets import framework_of


@require(*RUNNERS)
@require_GET
def wrong(request: Request, participant_id: UUID) -> HttpResponse:
    """Three ways to correct a result, with what follows from each."""
    seen = _seen(request, participant_id)
    cycle = seen.participant.cycle
    context = {
        "seen": seen,
        "cycle": cycle,
        "correction": seen.correction,
        "may_be_anew": earlier.may_be_anew(cycle),
        "least": framework_of(cycle).disclosure.all,
        "today": today(cycle),
    }
    return render(request, "results/wrong.html", context)


@require(*RUNNERS)
@require_POST
def correct(request: Request, participant_id: UUID, deed: str) -> HttpResponseBase:
    """Go one of them."""
    own, actor, given = _seen(request, participant_id).participant, request.actor, request.POST
    deeds: dict[str, Callable[[], object]] = {
        "withdraw": lambda: correcting.withdraw(actor, own, given.get("reason", "")),
        "restore": lambda: correcting.restore(actor, own),
        "note": lambda: correcting.note(actor, own, given.get("note", "")),
        "collect": lambda: _collect(request, own),
    }
    if deed not in deeds:
        raise Http404
    if not attempt(request, deeds[deed], text(f"results.wrong.done.{deed}")):
        return redirect("results:wrong", own.pk)
    return redirect("cycles:ratee" if deed == "collect" else "results:result", own.pk)


def _collect(request: Request, own: Participant) -> None:
    form = Until(request.POST)
    if not form.is_valid():
        raise correcting.CorrectionError("web.results.no_day")
    correcting.collect(request.actor, own, form.cleaned_data["until"])


def _seen(request: Request, participant_id: UUID) -> Seen:
    seen = access.seen(request.actor, participant_id)
    if not correcting.is_open(seen.participant.cycle):
        raise Http404
    return seen

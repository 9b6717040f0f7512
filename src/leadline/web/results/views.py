"""Pages of results: one's own list, one result with its exports and contest."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts.access import Request, require
from leadline.web.cycles.access import RUNNERS
from leadline.web.cycles.models import Participant
from leadline.web.look.listing import csv_response
from leadline.web.look.templatetags.look import language, text
from leadline.web.results import access, contesting, correcting
from leadline.web.results.exporting import HEADS, csv_rows, document
from leadline.web.results.models import Comment
from leadline.web.results.presenting import chart, closed_on, group_title, page_of
from leadline.web.results.sheets import framework_of
from leadline.web.results.showing import opened


@require()
@require_GET
def mine(request: Request) -> HttpResponse:
    """Everything released to the actor."""
    rows: QuerySet[Participant] = access.released_to(request.actor)
    rows = rows.order_by("-cycle__closes", "cycle_id", "name")
    own = [row for row in rows if row.person and row.person.user_id == request.actor.user.pk]
    others = [row for row in rows if row not in own]
    return render(request, "results/mine.html", {"own": own, "others": others})


@require()
@require_GET
def result(request: Request, participant_id: UUID) -> HttpResponse:
    """One result."""
    seen = access.seen(request.actor, participant_id)
    opened(request.actor, seen, "page")
    cycle = seen.participant.cycle
    page = page_of(seen.result, cycle)
    context = {
        "seen": seen,
        "cycle": cycle,
        "page": page,
        "closed_on": closed_on(seen),
        "can_correct": request.actor.has(*RUNNERS) and correcting.is_open(cycle),
        "chart": chart(seen.result.run, page.competencies),
        "comments": _by_group(access.shown_comments(seen), seen),
        "contests": seen.participant.contests.order_by("time"),
        "can_contest": seen.audience == "ratee" and contesting.is_open(cycle),
    }
    return render(request, "results/result.html", context)


def _by_group(comments: Iterable[Comment], seen: access.Seen) -> dict[str, list[Comment]]:
    framework, spoken = framework_of(seen.participant.cycle), language()
    found: dict[str, list[Comment]] = {}
    for comment in comments:
        found.setdefault(group_title(framework, comment.group, spoken), []).append(comment)
    return dict(sorted(found.items()))


@require()
@require_GET
def result_csv(request: Request, participant_id: UUID) -> HttpResponse:
    """One result as CSV."""
    seen = access.seen(request.actor, participant_id)
    opened(request.actor, seen, "csv")
    return csv_response("results", [text(f"results.columns.{head}") for head in HEADS], csv_rows(seen))


@require()
@require_GET
def result_json(request: Request, participant_id: UUID) -> HttpResponse:
    """One result as JSON."""
    seen = access.seen(request.actor, participant_id)
    opened(request.actor, seen, "json")
    response = JsonResponse(document(seen), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = 'attachment; filename="results.json"'
    return response


@require()
@require_POST
def contest(request: Request, participant_id: UUID) -> HttpResponseBase:
    """Contest one's own result."""
    seen = access.seen(request.actor, participant_id)
    try:
        contesting.contest(request.actor, seen, request.POST.get("text", ""))
        messages.success(request, text("results.contest_made"))
    except contesting.ContestError as fault:
        messages.error(request, fault.describe(language()))
    return redirect("results:result", participant_id)

"""The review desk for comments."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Request, require
from leadline.web.cycles.models import Cycle
from leadline.web.look.templatetags.look import language, text
from leadline.web.results import access, hidden
from leadline.web.results.models import Comment
from leadline.web.results.presenting import group_title
from leadline.web.results.reviewing import STATES, review
from leadline.web.results.sheets import framework_of
from leadline.web.results.showing import opened_comments

SHOWN = ("waiting", *STATES)
AT_ONCE = 20


@require("analytics")
@require_GET
def desk(request: Request, cycle_id: UUID) -> HttpResponse:
    """Comments by state, those that wait first."""
    cycle = access.cycle(request.actor, cycle_id)
    rows = access.comments(request.actor, cycle)
    counts = Counter(dict(rows.values_list("state").annotate(n=Count("pk"))))
    asked = request.GET.get("show", "")
    shown = asked if asked in SHOWN else "waiting"
    comments = hidden.comments(rows.filter(state=shown).order_by("pk")[:AT_ONCE])
    opened_comments(request.actor, cycle, comments)
    context = {
        "cycle": cycle,
        "shown": shown,
        "filters": [(state, counts[state]) for state in SHOWN],
        "comments": _told(cycle, comments),
        "left": max(0, counts[shown] - AT_ONCE),
        "total": sum(counts.values()),
        "states": STATES,
        "closed": cycle.state == "sealed",
    }
    return render(request, "results/desk.html", context)


def _told(cycle: Cycle, comments: list[Comment]) -> list[tuple[Comment, str, str]]:
    framework, spoken = framework_of(cycle), language()
    titles = {one.id: one.title[spoken] for one in framework.competencies}
    return [
        (one, group_title(framework, one.group, spoken), titles.get(one.competency, "")) for one in comments
    ]


@require("analytics")
@require_POST
def decide(request: Request, comment_id: UUID) -> HttpResponseBase:
    """Decide on one comment, and back to the desk."""
    comment = access.comment(request.actor, comment_id)
    try:
        review(request.actor, comment, request.POST.get("state", ""), request.POST.get("text", ""))
        messages.success(request, text("results.desk.done"))
    except LeadlineError as fault:
        messages.error(request, fault.describe(language()))
    back = reverse("results:desk", args=[comment.participant.cycle_id])
    shown = request.POST.get("show", "")
    return HttpResponseRedirect(f"{back}?{urlencode({'show': shown})}" if shown in SHOWN else back)

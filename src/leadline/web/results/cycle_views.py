"""Pages of a closed cycle for those who run it: runs, who has what, contests, sealing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts.access import Request, require
from leadline.web.cycles import jobs, keys
from leadline.web.cycles.access import RUNNERS
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.job_views import later
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.cycles.moves import move
from leadline.web.cycles.telling import attempt
from leadline.web.look.listing import Column, Listing, Pages
from leadline.web.look.templatetags.look import language, text
from leadline.web.results import access, contesting, correcting, releasing, runs, sealing
from leadline.web.results.access import Brief
from leadline.web.results.models import Contest, Release
from leadline.web.results.presenting import failure_told, score_of, signed, step_told
from leadline.web.results.showing import opened_all, opened_contests

COLUMNS = (
    Column("results.columns.ratee", "name", lambda p: p.name),
    Column("results.columns.team", "team", lambda p: p.team),
    Column("results.columns.released", "released", lambda p: text(f"results.given.{given_of(p)}")),
)


def given_of(row: Any) -> str:
    """What became of a ratee's result: ``no``, ``yes`` or ``read``."""
    return ("read" if row.was_read else "yes") if row.released else "no"


@require(*access.OVERSEERS)
@require_GET
def cycles(request: Request) -> HttpResponse:
    """Closed cycles."""
    there = Q(participants__withdrawn=False)
    rows = access.cycles(request.actor).annotate(size=Count("participants", filter=there))
    columns = (
        Column("results.columns.cycle", "title", lambda c: c.title),
        Column("results.columns.state", "state", lambda c: text(f"cycles.states.{c.state}")),
        Column("results.columns.closed", "closes", lambda c: c.closes),
        Column("results.columns.ratees", "size", lambda c: c.size, numeric=True),
    )
    listing = Listing(request, rows, columns, search=("title",), row_template="results/cycle_row.html")
    context = {"listing": listing, "any": access.cycles(request.actor).exists()}
    return listing.response("cycles") or render(request, "results/cycles.html", context)


@require(*RUNNERS)
@require_GET
def cycle(request: Request, cycle_id: UUID) -> HttpResponse:
    """One closed cycle: where it stands and what is next."""
    found = access.cycle(request.actor, cycle_id)
    listing = Listing(
        request, _ratees(found), COLUMNS, search=("name", "team"), row_template="results/ratee_row.html"
    )
    if export := listing.response("ratees"):
        return export
    comments = access.comments(request.actor, found)
    contests = list(access.contests(request.actor, found))
    opened_contests(request.actor, found, contests)
    away = found.state not in keys.OVER and not keys.exists(found)
    context = {
        "cycle": found,
        "scored": found.state in access.SCORED,
        "key_away": keys.gone(found.pk).describe(language()) if away else "",
        "releasable": not away and found.state in ("review", "released") and releasing.is_left(found),
        "listing": listing,
        "correctable": correcting.OPEN,
        "runs": [
            (run, failure_told(run), step_told(run), runs.is_stuck(run))
            for run in access.runs(request.actor, found)
        ],
        "waiting": comments.filter(state="waiting").count(),
        "comments": comments.count(),
        "contests": contests,
        "sealable": found.state == "released" and found.appeal_until and today(found) > found.appeal_until,
    }
    return render(request, "results/cycle.html", context)


def _ratees(cycle: Cycle) -> QuerySet[Participant]:
    given = Release.objects.filter(participant=OuterRef("pk"))
    rows = Participant.objects.filter(cycle=cycle, withdrawn=False)
    return rows.annotate(
        released=Exists(given),
        was_read=Exists(given.filter(read=True)),
        kept=Subquery(access.results(cycle).filter(participant=OuterRef("pk")).values("kept")),
        gone=F("correction__withdrawn"),
        contested=Exists(Contest.objects.filter(participant=OuterRef("pk"), state="open")),
    )


@require(*RUNNERS)
@require_GET
def progress(request: Request, run_id: UUID) -> HttpResponse:
    """How far a run is: a part of the cycle's page that renews itself."""
    run = access.run(request.actor, run_id)
    context = {"run": run, "failure": failure_told(run), "step": step_told(run), "stuck": runs.is_stuck(run)}
    response = render(request, "results/run.html", context)
    if run.state in ("done", "failed"):
        response.headers["HX-Refresh"] = "true"
    return response


@require(*RUNNERS)
@require_POST
def rescore(request: Request, cycle_id: UUID) -> HttpResponseBase:
    """Score a cycle in review again."""
    found = access.cycle(request.actor, cycle_id)
    return _done(request, found, lambda: move(found, "rescore", request.actor), "results.rescoring")


@require(*RUNNERS)
@require_POST
def retry(request: Request, run_id: UUID) -> HttpResponseBase:
    """Try a failed run again."""
    run = access.run(request.actor, run_id)
    return _done(request, run.cycle, lambda: runs.retry(run, request.actor), "results.rescoring")


@require(*RUNNERS)
@require_POST
def seal(request: Request, cycle_id: UUID) -> HttpResponseBase:
    """Seal a cycle whose appeal window is over."""
    found = access.cycle(request.actor, cycle_id)
    if found.participants.count() > jobs.AT_ONCE:
        return later(request, found, "seal", redirect("results:cycle", found.pk))
    return _done(request, found, lambda: sealing.seal(found, request.actor), "results.sealed")


@require(*RUNNERS)
@require_POST
def answer(request: Request, contest_id: UUID) -> HttpResponseBase:
    """Answer a contest."""
    own = access.contest(request.actor, contest_id)
    said = request.POST.get("text", "")
    return _done(
        request,
        own.participant.cycle,
        lambda: contesting.answer(request.actor, own, said),
        "results.answer_given",
    )


@require(*RUNNERS)
@require_POST
def take_back(request: Request, participant_id: UUID) -> HttpResponseBase:
    """Take back a release that was not read."""
    seen = access.seen(request.actor, participant_id)
    own = seen.participant
    return _done(
        request, own.cycle, lambda: releasing.take_back(request.actor, own), "results.was_taken_back"
    )


@require(*RUNNERS)
@require_POST
def give(request: Request, participant_id: UUID) -> HttpResponseBase:
    """Release one result again."""
    own = access.seen(request.actor, participant_id).participant
    return _done(
        request,
        own.cycle,
        lambda: releasing.give(request.actor, own, releasing.AUDIENCES),
        "results.was_given",
    )


def _done(request: Request, cycle: Cycle, act: Callable[[], object], said: str) -> HttpResponseBase:
    attempt(request, act, text(said))
    return redirect("results:cycle", cycle.pk)


@require(*RUNNERS)
@require_GET
def compare(request: Request, cycle_id: UUID) -> HttpResponse:
    """Two runs beside each other; of an earlier one only what was seen."""
    found = access.cycle(request.actor, cycle_id)
    done = list(access.runs(request.actor, found).filter(state="done"))
    now = done[0] if done else None
    before = next((run for run in done[1:] if str(run.number) == request.GET.get("run")), None)
    before = before or (done[1] if len(done) > 1 else None)
    context: dict[str, object] = {"cycle": found, "now": now, "before": before, "earlier": done[1:]}
    context["one_run"] = "results.one_run.text" if found.state == "review" else "results.one_run.over"
    if now and before and found.state in access.SCORED:
        seen = before.results.filter(shown=True, participant__withdrawn=False)
        listing = Pages(request, opened_all(request.actor, found, "compare"))
        old = {row.participant_id: row for row in access.briefs(seen)}
        context |= {"listing": listing, "rows": _compared(listing.rows, old)}
    return render(request, "results/compare.html", context)


def _compared(rows: Iterable[Brief], old: Mapping[UUID, Brief]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for row in rows:
        was, now = old.get(row.participant_id), score_of(row.overall)
        then = score_of(was.overall) if was else None
        change = signed(round(now.value) - round(then.value)) if now and then else ""
        found.append({"result": row, "was": then, "now": now, "change": change, "seen": was is not None})
    return found

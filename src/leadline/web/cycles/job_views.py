"""The page of something the worker does: it renews itself until that is done, then leads on."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from leadline.errors import words
from leadline.web.accounts.access import Request, require
from leadline.web.cycles import access, jobs
from leadline.web.cycles.access import RUNNERS
from leadline.web.cycles.models import Cycle, Job
from leadline.web.cycles.telling import attempt
from leadline.web.look.templatetags.look import language, text

STEPS = {"assess": "people", "leave_out": "people", "fill": "raters"}
"""The step of the preparation that each belongs to."""


@require(*RUNNERS)
@require_GET
def job(request: Request, job_id: UUID) -> HttpResponseBase:
    """How it goes; once done, back to where it was asked for."""
    found = access.job(request.actor, job_id)
    if found.state == "done":
        if "HX-Request" in request.headers:
            return HttpResponse(headers={"HX-Refresh": "true"})
        messages.success(request, text(f"cycles.jobs.done.{found.kind}", n=found.n))
        return _back(found)
    context = {"job": found, "cycle": found.cycle, "failure": _told(found), "stuck": jobs.is_stuck(found)}
    part = "HX-Request" in request.headers
    return render(request, "cycles/job_state.html" if part else "cycles/job.html", context)


@require(*RUNNERS)
@require_POST
def retry(request: Request, job_id: UUID) -> HttpResponseBase:
    """Try once more."""
    found = access.job(request.actor, job_id)
    attempt(request, lambda: jobs.retry(request.actor, found))
    return redirect("cycles:job", found.pk)


def later(
    request: Request, cycle: Cycle, kind: str, back: HttpResponseBase, given: Mapping[str, str] | None = None
) -> HttpResponseBase:
    """Leave something to the worker and show its page; where that is refused, say why and go back."""
    asked: list[Job] = []
    if attempt(request, lambda: asked.append(jobs.ask(request.actor, cycle, kind, given))):
        return redirect("cycles:job", asked[0].pk)
    return back


def _back(found: Job) -> HttpResponseBase:
    if step := STEPS.get(found.kind):
        return redirect("cycles:step", found.cycle_id, step)
    return redirect("cycles:cycle", found.cycle_id)


def _told(found: Job) -> str:
    """Why it failed, and what to do."""
    if not found.failure:
        return ""
    code, fields = found.failure["code"], found.failure["fields"]
    said = [words(f"{code}.{part}", language(), **fields) for part in ("message", "hint")]
    return ("" if language() == "zh" else " ").join(said)

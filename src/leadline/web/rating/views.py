"""Pages of a rater around the form: the queue, what to know before, a look over it, the receipt."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from leadline.errors import LeadlineError, words
from leadline.web.look.templatetags.look import language
from leadline.web.rating import access, submitting
from leadline.web.rating.doors import Door
from leadline.web.rating.hints import hints
from leadline.web.rating.identifying import warnings
from leadline.web.rating.tasks import Task


def told(fault: LeadlineError) -> str:
    """Message and hint of an error."""
    said = [words(f"{fault.code}.{part}", language(), **fault.fields) for part in ("message", "hint")]
    return ("" if language() == "zh" else " ").join(said)


@require_GET
def queue(request: HttpRequest, door: Door) -> HttpResponse:
    """Everybody the rater has to rate, what is still to be done first."""
    tasks = [Task(one) for one in access.queue(door.rater)]
    to_do = [task for task in tasks if not task.assignment.submitted and task.open]
    context = {
        "door": door,
        "to_do": to_do,
        "minutes": sum(task.progress.minutes for task in to_do),
        "done": [task for task in tasks if task.assignment.submitted],
        "late": [task for task in tasks if not task.assignment.submitted and not task.open],
    }
    return render(request, "rating/queue.html", context)


@require_GET
def begin(request: HttpRequest, door: Door, assignment_id: UUID) -> HttpResponseBase:
    """What to know before the first question: attributed or anonymous, how long, until when."""
    task = Task(access.assignment(door.rater, assignment_id))
    if task.assignment.submitted:
        return redirect(door.url("receipt", assignment_id=assignment_id))
    return render(request, "rating/begin.html", {"door": door, "task": task})


@require_GET
def review(request: HttpRequest, door: Door, assignment_id: UUID) -> HttpResponseBase:
    """A look over the answers before submitting, with hints for the rater alone."""
    task = Task(access.assignment(door.rater, assignment_id))
    if task.assignment.submitted:
        return redirect(door.url("receipt", assignment_id=assignment_id))
    found = []
    for section in task.sections:
        comment = task.draft.comments.get(section.id, "")
        warned = bool(comment) and not task.attributed and bool(warnings(comment, door.names))
        found.append((section, section.left(task.draft.answers), comment, warned))
    progress = task.progress
    context = {
        "door": door,
        "task": task,
        "sections": found,
        "progress": progress,
        "hints": hints(task.draft.answers, progress.total, task.draft.seconds),
    }
    return render(request, "rating/review.html", context)


@require_POST
def submit(request: HttpRequest, door: Door, assignment_id: UUID) -> HttpResponseBase:
    """Hand in."""
    own = access.assignment(door.rater, assignment_id)
    if own.submitted:
        return redirect(door.url("receipt", assignment_id=assignment_id))
    try:
        submitting.submit(own)
    except LeadlineError as fault:
        messages.error(request, told(fault))
        return redirect(door.url("review", assignment_id=assignment_id))
    return redirect(door.url("receipt", assignment_id=assignment_id))


@require_GET
def receipt(request: HttpRequest, door: Door, assignment_id: UUID) -> HttpResponseBase:
    """That it is in: without a time or a number, which could be joined with the answers."""
    task = Task(access.assignment(door.rater, assignment_id))
    if not task.assignment.submitted:
        return redirect(door.url("begin", assignment_id=assignment_id))
    waiting = (Task(one) for one in access.queue(door.rater).filter(submitted=False))
    context = {
        "door": door,
        "task": task,
        "following": next((one for one in waiting if one.open), None),
        "own": task.open and submitting.is_own(task.assignment),
    }
    return render(request, "rating/receipt.html", context)


@require_POST
def take_back(request: HttpRequest, door: Door, assignment_id: UUID) -> HttpResponseBase:
    """Make answers that are in a draft again."""
    try:
        submitting.take_back(access.assignment(door.rater, assignment_id))
    except LeadlineError as fault:
        messages.error(request, told(fault))
        return redirect(door.url("queue"))
    return redirect(door.url("review", assignment_id=assignment_id))

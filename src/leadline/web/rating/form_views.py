"""The form: one competency a page, saved as one types, by page or in the background."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from leadline.web.accounts.speaking import remember
from leadline.web.cycles.models import Assignment
from leadline.web.rating import access
from leadline.web.rating.doors import Door
from leadline.web.rating.identifying import Passage, warnings
from leadline.web.rating.questionnaire import Section
from leadline.web.rating.saving import Given, Page, Saved, chosen, read, save
from leadline.web.rating.submitting import SubmissionError
from leadline.web.rating.tasks import Task


def _task(door: Door, assignment_id: UUID, competency: str) -> tuple[Task, Section]:
    task = Task(access.assignment(door.rater, assignment_id))
    section = task.section(competency)
    if section is None:
        raise Http404
    return task, section


def _given(request: HttpRequest, task: Task, section: Section) -> Given:
    levels = {level.value for level in task.framework.scale.levels}
    return read(section, levels, request.POST.dict())


def _save(request: HttpRequest, task: Task, section: Section, given: Given) -> tuple[Task, Saved]:
    """Save; the task from here on is that with what was saved."""
    if not task.open:
        raise SubmissionError("web.rating.not_running")
    saved = save(task.assignment, section, given, keep="form-keep" in request.POST)
    return replace(task, saved=saved.draft), saved


@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, door: Door, assignment_id: UUID, competency: str) -> HttpResponseBase:
    """One competency; sent, it is saved and leads on."""
    task, section = _task(door, assignment_id, competency)
    if task.assignment.submitted or not task.open:
        return _go(request, door.url("begin", assignment_id=assignment_id))
    if request.method == "POST":
        given = _given(request, task, section)
        try:
            task, saved = _save(request, task, section, given)
        except SubmissionError:
            return _go(request, door.url("begin", assignment_id=assignment_id))
        if saved.conflict:
            return _conflict(request, door, task, section, given)
        return _onward(request, door, task, section, given)
    Assignment.objects.filter(pk=assignment_id, opened=False).update(opened=True)
    draft = task.draft
    before = Given(
        {item.id: draft.answers[item.id] for item in section.items if item.id in draft.answers},
        draft.comments.get(section.id, ""),
        Page(draft.revision),
    )
    return render(request, "rating/form.html", _context(door, task, section, before))


@require_POST
def autosave(request: HttpRequest, door: Door, assignment_id: UUID, competency: str) -> HttpResponseBase:
    """Save in the background: an answer for htmx."""
    task, section = _task(door, assignment_id, competency)
    given = _given(request, task, section)
    try:
        task, saved = _save(request, task, section, given)
    except SubmissionError:
        return HttpResponse(status=410)
    if saved.conflict:
        return _conflict(request, door, task, section, given)
    page = Page(saved.draft.revision, given.page.id)
    context = _context(door, task, section, Given(given.answers, given.comment, page))
    return render(request, "rating/saved.html", context)


def _conflict(
    request: HttpRequest, door: Door, task: Task, section: Section, given: Given
) -> HttpResponseBase:
    """What was sent stays on the page; the rater decides which of the two to keep."""
    context = {**_context(door, task, section, given), "conflict": True}
    if "HX-Request" not in request.headers:
        return render(request, "rating/form.html", context, status=409)
    response = render(request, "rating/parts/conflict.html", context, status=409)
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#conflict", "innerHTML"
    return response


def _onward(request: HttpRequest, door: Door, task: Task, section: Section, given: Given) -> HttpResponseBase:
    """Where the pressed button leads; a warning that was not yet seen comes first."""
    here = door.url("form", assignment_id=task.assignment.pk, competency=section.id)
    if spoken := request.POST.get("form-language"):
        return remember(request, _go(request, here), spoken)
    to = request.POST.get("form-to", "")
    unseen = {one.kind for one in _warnings(door, task, given)} - set(request.POST.getlist("form-warned"))
    if unseen and to != "queue":
        return _go(request, f"{here}#comment-warnings")
    if to == "queue":
        return _go(request, door.url("queue"))
    if task.section(to):
        return _go(request, door.url("form", assignment_id=task.assignment.pk, competency=to))
    return _go(request, door.url("review", assignment_id=task.assignment.pk))


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect that htmx makes the browser follow, so that the page is loaded as a whole."""
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)


def _warnings(door: Door, task: Task, given: Given) -> tuple[Passage, ...]:
    return () if task.attributed else warnings(given.comment, door.names)


def _context(door: Door, task: Task, section: Section, given: Given) -> dict[str, object]:
    place = task.sections.index(section)
    return {
        "door": door,
        "task": task,
        "section": section,
        "questions": [(item, chosen(given.answers).get(item.id, "")) for item in section.items],
        "comment": given.comment,
        "warnings": _warnings(door, task, given),
        "page": given.page,
        "progress": task.progress,
        "overview": [(one, one.left(task.draft.answers)) for one in task.sections],
        "number": place + 1,
        "before": task.sections[place - 1].id if place else "",
        "after": task.sections[place + 1].id if place + 1 < len(task.sections) else "review",
    }

"""The wizard: each step is a page of its own, saved when it is left, and can be taken again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from leadline.errors import LANGUAGES, Fault, Language
from leadline.web.accounts.access import Request, require
from leadline.web.cycles import (
    access,
    checking,
    feasibility,
    forms,
    jobs,
    nominating,
    people_views,
    planning,
    wording,
)
from leadline.web.cycles.access import RUNNERS
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Cycle, Job
from leadline.web.cycles.panels import relationships
from leadline.web.cycles.steps import following, next_step, offered, steps
from leadline.web.cycles.telling import attempt, tell, told
from leadline.web.look.templatetags.look import text

Page = Callable[[Request, Cycle], HttpResponseBase]


@require(*RUNNERS)
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponseBase:
    """Begin a cycle."""
    form = forms.Purpose(request.POST or None, initial={"purpose": "development"})
    if request.method == "POST" and form.is_valid():
        cycle = planning.create(request.actor, **form.cleaned_data)
        return redirect("cycles:step", cycle.pk, "framework")
    return render(request, "cycles/new.html", {"form": form})


@require(*RUNNERS)
@require_http_methods(["GET", "POST"])
def step(request: Request, cycle_id: UUID, name: str) -> HttpResponseBase:
    """One step."""
    cycle = access.cycle(request.actor, cycle_id)
    if name not in offered(cycle):
        raise Http404
    return _PAGES[name](request, cycle)


@require(*RUNNERS)
@require_http_methods(["GET"])
def resume(request: Request, cycle_id: UUID) -> HttpResponseBase:
    """Go on where something is missing."""
    cycle = access.cycle(request.actor, cycle_id)
    return (
        redirect("cycles:step", cycle.pk, next_step(cycle))
        if offered(cycle)
        else redirect("cycles:cycle", cycle.pk)
    )


def _shown(request: Request, cycle: Cycle, name: str, **context: object) -> HttpResponse:
    return render(
        request,
        f"cycles/step_{name}.html",
        {"cycle": cycle, "steps": steps(cycle, name), "step": name, **context},
    )


def _on(request: Request, cycle: Cycle, name: str) -> HttpResponseBase:
    messages.success(request, text("cycles.saved"))
    after = following(cycle, name)
    return redirect("cycles:step", cycle.pk, after) if after else redirect("cycles:cycle", cycle.pk)


def _save(request: Request, cycle: Cycle, form: Any, values: Mapping[str, Any]) -> bool:
    """Save what a form holds; faults go to its fields."""
    faults: list[Fault] = []
    saved = attempt(request, lambda: faults.extend(planning.change(request.actor, cycle, **values)))
    tell(form, faults)
    return saved and not faults


def _purpose(request: Request, cycle: Cycle) -> HttpResponseBase:
    known = {"title": cycle.title, "purpose": cycle.purpose}
    form = forms.Purpose(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid() and _save(request, cycle, form, form.cleaned_data):
        return _on(request, cycle, "purpose")
    return _shown(request, cycle, "purpose", form=form)


def _framework(request: Request, cycle: Cycle) -> HttpResponseBase:
    before = cycle.framework
    known = {"framework": before, "profiles": cycle.profiles}
    form = forms.Criteria(cycle, request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid() and _save(request, cycle, form, form.cleaned_data):
        if cycle.framework != before and "profiles" in form.fields:
            # The profiles of the framework just chosen are shown before going on.
            messages.success(request, text("cycles.framework_saved"))
            return redirect("cycles:step", cycle.pk, "framework")
        return _on(request, cycle, "framework")
    return _shown(request, cycle, "framework", form=form)


def _raters(request: Request, cycle: Cycle) -> HttpResponseBase:
    rules, faults = cycle.rules, {}
    if request.method == "POST":
        rules = {
            name: _rule(request.POST, name) for name in relationships(cycle) if f"{name}_on" in request.POST
        }
        many = cycle.participants.count() > jobs.AT_ONCE
        found: list[Fault] = []
        asked: list[Job] = []

        def save() -> None:
            found.extend(planning.change(request.actor, cycle, fill=not many, rules=rules))
            if many and not found:
                asked.append(jobs.ask(request.actor, cycle, "fill"))

        if attempt(request, save):
            if asked:
                return redirect("cycles:job", asked[0].pk)
            if not found:
                return _on(request, cycle, "raters")
            faults = {fault.column: told(fault) for fault in found}
    rows = [
        {
            "name": name,
            "on": name in rules,
            "rule": rules.get(name) or planning.RULES.get(name) or planning.FURTHER,
            "sources": checking.sources(name),
            "fault": faults.get(name, ""),
            "least": checking.threshold(cycle, name),
        }
        for name in relationships(cycle)
    ]
    return _shown(request, cycle, "raters", rows=rows, fault=faults.get("rules", ""))


def _rule(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {
        "source": given.get(f"{name}_source", ""),
        **{part: _number(given.get(f"{name}_{part}", "")) for part in ("least", "most")},
    }


def _number(given: str) -> int:
    """A number typed in; what is none is refused as 0."""
    return int(given) if given.isdecimal() and len(given) < 6 else 0


def _protection(request: Request, cycle: Cycle) -> HttpResponseBase:
    groups = (*relationships(cycle), "all", "comments")
    values, faults = {name: checking.threshold(cycle, name) for name in groups}, {}
    if request.method == "POST":
        values = {name: _number(request.POST.get(name, "")) for name in groups}
        found: list[Fault] = []
        given = {**cycle.thresholds, **values}
        if attempt(request, lambda: found.extend(planning.change(request.actor, cycle, thresholds=given))):
            if not found:
                return _on(request, cycle, "protection")
            faults = {fault.column: told(fault) for fault in found}
    launched = cycle.state == "running"
    rows = [
        {
            "name": name,
            "value": values[name],
            "least": max(checking.least(name), cycle.thresholds.get(name, 0) if launched else 0),
            "fault": faults.get(name, ""),
        }
        for name in groups
    ]
    return _shown(request, cycle, "protection", rows=rows, launched=launched)


def _dates(request: Request, cycle: Cycle) -> HttpResponseBase:
    without = ["time_zone", "opens"] if cycle.state == "running" else []
    if cycle.state == "running" or not nominating.asked(cycle):
        without.append("nominate_until")
    known = forms.days(cycle, planning.usual_dates(today(cycle)))
    form = forms.Dates(request.POST or None, initial=known, without=without)
    if request.method == "POST" and form.is_valid() and _save(request, cycle, form, form.cleaned_data):
        return _on(request, cycle, "dates")
    return _shown(request, cycle, "dates", form=form)


def _mails(request: Request, cycle: Cycle) -> HttpResponseBase:
    if request.method == "POST":
        return _on(request, cycle, "mails")
    spoken = [name for name in LANGUAGES if name in cycle.languages]
    kinds = [
        (kind, [(name, bool(wording.own(cycle, kind, name))) for name in spoken]) for kind in wording.KINDS
    ]
    return _shown(request, cycle, "mails", kinds=kinds)


def _check(request: Request, cycle: Cycle) -> HttpResponseBase:
    context = {
        "blockers": [told(fault) for fault in feasibility.blockers(cycle)],
        "warnings": [told(fault) for fault in feasibility.warnings(cycle)],
        "asks": bool(nominating.asked(cycle)) and cycle.state == "draft",
        "nomination_blockers": [told(fault) for fault in feasibility.blockers(cycle, nominating=True)],
        "later": bool(cycle.opens and cycle.opens > today(cycle)),
    }
    return _shown(request, cycle, "check", **people_views.lacking(request, cycle), **context)


_PAGES: Mapping[str, Page] = {
    "purpose": _purpose,
    "framework": _framework,
    "people": people_views.choose,
    "raters": _raters,
    "protection": _protection,
    "dates": _dates,
    "mails": _mails,
    "check": _check,
}


@require(*RUNNERS)
@require_http_methods(["GET", "POST"])
def mail(request: Request, cycle_id: UUID, kind: str, spoken: str) -> HttpResponseBase:
    """One mail in one language: our wording to begin with, own words, how it will read."""
    cycle = access.cycle(request.actor, cycle_id)
    if "mails" not in offered(cycle) or kind not in wording.KINDS or spoken not in LANGUAGES:
        raise Http404
    chosen: Language = "zh" if spoken == "zh" else "en"
    known = {**wording.usual(kind, chosen), **wording.own(cycle, kind, chosen)}
    form = forms.Wording(request.POST or None, initial=known)
    shown = known
    if request.method == "POST" and form.is_valid():
        own = form.own(kind, spoken)
        shown = form.cleaned_data
        if "preview" not in request.POST:
            mails = {**cycle.mails, kind: {**cycle.mails.get(kind, {}), spoken: own}}
            faults = planning.change(request.actor, cycle, mails=mails)
            if not faults:
                messages.success(request, text("cycles.saved"))
                return redirect("cycles:step", cycle.pk, "mails")
            for fault in faults:
                form.add_error((fault.column or "").rpartition(".")[2], told(fault))
    context = {
        "cycle": cycle,
        "form": form,
        "kind": kind,
        "spoken": spoken,
        "sample": wording.sample(cycle, kind, chosen, shown, request.actor.user.name),
        "placeholders": wording.PLACEHOLDERS,
        "steps": steps(cycle, "mails"),
    }
    return render(request, "cycles/mail.html", context)

"""Pages on which an organisation makes a framework of its own."""

from __future__ import annotations

import re
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadline.errors import Fault, LeadlineError
from leadline.web.accounts.access import Request, require
from leadline.web.catalogue.access import KEEPERS, own_framework
from leadline.web.catalogue.differences import differences
from leadline.web.catalogue.editing import choose, discard, next_version, parent, publish, reword, start
from leadline.web.catalogue.forms import Choosing, Start, Wording
from leadline.web.catalogue.frameworks import built, load, summaries
from leadline.web.catalogue.models import OwnFramework
from leadline.web.catalogue.tailoring import faults_of
from leadline.web.catalogue.views import form_of
from leadline.web.look.templatetags.look import language, text
from leadline.workflows import Framework


def _draft(request: Request, framework_id: UUID) -> OwnFramework:
    """One that may still be changed, or 404."""
    found = own_framework(request.actor, framework_id)
    if found.state != "draft":
        raise Http404
    return found


def _given(request: Request) -> QueryDict | None:
    """What was sent, if anything was: a form of empty fields is sent, too."""
    return request.POST if request.method == "POST" else None


@require(*KEEPERS)
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponseBase:
    """Choose a base and a title."""
    bases = [(f"{s.id}@{s.version}", f"{s.title[language()]} {s.version}") for s in reversed(summaries())]
    form = Start(bases, _given(request), initial={"base": request.GET.get("base", "")})
    if request.method == "POST" and form.is_valid():
        own = start(request.actor, form.cleaned_data["base"], form.title())
        return redirect("catalogue:own", own.pk)
    return render(request, "catalogue/own_new.html", {"form": form})


@require(*KEEPERS)
@require_http_methods(["GET", "POST"])
def own(request: Request, framework_id: UUID) -> HttpResponseBase:
    """A draft: competencies, weights, expectations, and what is still wrong. A published one as all are."""
    found = own_framework(request.actor, framework_id)
    if found.state != "draft":
        return redirect("catalogue:framework", found.reference)
    base, now = load(request.actor.organisation, found.base), built(found)
    form = Choosing(base, now, _given(request))
    if request.method == "POST" and form.is_valid():
        choose(request.actor, found, form.title(), form.choices())
        messages.success(request, text("catalogue.own.saved"))
        return redirect("catalogue:own", found.pk)
    reworded = {key.split(".")[1] for key in found.choices.get("wording", {})}
    items = {item.id: item.competency for item in base.items}
    context = {
        "found": found,
        "base": base,
        "form": form,
        "faults": [_told(fault, now) for fault in faults_of(now)],
        "reworded": {items.get(part, part) for part in reworded},
    }
    return render(request, "catalogue/own.html", context)


def _told(fault: Fault, framework: Framework) -> str:
    """A fault with the titles of the parts its place names, instead of ids."""
    titles = {factor.id: factor.title[language()] for factor in framework.factors}
    titles |= {one.id: one.title[language()] for one in framework.competencies}
    titles |= {item.id: titles[item.competency] for item in framework.items}
    named = [titles[name] for name in re.findall(r"\[(\w+)\]", fault.column or "") if name in titles]
    whole = "weights_of_factors" if fault.column == "factors" else "whole"
    place = ", ".join(named) or text(f"catalogue.own.{whole}")
    return Fault(fault.code, place, value=fault.value, fields=fault.fields).describe(language())


@require(*KEEPERS)
@require_http_methods(["GET", "POST"])
def wording(request: Request, framework_id: UUID, competency: str) -> HttpResponseBase:
    """Reword one competency and its questions."""
    found = _draft(request, framework_id)
    base, now = load(request.actor.organisation, found.base), built(found)
    if competency not in {one.id for one in now.competencies}:
        raise Http404
    form = Wording(base, competency, now, _given(request))
    if request.method == "POST" and form.is_valid():
        reword(request.actor, found, form.wording())
        messages.success(request, text("catalogue.own.saved"))
        return redirect("catalogue:own", found.pk)
    context = {"found": found, "form": form, "competency": now.competency(competency)}
    return render(request, "catalogue/own_words.html", context)


@require(*KEEPERS)
@require_GET
def preview(request: Request, framework_id: UUID) -> HttpResponse:
    """A draft's form as raters would see it."""
    return form_of(request, built(_draft(request, framework_id)))


@require(*KEEPERS)
@require_GET
def changes(request: Request, framework_id: UUID) -> HttpResponse:
    """What differs from what it was made from."""
    found = own_framework(request.actor, framework_id)
    before, after = parent(found), built(found)
    told = differences(before, after)
    context = {"found": found, "before": before, "after": after, "changes": told}
    return render(request, "catalogue/own_changes.html", context)


@require(*KEEPERS)
@require_POST
def release(request: Request, framework_id: UUID) -> HttpResponseBase:
    """Publish a draft."""
    found = own_framework(request.actor, framework_id)
    try:
        faults = publish(request.actor, found)
    except LeadlineError as error:
        messages.error(request, error.describe(language()))
        return redirect("catalogue:own", found.pk)
    if faults:
        messages.error(request, text("catalogue.own.not_published", n=len(faults)))
        return redirect("catalogue:own", found.pk)
    messages.success(request, text("catalogue.own.is_published", reference=found.reference))
    return redirect("catalogue:framework", found.reference)


@require(*KEEPERS)
@require_POST
def another(request: Request, framework_id: UUID) -> HttpResponseBase:
    """Begin the next version."""
    found = own_framework(request.actor, framework_id)
    return redirect("catalogue:own", next_version(request.actor, found).pk)


@require(*KEEPERS)
@require_POST
def remove(request: Request, framework_id: UUID) -> HttpResponseBase:
    """Delete a draft."""
    found = _draft(request, framework_id)
    discard(request.actor, found)
    messages.success(request, text("catalogue.own.discarded", title=found.title[language()]))
    return redirect("catalogue:list")

"""The page on which results are released."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Request, require
from leadline.web.cycles import keys
from leadline.web.cycles.access import RUNNERS
from leadline.web.look.forms import Styled
from leadline.web.look.templatetags.look import language, text
from leadline.web.results import access, releasing
from leadline.web.results.fairness import notes


class ReleaseForm(Styled):
    """Whom besides the ratees."""

    words_key = "results.release"
    managers = forms.BooleanField(required=False, initial=True)


class SelectionForm(ReleaseForm):
    """And in a selection: who decided, and why."""

    decision = forms.CharField(max_length=200)
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)


def _only(request: Request) -> set[UUID] | None:
    """Keys of the ratees who are ticked, where not everybody's result is to be released."""
    if request.POST.get("whom") != "some":
        return None
    try:
        return {UUID(key) for key in request.POST.getlist("ratee")}
    except ValueError as cause:
        raise Http404 from cause


@require(*RUNNERS)
@require_http_methods(["GET", "POST"])
def release(request: Request, cycle_id: UUID) -> HttpResponseBase:
    """What will be released to whom; then release it."""
    cycle = access.cycle(request.actor, cycle_id)
    selects = cycle.purpose == "selection"
    form = (SelectionForm if selects else ReleaseForm)(request.POST or None)
    if cycle.state not in ("review", "released") or not keys.exists(cycle):
        return redirect("results:cycle", cycle.pk)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        decision = releasing.Decision(given["decision"], given["reason"]) if selects else None
        try:
            audiences = ["manager"] if given["managers"] else []
            n = releasing.release(request.actor, cycle, audiences, decision, _only(request))
            messages.success(request, text("results.release.done", n=n))
            return redirect("results:cycle", cycle.pk)
        except LeadlineError as fault:
            form.add_error(None, fault.describe(language()))
    people = list(releasing.unreleased(cycle).order_by("name", "pk").values("pk", "name", "team"))
    chosen = _only(request)
    context = {
        "cycle": cycle,
        "form": form,
        "n": len(people),
        "people": people,
        "chosen": chosen,
        "unreviewed": releasing.unreviewed(cycle),
        "notes": notes(request.actor, cycle) if selects else (),
    }
    return render(request, "results/release.html", context)

"""Retention: for how long what is kept for a time is kept, set on a page and done every night.

An app says what in a module ``forgetting`` with ``PERIODS``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from leadline.web.accounts.access import Request, require
from leadline.web.accounts.audit import record
from leadline.web.accounts.models import Organisation
from leadline.web.look.forgetting import Period
from leadline.web.look.forms import Styled
from leadline.web.look.templatetags.look import text
from leadline.web.people.access import KEEPERS
from leadline.web.people.models import Periods
from leadline.web.project.modules import modules
from leadline.web.project.reconciling import going_on

TWO_DAYS = 2 * 24 * 3600


def periods() -> Iterator[tuple[str, Period]]:
    """Every period with the name of its app, from the lowest app up."""
    for module in modules("forgetting"):
        app = module.__name__.split(".")[-2]
        for period in module.PERIODS:
            yield app, period


def days_of(organisation: Organisation) -> dict[str, int]:
    """How many days an organisation keeps what, by the name of the period."""
    chosen = Periods.objects.filter(organisation=organisation).values_list("days", flat=True).first() or {}
    return {period.name: chosen.get(period.name, period.days) for _, period in periods()}


def keep(now: datetime) -> None:
    """Forget what is due, once a night: by the first clock that strikes on a day."""
    if cache.add(f"retention-{now:%Y%m%d}", 1, timeout=TWO_DAYS):
        for organisation in Organisation.objects.order_by("pk"):
            forget(organisation, now)


def forget(organisation: Organisation, now: datetime) -> list[str]:
    """Forget what of an organisation has been kept long enough; names of what there was.

    How much it was is not recorded: of unfinished forms that would be a figure nobody is given.
    """
    days, found = days_of(organisation), []
    for _, period in periods():
        with going_on(f"retention of {period.name}"):
            if period.forget(organisation, now - timedelta(days=days[period.name])):
                found.append(period.name)
    if found:
        record(organisation, "project.forgotten", organisation, what=found)
    return found


class PeriodsForm(Styled):
    """Days by period."""

    def __init__(self, data: Mapping[str, str] | None, known: Mapping[str, int]) -> None:
        super().__init__(data, initial=known)
        for app, period in periods():
            field = forms.IntegerField(
                min_value=period.least,
                max_value=period.most,
                label=text(f"{app}.forgetting.{period.name}"),
                help_text=_hint(app, period),
                widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
            )
            self.fields[period.name] = field


def _hint(app: str, period: Period) -> str:
    what = text(f"{app}.forgetting.{period.name}_hint")
    allowed = text("project.retention.allowed", least=period.least, most=period.most, days=period.days)
    return f"{what}{allowed}"


@require(*KEEPERS)
@require_http_methods(["GET", "POST"])
def page(request: Request) -> HttpResponseBase:
    """How long what is kept; changed from the next night on."""
    own = request.actor.organisation
    known = days_of(own)
    form = PeriodsForm(request.POST or None, known)
    if request.method == "POST" and form.is_valid():
        Periods.objects.update_or_create(organisation=own, defaults={"days": form.cleaned_data})
        record(request.actor, "project.periods_changed", own, before=known, after=form.cleaned_data)
        messages.success(request, text("accounts.saved"))
        return redirect("retention")
    return render(request, "project/retention.html", {"form": form})

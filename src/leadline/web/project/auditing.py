"""The audit: whose results were read, in which cycle, by whom, from where, and what was changed.

It stands above all apps, for the chain holds keys only, and names are looked up where it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts import access, heads
from leadline.web.accounts.access import Actor, Request, require
from leadline.web.accounts.audit import ERASED, record, verify
from leadline.web.accounts.audit_key import AuditKeyError
from leadline.web.accounts.models import AuditRatee, AuditRecord
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.look.forms import PlainSelect, Styled
from leadline.web.look.listing import Column, Listing, csv_response
from leadline.web.look.templatetags.look import language, text

READERS = ("auditor", "operator")
READS, EVERYBODY = "results.read", "results.read_all"
"""How the actions begin by which results are read, and the one by which those of a whole cycle are."""
AT_ONCE = 500


@dataclass(frozen=True)
class Told:
    """A record with the names it has keys of."""

    entry: AuditRecord
    ratees: Sequence[str]
    cycle: str

    @property
    def actor(self) -> str:
        """Who acted."""
        if self.entry.actor == ERASED:
            return text("project.audit_page.erased")
        return self.entry.actor or text("project.audit_page.clock")


COLUMNS = (
    Column("project.audit_page.number", "-number", lambda row: row.entry.number, numeric=True),
    Column("project.audit_page.time", "", lambda row: row.entry.time.isoformat()),
    Column(
        "project.audit_page.actor",
        "actor",
        lambda row: row.actor,
    ),
    Column("project.audit_page.action", "action", lambda row: row.entry.said),
    Column("project.audit_page.ratee", "", lambda row: "; ".join(row.ratees)),
    Column("project.audit_page.cycle", "", lambda row: row.cycle),
    Column("project.audit_page.address", "", lambda row: row.entry.address),
)


class Filter(Styled):
    """Which records."""

    words_key = "project.audit_filter"
    actor = forms.CharField(required=False, max_length=254)
    ratee = forms.CharField(required=False, max_length=200)
    cycle = forms.ChoiceField(required=False, widget=PlainSelect)
    action = forms.ChoiceField(required=False, widget=PlainSelect)
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, request: Request) -> None:
        super().__init__(request.GET)
        actor = request.actor
        actions = access.audit_records(actor).order_by().values_list("action", flat=True).distinct()
        known = sorted((AuditRecord(action=action).said, action) for action in actions)
        cycles = Cycle.objects.filter(organisation=actor.organisation).order_by("-created")
        self.fields["action"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", text("project.audit_filter.any")),
            ("reads", text("project.audit_filter.reads")),
            *((action, said) for said, action in known),
        ]
        self.fields["cycle"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", text("project.audit_filter.any")),
            *((str(key), title) for key, title in cycles.values_list("pk", "title")),
        ]

    def chosen(self) -> dict[str, Any]:
        """What is filtered by."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def found(actor: Actor, chosen: Mapping[str, Any]) -> QuerySet[AuditRecord]:
    """Records that fit what was chosen, newest first.

    Whoever looks for one ratee also finds who read the results of everybody in a cycle of theirs.
    """
    rows = access.audit_records(actor).prefetch_related("ratees")
    ratees = Participant.objects.filter(cycle__organisation=actor.organisation)
    if name := chosen.get("actor"):
        rows = rows.filter(actor__icontains=name)
    if name := chosen.get("ratee"):
        named = ratees.filter(name__icontains=name)
        everybody = Q(action=EVERYBODY, cycle__in=named.values("cycle"))
        rows = rows.filter(everybody | _of(named))
    if cycle := chosen.get("cycle"):
        rows = rows.filter(Q(cycle=cycle) | _of(ratees.filter(cycle=cycle)))
    if action := chosen.get("action"):
        rows = rows.filter(action__startswith=READS) if action == "reads" else rows.filter(action=action)
    if since := chosen.get("since"):
        rows = rows.filter(time__gte=_midnight(since))
    if until := chosen.get("until"):
        rows = rows.filter(time__lt=_midnight(until + timedelta(days=1)))
    return rows


def _of(ratees: QuerySet[Participant]) -> Q:
    return Q(pk__in=AuditRatee.objects.filter(participant__in=ratees.values("pk")).values("record"))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


def told(entries: Iterable[AuditRecord]) -> Iterator[Told]:
    """Records with names, looked up for many at once; who is not there any more is said to be."""
    rest = iter(entries)
    while some := list(islice(rest, AT_ONCE)):
        keys = {one.participant for entry in some for one in entry.ratees.all()}
        people = {
            key: (name, title)
            for key, name, title in Participant.objects.filter(pk__in=keys).values_list(
                "pk", "name", "cycle__title"
            )
        }
        cycles = Cycle.objects.filter(pk__in={entry.cycle for entry in some if entry.cycle})
        titles = dict(cycles.values_list("pk", "title"))
        gone = text("project.audit_page.gone")
        for entry in some:
            own = [people.get(one.participant, (gone, "")) for one in entry.ratees.all()]
            title = titles.get(entry.cycle, gone) if entry.cycle else next((of for _, of in own if of), "")
            names = (
                [text("project.audit_page.everybody")] if entry.action == EVERYBODY else [n for n, _ in own]
            )
            yield Told(entry, sorted(names), title)


@require(*READERS)
@require_GET
def page(request: Request) -> HttpResponse:
    """The records, filtered; or as CSV, which is recorded itself."""
    form = Filter(request)
    chosen = form.chosen()
    listing = Listing(
        request,
        found(request.actor, chosen),
        COLUMNS,
        search=("actor", "action", "address"),
        row_template="project/audit_row.html",
    )
    if request.GET.get("export") == "csv":
        record(request.actor, "project.audit_exported", filter={name: str(it) for name, it in chosen.items()})
        return _csv(listing)
    listing.page.object_list = list(told(listing.rows))
    state, said = heads.state(request.actor.organisation, timezone.now())
    if state in ("late", "written"):
        said = formats.date_format(date.fromisoformat(said))
    context = {
        "listing": listing,
        "form": form,
        "filtered": bool(chosen),
        "heads": text(f"project.audit_heads.{state}", said=said, folder=heads.path().parent),
        "heads_fail": state in ("fault", "late"),
    }
    return render(request, "project/audit.html", context)


def _csv(listing: Listing) -> HttpResponse:
    values = [column.value for column in COLUMNS if column.value]
    rows = ([value(row) for value in values] for row in told(listing.all.iterator(chunk_size=AT_ONCE)))
    return csv_response("audit", [text(column.words) for column in COLUMNS], rows)


@require(*READERS)
@require_POST
def check(request: Request) -> HttpResponseBase:
    """Verify the whole chain."""
    try:
        verdict = verify(request.actor.organisation)
    except AuditKeyError as fault:
        messages.error(request, fault.describe(language()))
        return redirect("audit")
    except OSError as cause:
        said = text("project.verify.unreadable.message", path=cause.filename, reason=cause.strerror)
        messages.error(request, said)
        return redirect("audit")
    for finding in verdict.findings:
        messages.error(request, finding.describe(language()))
    if not verdict.findings:
        messages.success(request, text("project.audit_page.whole", n=verdict.n, heads=verdict.heads))
    return redirect("audit")

"""Pages of people and teams."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from leadline.errors import Fault, words
from leadline.web.accounts.access import Request, require
from leadline.web.look.listing import Column, Listing
from leadline.web.look.templatetags.look import language, text
from leadline.web.people import access
from leadline.web.people.access import KEEPERS
from leadline.web.people.editing import leave, save
from leadline.web.people.forms import Leaving, NewPerson, PersonForm
from leadline.web.people.models import Person, Team
from leadline.web.people.values import values_of

COLUMNS = (
    Column("people.fields.name", "name", lambda p: p.name),
    Column("people.fields.person", "key", lambda p: p.key),
    Column("people.fields.email", "email", lambda p: p.email),
    Column("people.fields.team", "team__name", lambda p: p.team.name if p.team else ""),
    Column("people.fields.manager", "manager__name", lambda p: p.manager.key if p.manager else ""),
    Column("people.fields.role", "role", lambda p: p.role),
)
SHOWN_FIELDS = ("name", "key", "email", "role", "team__name", "manager__name", "manager__key")
MOST_LEADERS = 300
"""Suggested while typing; anybody else may be typed in."""
SHOWN = ("present", "left", "all", "waiting")


def told(fault: Fault) -> str:
    """A fault's message and hint, without the place, which a form makes clear."""
    fields = {"value": fault.value, "column": fault.column, "row": fault.row, **fault.fields}
    said = [words(f"{fault.code}.{part}", language(), **fields) for part in ("message", "hint")]
    return ("" if language() == "zh" else " ").join(said)


@require(*KEEPERS)
@require_GET
def people(request: Request) -> HttpResponse:
    """Everybody: searched, filtered, exported."""
    shown = request.GET.get("show") if request.GET.get("show") in SHOWN else "present"
    rows = access.everyone(request.actor).select_related("team", "manager").only(*SHOWN_FIELDS)
    today = timezone.localdate()
    if shown == "present":
        rows = rows.filter(Q(left__isnull=True) | Q(left__gte=today))
    elif shown == "left":
        rows = rows.filter(left__lt=today)
    elif shown == "waiting":
        rows = access.waiting(rows)
    listing = Listing(
        request,
        rows,
        COLUMNS,
        search=("name", "key", "email", "team__name", "role"),
        row_template="people/person_row.html",
    )
    context = {
        "listing": listing,
        "shown": shown,
        "filters": SHOWN,
        "any": _any(access.everyone(request.actor)),
    }
    return listing.response("people") or render(request, "people/list.html", context)


def _any(rows: QuerySet[Person]) -> bool:
    return rows.exists()


@require()
@require_GET
def person(request: Request, person_id: UUID) -> HttpResponse:
    """One person: where they stand, who reports to them, and for keepers what was changed."""
    found = access.person(request.actor, person_id)
    keeper = request.actor.has(*KEEPERS)
    context = {
        "person": found,
        "reports": found.reports.order_by("name"),
        "keeper": keeper,
        "history": found.history.select_related("by", "source").order_by("-time")[:100] if keeper else [],
    }
    return render(request, "people/person.html", context)


@require(*KEEPERS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, person_id: UUID) -> HttpResponseBase:
    """Change a person by hand."""
    found = access.person(request.actor, person_id)
    known = values_of(found)
    known["start"] = known.pop("started")
    form = PersonForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        saved, faults = save(request.actor, found, form.cells())
        if saved:
            messages.success(request, text("people.saved", name=saved.name))
            if saved.waits and "email" in form.changed_data:
                messages.info(request, text("people.waits.asked", email=saved.address))
            return redirect("people:person", saved.pk)
        _tell(form, faults)
    return render(request, "people/edit.html", {"form": form, "person": found, **_choices(request)})


@require(*KEEPERS)
@require_http_methods(["GET", "POST"])
def add(request: Request) -> HttpResponseBase:
    """Add a person by hand."""
    form = NewPerson(request.POST or None)
    if request.method == "POST" and form.is_valid():
        saved, faults = save(request.actor, None, form.cells())
        if saved:
            messages.success(request, text("people.saved", name=saved.name))
            return redirect("people:person", saved.pk)
        _tell(form, faults)
    return render(request, "people/add.html", {"form": form, **_choices(request)})


def _tell(form: PersonForm, faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        form.add_error(fault.column if fault.column in form.fields else None, told(fault))


def _choices(request: Request) -> dict[str, object]:
    leaders = (
        access.present(request.actor).filter(reports__isnull=False).distinct().order_by("name")[:MOST_LEADERS]
    )
    return {"teams": access.teams(request.actor), "leaders": leaders}


@require(*KEEPERS)
@require_http_methods(["GET", "POST"])
def leaving(request: Request, person_id: UUID) -> HttpResponseBase:
    """Note a last day."""
    found = access.person(request.actor, person_id)
    form = Leaving(request.POST or None, initial={"left": found.left or timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["left"]
        if found.started and day < found.started:
            days = {"left": day.isoformat(), "start": found.started.isoformat()}
            form.add_error("left", told(Fault("web.people.left_before_start", "-", fields=days)))
        else:
            leave(request.actor, found, day)
            messages.success(request, text("people.saved", name=found.name))
            return redirect("people:person", found.pk)
    return render(request, "people/leave.html", {"form": form, "person": found})


@require(*KEEPERS)
@require_GET
def teams(request: Request) -> HttpResponse:
    """Teams and how many are in each."""
    today = timezone.localdate()
    now = Q(people__left__isnull=True) | Q(people__left__gte=today)
    rows: QuerySet[Team] = access.teams(request.actor).annotate(size=Count("people", filter=now))
    columns = (
        Column("people.fields.team", "name", lambda t: t.name),
        Column("people.size", "size", lambda t: t.size, numeric=True),
    )
    listing = Listing(request, rows, columns, search=("name",), row_template="people/team_row.html")
    return listing.response("teams") or render(request, "people/teams.html", {"listing": listing})

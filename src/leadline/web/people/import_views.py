"""Pages of imports."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadline.errors import Fault, LeadlineError
from leadline.web.accounts.access import Request, require
from leadline.web.look.listing import Column, Listing, Pages, csv_response
from leadline.web.look.templatetags.look import language, text
from leadline.web.people import access
from leadline.web.people.access import KEEPERS
from leadline.web.people.columns import TEMPLATE
from leadline.web.people.forms import Reading, Upload
from leadline.web.people.importing import apply, at_work, undo
from leadline.web.people.models import Import
from leadline.web.people.trying import read_again, try_out
from leadline.web.people.views import told

MOST_SHOWN = 50
"""Faults and notices on the page; all of them are in the download."""
KINDS = ("new", "changed", "left")
SUMMARY = ("email", "team", "manager", "role", "level", "started", "left")
"""Fields of somebody new that a line shows."""


@require(*KEEPERS)
@require_GET
def imports(request: Request) -> HttpResponse:
    """Imports so far."""
    columns = (
        Column("people.import.time", "-time", lambda i: i.time.isoformat()),
        Column("people.import.file", "file_name", lambda i: i.file_name),
        Column("people.import.by", "by__name", lambda i: str(i.by or "")),
        Column("people.import.state", "state", lambda i: text(f"people.import.states.{i.state}")),
    )
    listing = Listing(
        request,
        access.imports(request.actor).defer("rows", "faults", "notices", "changes").select_related("by"),
        columns,
        search=("file_name", "by__name"),
        row_template="people/import_row.html",
    )
    return listing.response("imports") or render(request, "people/imports.html", {"listing": listing})


@require(*KEEPERS)
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponseBase:
    """Upload a file for a trial."""
    form = Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            trial = _tried(request, form)
        except LeadlineError as error:
            form.add_error("file", error.describe(language()))
        else:
            return redirect("people:import", trial.pk)
    return render(request, "people/import_new.html", {"form": form})


def _tried(request: Request, form: Upload) -> Import:
    file: UploadedFile[bytes] = form.cleaned_data["file"]
    name = Path(str(file.name)).name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"people{Path(name).suffix.lower()}"
        with path.open("wb") as copy:
            copy.writelines(file.chunks())
        options = {name: form.cleaned_data[name] for name in ("others_left", "sheet")}
        return try_out(request.actor, path, name, **options)


@require(*KEEPERS)
@require_GET
def one(request: Request, import_id: UUID) -> HttpResponse:
    """What an import would change, or changed, and what is wrong with the file."""
    found = access.one_import(request.actor, import_id)
    headings = shown_headings(found)
    counts = {kind: sum(c["kind"] == kind for c in found.changes) for kind in KINDS}
    shown = request.GET.get("show")
    kind = shown if shown in KINDS and counts[shown] else next((k for k, n in counts.items() if n), "")
    changes = Pages(request, [change for change in found.changes if change["kind"] == kind])
    context = {
        "found": found,
        "counts": counts,
        "kind": kind,
        "listing": changes,
        "changes": [_shown(change) for change in changes.rows],
        "faults": [_explained(fault, headings) for fault in found.faults[:MOST_SHOWN]],
        "hidden_faults": max(0, len(found.faults) - MOST_SHOWN),
        "notices": [_explained(notice, headings) for notice in found.notices[:MOST_SHOWN]],
        "hidden_notices": max(0, len(found.notices) - MOST_SHOWN),
        "form": Reading(found) if found.state == "trial" and found.rows else None,
        "working": sorted(at_work(found).values()) if found.state == "applied" else [],
    }
    return render(request, "people/import.html", context)


@require(*KEEPERS)
@require_POST
def read(request: Request, import_id: UUID) -> HttpResponseBase:
    """Read the file of a trial otherwise."""
    found = access.one_import(request.actor, import_id)
    form = Reading(found, request.POST)
    if not form.is_valid():
        raise BadRequest
    said = {name: form.cleaned_data[name] for name in ("others_left", "blanks_clear")}
    return _done(request, found, partial(read_again, found, form.columns(), **said), "people.import.read")


@require(*KEEPERS)
@require_GET
def faults(request: Request, import_id: UUID) -> HttpResponse:
    """Everything that is wrong with the file or was left out, to work through."""
    found = access.one_import(request.actor, import_id)
    headings = shown_headings(found)
    heads = [text(f"people.import.{name}") for name in ("row", "column", "value", "what")]
    told = sorted([*found.faults, *found.notices], key=lambda fault: fault["row"] or 0)
    rows = ((fault["row"], *_explained(fault, headings)[1:]) for fault in told)
    return csv_response("faults", heads, ((row, where, value, what) for row, where, what, value in rows))


def shown_headings(found: Import) -> dict[str, str]:
    """The file's own heading of each of our columns, of which a name or a manager may have several."""
    pairs = zip(found.reading.get("columns", ()), found.reading.get("headings", ()), strict=False)
    own = {column: heading for column, heading in pairs if column}
    parts = [own[part] for part in ("first_name", "last_name") if part in own]
    return {"name": " + ".join(parts), **own} if parts else own


def _explained(fault: dict[str, Any], headings: dict[str, str]) -> tuple[Any, str, str, str]:
    """Row, heading, what is wrong and what to do, and the value."""
    column = fault["column"] or ""
    said = told(Fault(fault["code"], "-", fault["row"], column, fault["value"], fault["fields"]))
    return fault["row"], headings.get(column, column), said, fault["value"] or ""


def _shown(change: dict[str, Any]) -> dict[str, Any]:
    """A change as a line: of somebody new what is known, of others what differs."""
    before, after = change["before"], change["after"]
    if change["kind"] == "new":
        return {**change, "known": [after[name] for name in SUMMARY if after.get(name)]}
    named = [(text(f"people.fields.{name}"), before.get(name, ""), value) for name, value in after.items()]
    return {**change, "fields": named}


@require(*KEEPERS)
@require_POST
def make(request: Request, import_id: UUID) -> HttpResponseBase:
    """Apply a trial."""
    found = access.one_import(request.actor, import_id)
    done = _done(request, found, partial(apply, request.actor, found), "people.import.applied")
    n = access.waiting(access.everyone(request.actor)).count()
    if n:
        messages.info(request, text("people.waits.some", n=n))
    return done


@require(*KEEPERS)
@require_POST
def take_back(request: Request, import_id: UUID) -> HttpResponseBase:
    """Undo an applied import; whoever is needed by work stays, as somebody who left, if that is asked for."""
    found = access.one_import(request.actor, import_id)
    leave = "leave" in request.POST
    return _done(request, found, partial(undo, request.actor, found, leave=leave), "people.import.undone")


def _done(request: Request, found: Import, work: Callable[[], None], said: str) -> HttpResponseBase:
    try:
        work()
    except LeadlineError as error:
        messages.error(request, error.describe(language()))
    else:
        messages.success(request, text(said))
    return redirect("people:import", found.pk)


@require(*KEEPERS)
@require_GET
def template(request: Request) -> HttpResponse:
    """A file with the columns and one example, to fill in."""
    del request
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="people.csv"'
    writer = csv.writer(response)
    writer.writerow(TEMPLATE)
    example = {
        "person": "ada",
        "name": "Ada Brooks",
        "email": "ada@example.org",
        "team": "Platform",
        "start": "2020-05-01",
    }
    writer.writerow([example.get(column, "") for column in TEMPLATE])
    return response

"""Pages of imports."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadline.errors import Fault, LeadlineError
from leadline.web.accounts.access import Request, require
from leadline.web.look.listing import Column, Listing
from leadline.web.look.templatetags.look import language, text
from leadline.web.people import access
from leadline.web.people.access import KEEPERS
from leadline.web.people.columns import NAMES
from leadline.web.people.forms import Upload
from leadline.web.people.importing import apply, try_out, undo
from leadline.web.people.models import Import
from leadline.web.people.views import told

MOST_SHOWN = 200
KINDS = ("new", "changed", "left")


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
        access.imports(request.actor).defer("rows", "faults", "changes").select_related("by"),
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
        return try_out(request.actor, path, name, others_left=form.cleaned_data["others_left"])


@require(*KEEPERS)
@require_GET
def one(request: Request, import_id: UUID) -> HttpResponse:
    """What an import would change, or changed, and what is wrong with the file."""
    found = access.one_import(request.actor, import_id)
    counts = {kind: sum(c["kind"] == kind for c in found.changes) for kind in KINDS}
    context = {
        "found": found,
        "counts": counts,
        "changes": [_shown(change) for change in found.changes[:MOST_SHOWN]],
        "hidden": max(0, len(found.changes) - MOST_SHOWN),
        "faults": [(fault["row"], fault["column"], _told(fault)) for fault in found.faults[:MOST_SHOWN]],
        "hidden_faults": max(0, len(found.faults) - MOST_SHOWN),
    }
    return render(request, "people/import.html", context)


def _told(fault: dict[str, Any]) -> str:
    return told(Fault(fault["code"], "-", fault["row"], fault["column"], fault["value"], fault["fields"]))


def _shown(change: dict[str, Any]) -> dict[str, Any]:
    fields = [
        (text(f"people.fields.{name}"), change["before"].get(name, ""), after)
        for name, after in change["after"].items()
        if after or change["before"].get(name)
    ]
    return {**change, "fields": fields}


@require(*KEEPERS)
@require_POST
def make(request: Request, import_id: UUID) -> HttpResponseBase:
    """Apply a trial."""
    done = _done(request, import_id, apply, "people.import.applied")
    n = access.waiting(access.everyone(request.actor)).count()
    if n:
        messages.info(request, text("people.waits.some", n=n))
    return done


@require(*KEEPERS)
@require_POST
def take_back(request: Request, import_id: UUID) -> HttpResponseBase:
    """Undo an applied import."""
    return _done(request, import_id, undo, "people.import.undone")


def _done(request: Request, import_id: UUID, work: Any, said: str) -> HttpResponseBase:
    found = access.one_import(request.actor, import_id)
    try:
        work(request.actor, found)
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
    writer.writerow(NAMES)
    example = {
        "person": "ada",
        "name": "Ada Brooks",
        "email": "ada@example.org",
        "team": "Platform",
        "start": "2020-05-01",
    }
    writer.writerow([example.get(column, "") for column in NAMES])
    return response

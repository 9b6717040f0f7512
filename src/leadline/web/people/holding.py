"""What is kept of a person: their row, its history, mails that wait, and rows of files that are theirs."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import AuditRecord
from leadline.web.look.holding import Part, Rows
from leadline.web.people.access import own
from leadline.web.people.models import DataRequest, Import, Notice, Person, PersonChange

PLAIN = ("key", "name", "email", "language", "time_zone", "role", "stage", "industry", "level")


def _person(actor: Actor) -> Rows:
    rows = Person.objects.filter(user=actor.user, organisation=actor.organisation)
    for one in rows.select_related("team", "manager", "coach"):
        yield {
            "id": one.pk,
            **{name: getattr(one, name) for name in PLAIN},
            "team": one.team.name if one.team else "",
            "manager": one.manager.name if one.manager else "",
            "coach": str(one.coach) if one.coach else "",
            "started": one.started,
            "left": one.left,
            "asked_to_confirm_address": one.asked,
        }


def _changes(actor: Actor) -> Rows:
    rows = PersonChange.objects.filter(person__user=actor.user, person__organisation=actor.organisation)
    for one in rows.order_by("time", "pk").iterator():
        yield {"time": one.time, "field": one.field, "before": one.before, "after": one.after}


def _notices(actor: Actor) -> Rows:
    for one in Notice.objects.filter(person__user=actor.user, person__organisation=actor.organisation):
        yield {"kind": one.kind, "to": one.to, "language": one.language, "tries": one.tries}


def _requests(actor: Actor) -> Rows:
    rows = DataRequest.objects.filter(person__user=actor.user, person__organisation=actor.organisation)
    for one in rows.order_by("time", "pk").iterator():
        yield {
            "time": one.time,
            "kind": one.kind,
            "field": one.field,
            "text": one.text,
            "state": one.state,
            "answer": one.answer,
            "answered": one.answered,
        }


def _imports(actor: Actor) -> Rows:
    rows = Import.objects.filter(by=actor.user).order_by("time")
    for one in rows.only("file_name", "time", "state").iterator():
        yield {"file": one.file_name, "time": one.time, "state": one.state}


def _imported(actor: Actor) -> Rows:
    """Their own rows of files; one import is in memory at once."""
    person = own(actor)
    if person is None:
        return
    addresses = {person.email.lower(), actor.user.email}
    rows = Import.objects.filter(organisation=actor.organisation).exclude(rows={}, changes=[])
    for one in rows.order_by("time").iterator(chunk_size=1):
        about = {"file": one.file_name, "time": one.time, "state": one.state}
        for change in one.changes:
            if change["key"] == person.key:
                yield {**about, "row": {}, "before": change["before"], "after": change["after"]}
        columns = one.reading.get("columns", [])
        for _, cells in one.rows.get("rows", []):
            row = dict(zip(columns, cells, strict=False))
            if row.get("person") == person.key or str(row.get("email", "")).lower() in addresses:
                yield {**about, "row": row, "before": {}, "after": {}}


def _records(actor: Actor) -> Rows:
    """Records of the audit about them, without who acted: that is about somebody else."""
    person = own(actor)
    about = Q(kind="user", subject=str(actor.user.pk))
    if person:
        about |= Q(kind="person", subject=str(person.pk))
    rows = AuditRecord.objects.filter(about, organisation=actor.organisation).order_by("time", "pk")
    for one in rows.iterator():
        yield {"time": one.time, "action": one.action, "fields": one.detail.get("fields", [])}


PARTS = (
    Part("person", _person, ("Person.user",)),
    Part("changes", _changes, ("PersonChange.person",)),
    Part("notices", _notices, ("Notice.person",)),
    Part("data_requests", _requests, ("DataRequest.person",)),
    Part("imports_made", _imports, ("Import.by",)),
    Part("imported_rows", _imported),
    Part("records", _records),
)
LEFT_OUT: Mapping[str, str] = {
    "Person.manager": "who reports to somebody is told to those who do",
    "Person.coach": "the same of those somebody coaches",
    "PersonChange.by": "what somebody changed is about others; that they did is among their deeds",
    "DataRequest.by": "whom somebody answered is told to those who asked",
    "Import.faults": "rows that could not be read, of anybody",
    "Import.notices": "the same",
    "Import.reading": "how a file's headings were read, the same for all its rows",
}

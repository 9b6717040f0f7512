"""Asking for one's own data to be corrected or erased, and the answer."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.people import access
from leadline.web.people.models import DataRequest, Person
from leadline.web.people.notices import tell

FIELDS = ("name", "email", "team", "manager", "role", "level", "started", "left", "other")
"""What may be said to be wrong; results are contested where they are read."""
KINDS = ("correction", "erasure")
MOST = 4000


class DataRequestError(LeadlineError):
    """A request that cannot be made or answered."""


def own(actor: Actor) -> QuerySet[DataRequest]:
    """What the actor has asked, newest first."""
    rows = DataRequest.objects.filter(person__user=actor.user, person__organisation=actor.organisation)
    return rows.order_by("-time")


def to_answer(actor: Actor) -> QuerySet[DataRequest]:
    """Requests of everybody, for those who keep the people."""
    if not actor.has(*access.KEEPERS):
        return DataRequest.objects.none()
    rows = DataRequest.objects.filter(person__organisation=actor.organisation)
    return rows.select_related("person", "by")


def one(rows: QuerySet[DataRequest], request_id: UUID) -> DataRequest:
    """One of them, or 404."""
    found = rows.filter(pk=request_id).first()
    if found is None:
        raise Http404
    return found


def ask(actor: Actor, kind: str, field: str, text: str) -> DataRequest:
    """Ask. What is asked already, and not answered, is asked once.

    Raises
    ------
    DataRequestError
        ``web.people.nobody_yet``: the account belongs to nobody in the organisation;
        ``web.people.say_what``; ``web.people.asked_already``.
    """
    said = text.strip()[:MOST]
    if kind not in KINDS or (kind == "correction" and (not said or field not in FIELDS)):
        raise DataRequestError("web.people.say_what")
    with transaction.atomic():
        person = (
            Person.objects.select_for_update(no_key=True, of=("self",))
            .filter(organisation=actor.organisation, user=actor.user)
            .first()
        )
        if person is None:
            raise DataRequestError("web.people.nobody_yet")
        asked = field if kind == "correction" else ""
        if person.data_requests.filter(kind=kind, field=asked, state="open").exists():
            raise DataRequestError("web.people.asked_already")
        made = DataRequest.objects.create(person=person, kind=kind, field=asked, text=said)
        record(actor, f"people.asked_{kind}", person)
    return made


def withdraw(actor: Actor, asked: DataRequest) -> None:
    """Take back what is not answered yet.

    Raises
    ------
    DataRequestError
        ``web.people.answered_already``.
    """
    with transaction.atomic():
        _open(asked).delete()
        record(actor, "people.request_withdrawn", asked.person)


def answer(actor: Actor, asked: DataRequest, text: str, *, done: bool) -> None:
    """Say what was done, or why not; whoever asked gets a mail that there is an answer.

    Raises
    ------
    DataRequestError
        ``web.people.answered_already``; ``web.people.say_what``; ``web.people.erase_instead``: an erasure is
        granted by erasing.
    """
    said = text.strip()[:MOST]
    if done and asked.kind == "erasure":
        raise DataRequestError("web.people.erase_instead")
    if not said:
        raise DataRequestError("web.people.say_what")
    with transaction.atomic():
        now = _open(asked)
        now.state, now.answer, now.by = ("done" if done else "declined"), said, actor.user
        now.answered = timezone.now()
        now.save(update_fields=["state", "answer", "by", "answered"])
        record(actor, "people.request_answered", asked.person, kind=asked.kind, state=now.state)
        tell("answered", [(asked.person, "")])


def _open(asked: DataRequest) -> DataRequest:
    now = DataRequest.objects.select_for_update().filter(pk=asked.pk, state="open").first()
    if now is None:
        raise DataRequestError("web.people.answered_already")
    return now

"""The audit chain: append-only, each record sealed by the one before and by a key outside the database.

Nothing a rater does with a form is recorded: that would be a list of who rated whom, when.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from leadline.web.accounts import audit_key
from leadline.web.accounts.access import Actor
from leadline.web.accounts.chain import KEYED, START, Finding, Link, Verdict, examine, sealed, sealed_anew
from leadline.web.accounts.heads import heads_of
from leadline.web.accounts.models import AuditRatee, AuditRecord, Organisation

AT_ONCE = 2000
COLUMNS = (
    "organisation_id",
    "number",
    "time",
    "actor",
    "action",
    "kind",
    "subject",
    "detail",
    "address",
    "before",
    "cycle",
    "hash",
    "erased",
)
ERASED = "erased"
"""Who acted, where that person was erased."""


def record(
    actor: Actor | Organisation,
    action: str,
    subject: object = None,
    **detail: object,
) -> AuditRecord:
    """Append a record.

    Parameters
    ----------
    actor : Actor or Organisation
        An organisation stands for Leadline itself acting by the clock.
    action : str
        Key of a word under ``web.<app>.audit``, as ``cycles.launch``.
    subject : model instance, optional
        What it was done to; kind and key are kept, and the ratee and the cycle it belongs to.
    **detail
        Further plain values. Never a rater.
    """
    return _append(actor, action, subject, _about(subject), detail)


def record_read(actor: Actor, action: str, cycle: Any, ratees: Iterable[UUID]) -> AuditRecord:
    """Append a record on what was read of several ratees of a cycle at once, by the keys of participants."""
    return _append(actor, action, cycle, (cycle.pk, sorted(set(ratees))), {})


def _append(
    actor: Actor | Organisation,
    action: str,
    subject: object,
    about: tuple[UUID | None, Sequence[UUID]],
    detail: Mapping[str, object],
) -> AuditRecord:
    cycle, ratees = about
    organisation = actor if isinstance(actor, Organisation) else actor.organisation
    with transaction.atomic():
        # One writer at a time: the number and the hash before must be those of the last record.
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        last = AuditRecord.objects.filter(organisation=organisation).order_by("-number").first()
        if last is None and not AuditRecord.objects.exists():
            audit_key.make()
        entry = AuditRecord(
            organisation=organisation,
            number=last.number + 1 if last else 1,
            time=timezone.now(),
            actor="" if isinstance(actor, Organisation) else actor.user.email,
            action=action,
            kind=type(subject).__name__.lower() if subject is not None else "",
            subject=str(getattr(subject, "pk", "")),
            detail=detail,
            address="" if isinstance(actor, Organisation) else actor.address,
            cycle=cycle,
            before=last.hash if last else START,
        )
        entry.hash = sealed(link_of(entry, ratees), audit_key.read())
        entry.save(force_insert=True)
        AuditRatee.objects.bulk_create(AuditRatee(record=entry, participant=key) for key in ratees)
    return entry


def _about(subject: Any) -> tuple[UUID | None, Sequence[UUID]]:
    """Cycle and ratee of a subject by the names its app gives them: accounts know neither."""
    kind = type(subject).__name__.lower()
    if kind == "cycle":
        return subject.pk, ()
    ratee = subject if kind == "participant" else getattr(subject, "participant", None)
    return getattr(ratee or subject, "cycle_id", None), (ratee.pk,) if ratee else ()


def link_of(entry: Any, ratees: Iterable[object]) -> Link:
    """A record as the chain sees it."""
    return Link(
        organisation=str(entry.organisation_id),
        number=entry.number,
        # SQLite takes any text, and gives nothing for what is no time.
        time=entry.time.astimezone(UTC).isoformat() if entry.time else "",
        actor=entry.actor,
        action=entry.action,
        kind=entry.kind,
        subject=entry.subject,
        detail=entry.detail,
        address=entry.address,
        before=entry.before,
        cycle=str(entry.cycle or ""),
        ratees=tuple(sorted(map(str, ratees))),
        hash=entry.hash,
        # A migration seals records as they were before they had it.
        erased=getattr(entry, "erased", ""),
    )


def forget(organisation: Organisation, addresses: Collection[str], subject: UUID) -> None:
    """Take the addresses of an erased person out of the records, and what was typed about them.

    Each record is sealed anew, so that the chain holds as before: whoever lacks the key can neither do this
    nor hide behind it.

    Parameters
    ----------
    organisation : Organisation
        Locked by the record that says so.
    addresses : collection of str
        Of accounts and mailboxes.
    subject : UUID
        The person.
    """
    key = audit_key.read()
    # As words of their own, for one address may end as another does.
    any_of = "|".join(map(re.escape, addresses)) or "(?!)"
    named_in = re.compile(rf"(?<![\w.+-])(?:{any_of})(?![\w-])", re.IGNORECASE)
    named = Q(subject=str(subject), detail__has_key="reason")
    for one in addresses:
        named |= Q(actor__iexact=one) | Q(detail__icontains=one)
    rows = AuditRecord.objects.filter(named, organisation=organisation).prefetch_related("ratees")
    for entry in rows.order_by("number").iterator(chunk_size=AT_ONCE):
        if entry.actor.lower() in addresses:
            entry.actor, entry.address = ERASED, ""
        if entry.subject == str(subject) and "reason" in entry.detail:
            entry.detail["reason"] = ""
        entry.detail = _without(entry.detail, named_in)
        entry.erased = sealed_anew(link_of(entry, [one.participant for one in entry.ratees.all()]), key)
        entry.save(update_fields=["actor", "address", "detail", "erased"])


def _without(value: Any, named_in: re.Pattern[str]) -> Any:
    """What is kept of a record's detail: text without the addresses."""
    if isinstance(value, dict):
        return {name: _without(part, named_in) for name, part in value.items()}
    if isinstance(value, list):
        return [_without(part, named_in) for part in value]
    return named_in.sub("", value) if isinstance(value, str) else value


def verify(organisation: Organisation) -> Verdict:
    """Check the whole chain of an organisation against the key and against all heads.

    Raises
    ------
    AuditKeyError
        ``web.accounts.audit_key_gone``.
    """
    rows = AuditRecord.objects.filter(organisation=organisation).order_by("number")
    first = rows.filter(action=KEYED).values_list("number", flat=True).first() or 1
    heads, torn = heads_of(organisation)
    links = _Links(rows)
    try:
        findings = (*examine(links, heads, audit_key.read(), first), *torn)
    except (ValueError, TypeError):
        # SQLite takes any text, also where a key should be; reading ends there.
        findings = (Finding("garbled", links.last + 1),)
    last_day = heads[-1].day if heads else ""
    return Verdict(
        str(organisation.pk), organisation.name, rows.count(), first, len(heads), last_day, findings
    )


class _Links:
    """Records as the chain sees them, many read at once; ``last`` is the number of the last."""

    def __init__(self, rows: QuerySet[AuditRecord]) -> None:
        self.rows = rows
        self.last = 0

    def __iter__(self) -> Iterator[Link]:
        # Plain rows: making instances of 200,000 records takes twice as long as sealing them.
        entries = self.rows.values_list("pk", *COLUMNS, named=True).iterator(chunk_size=AT_ONCE)
        while some := list(islice(entries, AT_ONCE)):
            ratees: dict[int, list[UUID]] = {entry.pk: [] for entry in some}
            concerned = AuditRatee.objects.filter(record__in=ratees)
            for key, participant in concerned.values_list("record", "participant"):
                ratees[key].append(participant)
            for entry in some:
                yield link_of(entry, ratees[entry.pk])
                self.last = entry.number

"""The audit chain: append-only, each record sealed by the hash of the one before.

Nothing a rater does with a form is recorded: that would be a list of who rated whom, when.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import AuditRecord, Organisation

START = "0" * 64


def record(actor: Actor | Organisation, action: str, subject: object = None, **detail: object) -> AuditRecord:
    """Append a record.

    Parameters
    ----------
    actor : Actor or Organisation
        An organisation stands for Leadline itself acting by the clock.
    action : str
        Key of a word under ``web.<app>.audit``, as ``cycles.launched``.
    subject : model instance, optional
        What it was done to; kind and key are kept.
    **detail
        Further plain values. Never a rater.
    """
    organisation = actor if isinstance(actor, Organisation) else actor.organisation
    with transaction.atomic():
        # One writer at a time: the number and the hash before must be those of the last record.
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        last = AuditRecord.objects.filter(organisation=organisation).order_by("-number").first()
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
            before=last.hash if last else START,
        )
        entry.hash = digest(entry)
        entry.save(force_insert=True)
    return entry


def digest(entry: AuditRecord) -> str:
    """What seals a record."""
    content = [
        str(entry.organisation_id),
        entry.number,
        entry.time.astimezone(tz=timezone.get_fixed_timezone(0)).isoformat(),
        entry.actor,
        entry.action,
        entry.kind,
        entry.subject,
        entry.detail,
        entry.address,
        entry.before,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def faults(organisation: Organisation) -> Iterator[int]:
    """Numbers at which the chain does not hold: changed, missing or out of order."""
    before, number = START, 0
    for entry in AuditRecord.objects.filter(organisation=organisation).order_by("number").iterator():
        if entry.number != number + 1 or entry.before != before or entry.hash != digest(entry):
            yield entry.number
        before, number = entry.hash, entry.number

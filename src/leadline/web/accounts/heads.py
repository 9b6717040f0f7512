"""Heads of the chains, written once a day to a file in a folder the operator names.

A chain without its last records holds, and so does one that was recomputed with the key; neither ends in what
was written here. The folder is worth as much as it is out of reach of whoever can write to the database.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

from leadline.web.accounts.chain import FILE, Finding, Head
from leadline.web.accounts.models import AuditRecord, Organisation

FAULT = "audit-heads-fault"
HOUR = 3600
_LOG = logging.getLogger(__name__)


def path() -> Path:
    """The file of heads."""
    return Path(settings.LEADLINE_AUDIT_HEADS) / FILE


def read() -> tuple[list[Head], list[Finding]]:
    """Heads as they were written, and lines that cannot be read."""
    heads, torn = [], []
    lines = path().read_text(encoding="utf-8", errors="replace").splitlines() if path().exists() else []
    for number, line in enumerate(lines, 1):
        try:
            heads.append(_head(**json.loads(line)))
        except (ValueError, TypeError):
            torn.append(Finding("unreadable", number))
    return heads, torn[:1]


def _head(organisation: str, number: int, hash: str, day: str) -> Head:  # noqa: A002  as it is in the file
    return Head(str(organisation), int(number), str(hash), date.fromisoformat(day).isoformat())


def heads_of(organisation: Organisation) -> tuple[list[Head], list[Finding]]:
    """Those of an organisation, and lines that cannot be read."""
    heads, torn = read()
    return [head for head in heads if head.organisation == str(organisation.pk)], torn


def keep(now: datetime) -> None:
    """Write today's heads unless they are written; tried once an hour, its fault logged and shown."""
    if not cache.add(f"audit-heads-{now:%Y%m%d%H}", 1, timeout=2 * HOUR):
        return
    try:
        write(now.astimezone(UTC).date())
        cache.delete(FAULT)
    except OSError as cause:
        _LOG.error("heads of the audit cannot be written: %s", cause.strerror)
        cache.set(FAULT, cause.strerror or str(cause), timeout=None)


def write(day: date) -> None:
    """Append the head of every organisation, unless the day is there."""
    heads, _ = read()
    if heads and heads[-1].day == day.isoformat():
        return
    own = (AuditRecord.objects.filter(organisation=one).order_by("number").last() for one in _organisations())
    lines = "".join(
        json.dumps(
            {
                "organisation": str(last.organisation_id),
                "number": last.number,
                "hash": last.hash,
                "day": day.isoformat(),
            }
        )
        + "\n"
        for last in own
        if last
    )
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
        # A line that a crash left unfinished must not swallow the next.
        torn = file.read()[-1:] not in (b"", b"\n")
        file.write((torn * "\n" + lines).encode())
        file.flush()
        os.fsync(file.fileno())


def _organisations() -> list[Organisation]:
    return list(Organisation.objects.order_by("pk"))


def state(organisation: Organisation, now: datetime) -> tuple[str, str]:
    """How it stands: ``fault`` with the reason, ``none``, or ``late`` or ``written`` with the last day."""
    if fault := cache.get(FAULT):
        return "fault", str(fault)
    try:
        heads, _ = heads_of(organisation)
    except OSError as cause:
        return "fault", cause.strerror or str(cause)
    if not heads:
        return "none", ""
    late = date.fromisoformat(heads[-1].day) < now.astimezone(UTC).date() - timedelta(days=1)
    return ("late" if late else "written"), heads[-1].day

"""What became of checking every chain; Django is set up when this is imported."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, connection

from leadline.errors import UsageError
from leadline.web.project.prepare import check_database

# isort: split
from leadline.web.accounts import heads
from leadline.web.accounts.audit import verify
from leadline.web.accounts.chain import Finding, Verdict
from leadline.web.accounts.models import Organisation


def verdicts() -> list[Verdict]:
    """One an organisation, by name, and one a chain of which there are heads alone."""
    check_database()
    try:
        known = [verify(one) for one in Organisation.objects.order_by("name", "pk")]
    except DatabaseError as cause:
        raise UsageError("web.project.verify.no_audit", reason=str(cause).splitlines()[0]) from cause
    finally:
        connection.close()
    return [*known, *_gone({one.organisation for one in known})]


def _gone(known: set[str]) -> Iterator[Verdict]:
    last = {head.organisation: head for head in heads.read()[0] if head.organisation not in known}
    for key, head in last.items():
        finding = Finding("tail", 1, head.number, day=head.day)
        yield Verdict(key, "", heads=1, last_head=head.day, findings=(finding,))

"""What of people is kept for a time: rows of imported files, and requests that were answered."""

from __future__ import annotations

from datetime import datetime

from leadline.web.accounts.models import Organisation
from leadline.web.look.forgetting import Period
from leadline.web.people.models import DataRequest, Import

MADE = ("applied", "undone")
EMPTIED = "emptied"


def _imports(organisation: Organisation, before: datetime) -> int:
    """Delete trials, and of imports that were made the rows: they cannot be undone any more."""
    own = Import.objects.filter(organisation=organisation, time__lt=before)
    trials, _ = own.exclude(state__in=(*MADE, EMPTIED)).delete()
    emptied = own.filter(state__in=MADE).update(state=EMPTIED, rows={}, changes=[], faults=[], notices=[])
    return trials + emptied


def _requests(organisation: Organisation, before: datetime) -> int:
    rows = DataRequest.objects.filter(person__organisation=organisation, answered__lt=before)
    return rows.delete()[0]


PERIODS = (
    Period("imports", 90, 7, 730, _imports),
    Period("data_requests", 365, 30, 1825, _requests),
)

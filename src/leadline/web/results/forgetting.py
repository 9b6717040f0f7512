"""What of results is kept for a time: runs that failed and were followed by one that did not.

Figures that nobody saw go with the next run already (:mod:`leadline.web.results.storing`).
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef

from leadline.web.accounts.models import Organisation
from leadline.web.look.forgetting import Period
from leadline.web.results.models import Run


def _runs(organisation: Organisation, before: datetime) -> int:
    rows = Run.objects.filter(cycle__organisation=organisation, state="failed", asked__lt=before)
    later = Run.objects.filter(cycle=OuterRef("cycle"), state="done", number__gt=OuterRef("number"))
    return rows.filter(Exists(later)).delete()[0]


PERIODS = (Period("runs", 30, 1, 365, _runs),)

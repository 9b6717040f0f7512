"""What of cycles is kept for a time: how long work on them went."""

from __future__ import annotations

from datetime import datetime

from leadline.web.accounts.models import Organisation
from leadline.web.cycles.jobs import OPEN
from leadline.web.cycles.models import Job
from leadline.web.look.forgetting import Period


def _jobs(organisation: Organisation, before: datetime) -> int:
    rows = Job.objects.filter(cycle__organisation=organisation, asked__lt=before).exclude(state__in=OPEN)
    return rows.delete()[0]


PERIODS = (Period("jobs", 30, 1, 365, _jobs),)

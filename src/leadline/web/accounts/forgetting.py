"""What of accounts is kept for a time: invitations that nobody accepted, or somebody did."""

from __future__ import annotations

from datetime import datetime

from leadline.web.accounts.models import Invitation, Organisation
from leadline.web.look.forgetting import Period


def _invitations(organisation: Organisation, before: datetime) -> int:
    return Invitation.objects.filter(organisation=organisation, expires__lt=before).delete()[0]


PERIODS = (Period("invitations", 30, 1, 365, _invitations),)

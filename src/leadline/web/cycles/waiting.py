"""What of cycles waits for somebody."""

from __future__ import annotations

from django.urls import reverse

from leadline.web.accounts.access import Actor
from leadline.web.cycles import access, nominating
from leadline.web.look.waiting import Waiting


def waiting(actor: Actor) -> list[Waiting]:
    """Lists of raters to propose or to approve."""
    found = []
    own = access.participations(actor).filter(cycle__state="nominating", state="open")
    for row in own:
        if nominating.may_propose(row):
            url = reverse("cycles:participation", kwargs={"participant_id": row.pk})
            found.append(
                Waiting("cycles.waiting.propose", 1, url, "user-plus", fields={"cycle": row.cycle.title})
            )
    n = access.led_participants(actor).filter(cycle__state="nominating", state="proposed").count()
    if n:
        found.append(Waiting("cycles.waiting.approve", n, reverse("cycles:mine"), "check"))
    return found

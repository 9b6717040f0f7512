"""What of people waits for those who keep them: requests about somebody's own data."""

from __future__ import annotations

from django.urls import reverse

from leadline.web.accounts.access import Actor
from leadline.web.look.waiting import Waiting
from leadline.web.people.asking import to_answer


def waiting(actor: Actor) -> list[Waiting]:
    """Requests to answer."""
    n = to_answer(actor).filter(state="open").count()
    return [Waiting("people.waiting", n, reverse("people:requests"), "message", urgent=True)] if n else []

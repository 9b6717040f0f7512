"""What waits for a rater, for the home page."""

from __future__ import annotations

from django.urls import reverse

from leadline.web.accounts.access import Actor
from leadline.web.look.waiting import Waiting
from leadline.web.rating import access
from leadline.web.rating.tasks import Task


def waiting(actor: Actor) -> list[Waiting]:
    """People still to rate."""
    tasks = [task for task in map(Task, access.queue(actor).filter(submitted=False)) if task.open]
    if not tasks:
        return []
    soon = any(task.soon for task in tasks)
    return [Waiting("rating.waiting", len(tasks), reverse("rating:queue"), "clipboard-list", soon)]

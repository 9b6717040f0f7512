"""Which people are meant when ratees are chosen by team, by role, one by one, or all of them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet

from leadline.web.accounts.access import Actor
from leadline.web.people import access as people
from leadline.web.people.models import Person

WAYS = ("team", "role", "person", "everyone")


def chosen(actor: Actor, given: Mapping[str, str]) -> QuerySet[Person]:
    """People who are there and meant by ``team``, ``role``, ``person`` or ``everyone``; else nobody."""
    rows = people.present(actor).select_related("team")
    if "team" in given:
        return rows.filter(team=key(given["team"]))
    if "role" in given:
        return rows.filter(role=given["role"])
    if "person" in given:
        return rows.filter(pk=key(given["person"]))
    return rows if "everyone" in given else rows.none()


def key(given: str) -> UUID:
    """A key from a form; what is none finds nothing."""
    try:
        return UUID(given)
    except ValueError:
        return UUID(int=0)

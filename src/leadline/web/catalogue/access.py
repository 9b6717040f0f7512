"""Which frameworks an actor may use, and how a reference becomes a framework."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from leadline.web.accounts.access import Actor
from leadline.web.catalogue.models import OwnFramework

KEEPERS = ("operator", "analytics")
"""Roles that make an organisation's own frameworks."""


def own_frameworks(actor: Actor) -> QuerySet[OwnFramework]:
    """The organisation's own frameworks, drafts and published."""
    if not actor.has(*KEEPERS):
        return OwnFramework.objects.none()
    return OwnFramework.objects.filter(organisation=actor.organisation).order_by("name", "-version")


def own_framework(actor: Actor, framework_id: UUID) -> OwnFramework:
    """One of them, or 404."""
    try:
        return own_frameworks(actor).get(pk=framework_id)
    except OwnFramework.DoesNotExist as cause:
        raise Http404 from cause

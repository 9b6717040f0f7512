"""Addresses behind the door the rater came in by."""

from __future__ import annotations

from uuid import UUID

from django import template

from leadline.web.rating.doors import Door

register = template.Library()


@register.simple_tag
def way(door: Door, page: str, assignment_id: UUID | None = None, competency: str = "") -> str:
    """``{% way door "form" assignment.pk section.id %}``."""
    given = {"assignment_id": assignment_id, "competency": competency}
    return door.url(page, **{name: value for name, value in given.items() if value})

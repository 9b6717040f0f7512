"""What the frame of every page needs: who is here, where they may go."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from leadline.web.look.navigation import Entry
from leadline.web.project.demo import cast
from leadline.web.project.modules import modules


def entries() -> list[Entry]:
    """What every app offers, in the order of its ``order``."""
    found = [entry for module in modules("urls") for entry in module.NAVIGATION]
    return sorted(found, key=lambda entry: entry.order)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the base template."""
    actor = getattr(request, "actor", None)
    here = request.resolver_match.view_name if request.resolver_match else ""
    offered = [e for e in entries() if e.open_to(actor)] if actor else []
    return {
        "actor": actor,
        "navigation": [(entry, entry.is_current(here)) for entry in offered],
        "demo": settings.LEADLINE_DEMO,
        "cast": cast() if settings.LEADLINE_DEMO else [],
    }

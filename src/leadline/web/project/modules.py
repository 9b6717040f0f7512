"""What apps have under the same name: what waits for a person, what is due, where one may go."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps

OURS = "leadline.web."
FOUNDATION = "leadline.web.look"
"""Says what such modules are made of, and has none."""


@cache
def modules(name: str) -> tuple[ModuleType, ...]:
    """The modules of a name, as ``clock``, of all our apps in the order in which they are installed."""
    ours = [
        app.name for app in apps.get_app_configs() if app.name.startswith(OURS) and app.name != FOUNDATION
    ]
    return tuple(import_module(f"{app}.{name}") for app in ours if find_spec(f"{app}.{name}"))

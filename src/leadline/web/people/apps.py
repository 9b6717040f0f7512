"""The app, as Django names it."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.people"
    label = "people"
    verbose_name = "people"

    def ready(self) -> None:
        """Let accounts say when an address is confirmed: models load only once Django is set up."""
        import_module("leadline.web.people.joining")

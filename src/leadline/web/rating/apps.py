"""The app, as Django names it."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.rating"
    label = "rating"
    verbose_name = "rating"

    def ready(self) -> None:
        """Encrypt what is kept of a form with its cycle's key: models load only once Django is set up."""
        import_module("leadline.web.rating.kept")

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
        """Encrypt kept forms with their cycle's key, count unfinished ones: Django has its models by now."""
        import_module("leadline.web.rating.kept")
        import_module("leadline.web.rating.drafts")

"""The app, as Django names it."""

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.project"
    label = "project"
    verbose_name = "project"

    def ready(self) -> None:
        """Register the system checks."""
        import_module("leadline.web.project.checks")

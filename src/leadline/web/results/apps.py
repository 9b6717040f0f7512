"""The app, as Django names it."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.results"
    label = "results"
    verbose_name = "results"

    def ready(self) -> None:
        """Listen to the moves of cycles, and let the worker seal: models load only once Django is set up."""
        import_module("leadline.web.results.runs")
        import_module("leadline.web.results.sealing")

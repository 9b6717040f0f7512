"""The app, as Django names it."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.results"
    label = "results"
    verbose_name = "results"

    def ready(self) -> None:
        """Listen to moves of cycles and to migrations, and let the worker seal: models are loaded now."""
        import_module("leadline.web.results.runs")
        import_module("leadline.web.results.releasing")
        sealing = import_module("leadline.web.results.sealing")
        remembering = import_module("leadline.web.results.remembering")
        post_migrate.connect(remembering.begin, sender=self, dispatch_uid="results.ledger")
        post_migrate.connect(sealing.after_migrations, sender=self, dispatch_uid="results.rewrite")

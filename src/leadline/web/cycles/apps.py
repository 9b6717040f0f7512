"""The app, as Django names it."""

from django.apps import AppConfig


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.cycles"
    label = "cycles"
    verbose_name = "cycles"

"""The app, as Django names it."""

from django.apps import AppConfig


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.results"
    label = "results"
    verbose_name = "results"

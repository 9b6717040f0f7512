"""The app, as Django names it."""

from django.apps import AppConfig


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.project"
    label = "project"
    verbose_name = "project"

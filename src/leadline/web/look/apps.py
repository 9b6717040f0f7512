"""The app, as Django names it."""

from django.apps import AppConfig


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.look"
    label = "look"
    verbose_name = "look"

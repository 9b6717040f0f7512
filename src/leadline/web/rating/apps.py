"""The app, as Django names it."""

from django.apps import AppConfig


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.rating"
    label = "rating"
    verbose_name = "rating"

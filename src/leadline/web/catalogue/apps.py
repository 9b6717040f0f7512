"""The app, as Django names it."""

from django.apps import AppConfig


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.catalogue"
    label = "catalogue"
    verbose_name = "catalogue"

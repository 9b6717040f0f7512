"""The app, as Django names it."""

from django.apps import AppConfig


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.accounts"
    label = "accounts"
    verbose_name = "accounts"

"""The app, as Django names it."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class Config(AppConfig):
    """Registration."""

    name = "leadline.web.accounts"
    label = "accounts"
    verbose_name = "accounts"

    def ready(self) -> None:
        """Let our note of a sign-in take the place of Django's, which is to the microsecond."""
        user_logged_in.disconnect(dispatch_uid="update_last_login")
        import_module("leadline.web.accounts.sessions")

"""The application as an operator runs it, with its own folder and database: what it writes is the loot."""

from leadline.web.project.settings import *  # noqa: F403
from leadline.web.project.settings import DATABASES, LEADLINE_DATA, LOGGING

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
_TO_FILE = {"class": "logging.FileHandler", "filename": str(LEADLINE_DATA / "log.txt")}
LOGGING = {
    **LOGGING,
    "handlers": {name: {**handler, **_TO_FILE} for name, handler in LOGGING["handlers"].items()},
}
DATABASES["default"]["OPTIONS"].pop("pool", None)  # the database is dropped at the end

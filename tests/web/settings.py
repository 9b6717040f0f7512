"""The application's settings with a throw-away data folder; the database by LEADLINE_TEST_DATABASE_URL."""

import atexit
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

_FOLDER = Path(tempfile.mkdtemp(prefix="leadline-tests-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ["LEADLINE_DATA"] = str(_FOLDER)
os.environ["LEADLINE_DATABASE_URL"] = os.environ.get("LEADLINE_TEST_DATABASE_URL", "")
os.environ["LEADLINE_URL"] = "http://testserver"

from leadline.web.project.settings import *  # noqa: E402, F403  after the environment it reads
from leadline.web.project.settings import DATABASES, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["*"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
DATABASES["default"]["OPTIONS"].pop("pool", None)  # a pool would outlive the test database
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: the browser's driver and the server open connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(_FOLDER / f"test-{_WORKER}.sqlite3")}
else:
    # By checkout, for two of them may be tested at once on one server; the next run of this one takes over
    # what a run that was killed left behind.
    _CHECKOUT = hashlib.sha256(__file__.encode()).hexdigest()[:8]
    DATABASES["default"]["TEST"] = {"NAME": f"test_leadline_{_CHECKOUT}_{_WORKER}"}

"""Django's settings, from :mod:`leadline.web.project.environment`."""

from __future__ import annotations

import os
from pathlib import Path

from leadline.web.project.environment import Environment, data_folder, database, secret

ENVIRONMENT = Environment(os.environ)
HERE = Path(__file__).parent

LEADLINE_DATA = data_folder(ENVIRONMENT)
LEADLINE_AUDIT_KEY = Path(ENVIRONMENT.text("AUDIT_KEY", str(LEADLINE_DATA / "audit.key"))).resolve()
LEADLINE_AUDIT_HEADS = Path(ENVIRONMENT.text("AUDIT_HEADS", str(LEADLINE_DATA / "audit"))).resolve()
LEADLINE_DEMO = ENVIRONMENT.switch("DEMO")
LEADLINE_URL = ENVIRONMENT.text("URL", "http://127.0.0.1:8000").rstrip("/")
LEADLINE_MAIL_URL = ENVIRONMENT.text("MAIL_URL")
LEADLINE_MAIL_FROM = ENVIRONMENT.text("MAIL_FROM")
SECURE = LEADLINE_URL.startswith("https://")

DEBUG = False
SECRET_KEY = secret(ENVIRONMENT, LEADLINE_DATA)
ALLOWED_HOSTS = [
    *(ENVIRONMENT.names("HOSTS") or ["localhost", "127.0.0.1", "[::1]"]),
    LEADLINE_URL.split("://")[-1].split("/")[0].rsplit(":", 1)[0],
]
CSRF_TRUSTED_ORIGINS = [LEADLINE_URL]
DATABASES = {"default": database(ENVIRONMENT.text("DATABASE_URL"), LEADLINE_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "leadline.web.accounts",  # before allauth, whose templates it replaces
    "allauth",
    "allauth.account",
    "django_tasks",
    "django_tasks_db",
    "leadline.web.look",
    "leadline.web.people",
    "leadline.web.catalogue",
    "leadline.web.cycles",
    "leadline.web.rating",
    "leadline.web.results",
    "leadline.web.project",
]
MIDDLEWARE = [
    "leadline.web.project.wellness.Probes",
    "django.middleware.security.SecurityMiddleware",
    "leadline.web.look.security.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "leadline.web.look.security.NoStore",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "leadline.web.accounts.middleware.Actor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "leadline.web.project.setup.FirstRun",
    "leadline.web.project.failures.NoKey",
]
ROOT_URLCONF = "leadline.web.project.urls"
WSGI_APPLICATION = "leadline.web.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["leadline.web.look.templatetags.look"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "leadline.web.project.navigation.shell",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "leadline.web.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account begins with a link sent to the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # that mail invites to sign up, which nobody does by themselves
ACCOUNT_SESSION_REMEMBER = True
# One place may be a whole office; an account there is somebody guessing (accounts.limits).
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "100/m/ip,5/5m/key",
    "reset_password": "300/m/ip",
    "reset_password_from_key": "300/m/ip",
    "send_links": "300/m/ip",
    "send_link": "5/10m/key",
    "archive": "5/h/user",
    "data_request": "20/d/user",
}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_TEMPLATE_EXTENSION = "html"

SESSION_ENGINE = "leadline.web.accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "leadline", "leadline_csrf", "leadline_language"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "leadline.web.project.failures.csrf"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_SSL_REDIRECT = False  # TLS ends at a proxy, which redirects
if ENVIRONMENT.switch("BEHIND_PROXY", default=SECURE):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
LEADLINE_TRUSTED_PROXIES = ENVIRONMENT.number("TRUSTED_PROXIES", 0)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "中文")]
FORMAT_MODULE_PATH = "leadline.web.look.formats"
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = LEADLINE_DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "leadline_cache",
        # With more entries than the usual 300, as at a launch, some limits would be forgotten.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# A demonstration writes to nobody: its addresses are invented.
EMAIL_BACKEND = (
    "django.core.mail.backends.dummy.EmailBackend" if LEADLINE_DEMO else "leadline.web.look.mail.Backend"
)
DEFAULT_FROM_EMAIL = LEADLINE_MAIL_FROM or "leadline@localhost"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"nameless": {"()": "leadline.web.project.logs.Nameless"}},
    # To the hour: in an hour many raters are at work, in a minute one. The order of lines tells the rest.
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s", "datefmt": "%Y-%m-%dT%HZ"}
    },
    "handlers": {
        "stream": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["nameless"]},
    },
    # Handlers of their own would write around the filter. That a page is not there is no fault.
    "loggers": {
        "django": {"handlers": [], "level": "WARNING"},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
        "django.request": {"level": "ERROR"},
    },
    "root": {"handlers": ["stream"], "level": "WARNING"},
}

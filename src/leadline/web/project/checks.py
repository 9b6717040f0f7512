"""Misconfigurations told before the server starts: each has an id, a cause and a hint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import ERROR, WARNING, CheckMessage, register

from leadline.web.look.templatetags.look import text

LOCAL = ("localhost", "127.0.0.1", "::1", "testserver")
MAIL_SCHEMES = ("smtp", "smtps")
SHORTEST_SECRET = 32


def _told(level: int, number: int, name: str, **fields: object) -> CheckMessage:
    letter = "E" if level == ERROR else "W"
    message, hint = (text(f"project.checks.{name}.{part}", **fields) for part in ("message", "hint"))
    return CheckMessage(level, message, hint=hint, id=f"leadline.{letter}{number:03}")


@register()
def check_address(**_: Any) -> Iterator[CheckMessage]:
    """The address must be http or https, and https unless it is this machine's own."""
    parts = urlsplit(settings.LEADLINE_URL)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield _told(ERROR, 1, "address", value=settings.LEADLINE_URL)
    elif parts.scheme == "http" and parts.hostname not in LOCAL:
        yield _told(WARNING, 2, "no_tls", value=settings.LEADLINE_URL)


@register()
def check_proxies(**_: Any) -> Iterator[CheckMessage]:
    """TLS ends at a proxy, behind which everybody has its address unless it is said how many there are."""
    if urlsplit(settings.LEADLINE_URL).scheme == "https" and not settings.LEADLINE_TRUSTED_PROXIES:
        yield _told(WARNING, 9, "proxies")


@register()
def check_data(**_: Any) -> Iterator[CheckMessage]:
    """The data folder must be writable."""
    data = Path(settings.LEADLINE_DATA)
    if data.exists() and not os.access(data, os.W_OK):
        yield _told(ERROR, 3, "data", value=data)


@register()
def check_secret(**_: Any) -> Iterator[CheckMessage]:
    """The secret key must be long."""
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield _told(ERROR, 5, "short_secret", n=SHORTEST_SECRET)


@register()
def check_mail(**_: Any) -> Iterator[CheckMessage]:
    """A mail server must be an address of a kind we know, and have a sender."""
    url = settings.LEADLINE_MAIL_URL
    if url and urlsplit(url).scheme not in MAIL_SCHEMES:
        yield _told(ERROR, 6, "mail", value=urlsplit(url).scheme)
    if url and not settings.LEADLINE_MAIL_FROM:
        yield _told(ERROR, 7, "sender")


@register()
def check_demo(**_: Any) -> Iterator[CheckMessage]:
    """Demonstration lets anyone be anyone: never under an address others reach."""
    if settings.LEADLINE_DEMO and urlsplit(settings.LEADLINE_URL).hostname not in LOCAL:
        yield _told(ERROR, 8, "demo", value=settings.LEADLINE_URL)

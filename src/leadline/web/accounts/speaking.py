"""The language somebody chose: kept with the account, and in a cookie for the signed-out."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from leadline.web.accounts.middleware import django_language
from leadline.web.accounts.models import User


def remember(request: HttpRequest, response: HttpResponse, language: str) -> HttpResponse:
    """Speak ``en`` or ``zh`` from the next page on."""
    spoken = "zh" if language == "zh" else "en"
    if isinstance(request.user, User):
        request.user.language = spoken
        request.user.save(update_fields=["language"])
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        django_language(spoken),
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response

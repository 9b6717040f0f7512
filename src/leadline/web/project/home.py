"""The first page after signing in, the choice of language, and whether the server is well."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from leadline.web.accounts.access import Request, require
from leadline.web.accounts.middleware import django_language
from leadline.web.accounts.models import User


@require()
@require_GET
def home(request: Request) -> HttpResponse:
    """What waits for the actor, and where to go."""
    return render(request, "project/home.html", {})


@require_POST
def speak(request: HttpRequest) -> HttpResponseBase:
    """Choose the language: kept with the account, and in a cookie for the signed-out."""
    language = "zh" if request.POST.get("language") == "zh" else "en"
    if isinstance(request.user, User):
        request.user.language = language
        request.user.save(update_fields=["language"])
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    response = redirect(wanted if safe else "home")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        django_language(language),
        max_age=365 * 24 * 3600,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Answer when the database does."""
    del request
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")

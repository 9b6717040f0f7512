"""Pages of those who are not yet signed in: a link by mail, and an invitation."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from leadline.web.accounts import limits
from leadline.web.accounts.client import client_ip
from leadline.web.accounts.forms import Address
from leadline.web.accounts.invite import accept, confirmed, invitation_of
from leadline.web.accounts.links import link, user_of
from leadline.web.accounts.models import User
from leadline.web.look.forms import Styled
from leadline.web.look.mail import send
from leadline.web.look.templatetags.look import language

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponseBase:
    """Ask for a link. The answer is the same whether the address has an account or not."""
    form = Address(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"].lower()
        if page := limits.refused(request, email):
            return page
        user = User.objects.filter(email=email, is_active=True).first()
        if user:
            wanted = _safe(request, request.POST.get("next", ""))
            send("accounts.mail.link", email, user.language or language(), link=link(user, wanted))
        return render(request, "accounts/link_sent.html", {"email": email})
    return render(request, "accounts/link_ask.html", {"form": form, "next": request.GET.get("next", "")})


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, user_id: UUID, token: str) -> HttpResponseBase:
    """Sign in by link: a button first, so that a mail scanner that follows links does not use it up."""
    user = user_of(user_id, token)
    if user is None:
        return render(request, "accounts/link_expired.html", status=410)
    if request.method == "POST":
        login(request, user, backend=BACKEND)
        confirmed(user, client_ip(request))
        return redirect(_safe(request, request.GET.get("next", "")))
    return render(request, "accounts/enter.html", {"user": user})


class Joining(Styled):
    """How the new member wants to be called."""

    words_key = "accounts.fields"
    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponseBase:
    """Accept an invitation."""
    invitation = invitation_of(token)
    if invitation is None:
        return render(request, "accounts/link_expired.html", status=410)
    form = Joining(request.POST or None, initial={"name": invitation.name})
    if request.method == "POST" and form.is_valid():
        user = accept(invitation, form.cleaned_data["name"], client_ip(request))
        login(request, user, backend=BACKEND)
        return redirect("home")
    return render(request, "accounts/join.html", {"form": form, "invitation": invitation})


def _safe(request: HttpRequest, wanted: str) -> str:
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted else "/"

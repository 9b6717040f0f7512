"""First run: the operator's account, the organisation, its language and time zone, then mail."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from urllib.parse import quote, urlencode, urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods

from leadline.web.accounts.access import Request, require
from leadline.web.accounts.audit import record
from leadline.web.accounts.entering import BACKEND
from leadline.web.accounts.forms import LANGUAGES
from leadline.web.accounts.models import Membership, Organisation, User
from leadline.web.look.forms import Styled, ZoneField, ZoneSelect
from leadline.web.look.mail import connection, keep_server, send, server
from leadline.web.look.templatetags.look import language, text

OPEN = ("/setup/", "/language/", "/static/")


def code() -> str:
    """The code that first run asks for, printed where the server is started: who reads it is the operator."""
    return salted_hmac("leadline.web.project.setup", "first run").hexdigest()[:16]


def address() -> str:
    """Where first run begins."""
    return f"{settings.LEADLINE_URL}{reverse('setup')}?{urlencode({'code': code()})}"


def is_due() -> bool:
    """Whether nobody can sign in yet."""
    return not User.objects.exists()


class FirstRun:
    """Sends every visitor to first run until it is done."""

    done = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or send to first run."""
        if not self.done and not request.path.startswith(OPEN):
            if is_due():
                return redirect("setup")
            self.done = True
        return self.get_response(request)


class Start(Styled):
    """The first account and the organisation."""

    words_key = "project.setup"
    name = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )
    organisation = forms.CharField(max_length=200)
    language = forms.ChoiceField(choices=LANGUAGES)
    time_zone = ZoneField(widget=ZoneSelect(attrs={"data-own-zone": True}))

    def clean_password(self) -> str:
        """Refuse a weak one."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.cleaned_data.get("email", "")))
        return password


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponseBase:
    """Make the operator and the organisation; once."""
    if not is_due():
        raise Http404
    if not hmac.compare_digest(request.GET.get("code", ""), code()):
        return render(request, "project/setup_code.html", status=403)
    form = Start(request.POST or None, initial={"language": language(), "time_zone": "UTC"})
    if request.method == "POST" and form.is_valid():
        login(request, _first(form.cleaned_data), backend=BACKEND)
        return redirect("setup_mail")
    return render(request, "project/setup.html", {"form": form})


def _first(given: dict[str, str]) -> User:
    with transaction.atomic():
        organisation = Organisation.objects.create(
            name=given["organisation"], language=given["language"], time_zone=given["time_zone"]
        )
        user = User.objects.create_user(
            given["email"], given["password"], name=given["name"], language=given["language"]
        )
        Membership.objects.create(user=user, organisation=organisation, roles=["operator", "analytics"])
        record(organisation, "project.started", organisation)
    return user


def _encryptions() -> list[tuple[str, str]]:
    return [("tls", "STARTTLS"), ("ssl", "TLS"), ("", text("project.mail.plain"))]


class Mail(Styled):
    """The mail server."""

    words_key = "project.mail"
    host = forms.CharField(max_length=200)
    port = forms.IntegerField(min_value=1, max_value=65535, initial=587)
    security = forms.ChoiceField(choices=_encryptions, required=False, initial="tls")
    user = forms.CharField(
        max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        required=False, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    sender = forms.EmailField()

    def url(self) -> str:
        """The server as an address."""
        given = self.cleaned_data
        scheme = "smtps" if given["security"] == "ssl" else "smtp"
        who = f"{quote(given['user'], safe='')}:{quote(given['password'], safe='')}@" if given["user"] else ""
        return f"{scheme}://{who}{given['host']}:{given['port']}" + (
            "?tls=yes" if given["security"] == "tls" else ""
        )


@require("operator")
@require_http_methods(["GET", "POST"])
def mail(request: Request) -> HttpResponseBase:
    """Set the mail server; it is kept once a mail to the operator has gone through it."""
    given = bool(settings.LEADLINE_MAIL_URL)
    form = Mail(request.POST if request.method == "POST" and not given else None)
    if request.method == "POST" and not given and form.is_valid():
        try:
            with connection(form.url()):
                pass  # it opens, so the server is there and knows us
        except OSError as fault:
            form.add_error(None, text("project.mail.refused", fault=fault))
        else:
            keep_server(form.url(), form.cleaned_data["sender"])
            record(request.actor, "project.mail_set", host=form.cleaned_data["host"])
            return _tried(request)
    elif request.method == "POST":
        return _tried(request)
    host = urlsplit(server()["url"]).hostname
    return render(request, "project/setup_mail.html", {"form": form, "given": given, "host": host})


def _tried(request: Request) -> HttpResponseBase:
    to = request.actor.user.email
    try:
        send("project.mail.trial", to, language(), link=settings.LEADLINE_URL)
    except OSError as fault:
        messages.error(request, text("project.mail.refused", fault=fault))
        return redirect("setup_mail")
    messages.success(request, text("project.mail.tried", email=to))
    return redirect("home")

"""Pages of a new address: asked about, confirmed or refused by its account, or given a fresh account."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from leadline.web.accounts.access import Request, require
from leadline.web.accounts.client import client_ip
from leadline.web.look.templatetags.look import language, text
from leadline.web.people import access, addresses
from leadline.web.people.access import KEEPERS
from leadline.web.people.addresses import AddressError
from leadline.web.people.forms import FreshAccount
from leadline.web.people.links import person_of
from leadline.web.people.models import Person


@require(*KEEPERS)
@require_POST
def ask_again(request: Request, person_id: UUID) -> HttpResponseBase:
    """Ask the confirmed address once more about the new one."""
    found = _waiting(request, person_id)
    addresses.ask([found])
    messages.success(request, text("people.waits.asked", email=found.address))
    return redirect("people:person", found.pk)


@require(*KEEPERS)
@require_http_methods(["GET", "POST"])
def fresh(request: Request, person_id: UUID) -> HttpResponseBase:
    """Open a fresh account for the new address: says what that means, and asks why."""
    found = _waiting(request, person_id)
    form = FreshAccount(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            addresses.open_fresh(request.actor, found, form.cleaned_data["reason"])
        except AddressError as refused:
            form.add_error(None, refused.describe(language()))
        else:
            messages.success(request, text("people.fresh.opened", email=found.email))
            return redirect("people:person", found.pk)
    return render(request, "people/fresh.html", {"form": form, "person": found})


def _waiting(request: Request, person_id: UUID) -> Person:
    found = access.person(request.actor, person_id)
    if not found.waits:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, person_id: UUID, token: str) -> HttpResponseBase:
    """Confirm a new address or stay with the old one: by a button, for mail scanners follow links."""
    found = person_of(person_id, token)
    if found is None:
        return render(request, "people/confirm_over.html", status=410)
    context: dict[str, object] = {"person": found}
    if request.method == "POST":
        decide = addresses.refuse if "refuse" in request.POST else addresses.confirm
        try:
            decide(found, client_ip(request))
        except AddressError as refused:
            context["refused"] = refused.describe(language())
        else:
            context["done"] = "refused" if decide is addresses.refuse else "confirmed"
    return render(request, "people/confirm.html", context)

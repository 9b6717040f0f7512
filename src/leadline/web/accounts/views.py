"""Pages of one's own account and of the members."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadline.web.accounts import access, keeping
from leadline.web.accounts.access import Request, require
from leadline.web.accounts.audit import record
from leadline.web.accounts.forms import Invite, OrganisationForm, Profile, Roles
from leadline.web.accounts.invite import invite
from leadline.web.accounts.models import Invitation, Kept, Membership
from leadline.web.look.listing import Column, Listing
from leadline.web.look.templatetags.look import text


@require()
@require_http_methods(["GET", "POST"])
def profile(request: Request) -> HttpResponseBase:
    """Name, language and time zone; password."""
    user = request.actor.user
    zone = user.time_zone or request.actor.organisation.time_zone
    known = {
        "name": user.name,
        "language": user.language or request.actor.organisation.language,
        "time_zone": zone,
    }
    form = Profile(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(user, name, value)
        user.save(update_fields=list(form.cleaned_data))
        messages.success(request, text("accounts.saved"))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


@require()
@require_http_methods(["GET", "POST"])
def kept(request: Request, kept_id: UUID) -> HttpResponseBase:
    """What the user sent after their session had ended, to send again or not.

    Whoever signed in instead is led home as if nothing had been.
    """
    found = Kept.objects.filter(pk=kept_id, user=request.user).first()
    if found is None:
        return redirect("home")
    if request.method == "POST":
        found.delete()
        return redirect("home")
    fields = keeping.fields_of(found)
    if fields is None:
        found.delete()
        return redirect("home")
    return render(request, "accounts/kept.html", {"found": found, "fields": fields})


@require("operator")
@require_http_methods(["GET", "POST"])
def organisation(request: Request) -> HttpResponseBase:
    """Name, language and time zone of the organisation."""
    own = request.actor.organisation
    known = {"organisation": own.name, "language": own.language, "time_zone": own.time_zone}
    form = OrganisationForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        own.name = form.cleaned_data["organisation"]
        own.language, own.time_zone = form.cleaned_data["language"], form.cleaned_data["time_zone"]
        own.save()
        record(request.actor, "accounts.organisation_changed", own, before=known, after=form.cleaned_data)
        messages.success(request, text("accounts.saved"))
        return redirect("accounts:organisation")
    return render(request, "accounts/organisation.html", {"form": form})


@require("operator", "analytics")
@require_GET
def members(request: Request) -> HttpResponse:
    """Who can sign in, and what each is granted."""
    columns = (
        Column("accounts.fields.name", "user__name", lambda m: m.user.name),
        Column("accounts.fields.email", "user__email", lambda m: m.user.email),
        Column(
            "accounts.fields.roles", value=lambda m: ", ".join(text(f"accounts.roles.{r}") for r in m.roles)
        ),
        Column(""),
    )
    listing = Listing(
        request,
        access.members(request.actor),
        columns,
        search=("user__name", "user__email"),
        row_template="accounts/member_row.html",
    )
    invitations = access.invitations(request.actor)
    return listing.response("members") or render(
        request, "accounts/members.html", {"listing": listing, "invitations": invitations}
    )


@require("operator")
@require_http_methods(["GET", "POST"])
def grant(request: Request, user_id: UUID) -> HttpResponseBase:
    """Change what a member is granted. Somebody must remain operator."""
    member = access.member(request.actor, user_id)
    form = Roles(request.POST or None, initial={"roles": member.roles})
    if request.method == "POST" and form.is_valid():
        roles = form.cleaned_data["roles"]
        if "operator" in member.roles and "operator" not in roles and not _another_operator(member):
            form.add_error("roles", text("accounts.last_operator"))
        else:
            record(request.actor, "accounts.granted", member.user, before=member.roles, after=roles)
            member.roles = roles
            member.save(update_fields=["roles"])
            messages.success(request, text("accounts.saved"))
            return redirect("accounts:members")
    return render(request, "accounts/grant.html", {"form": form, "member": member})


def _another_operator(member: Membership) -> bool:
    others = Membership.objects.filter(organisation=member.organisation_id).exclude(pk=member.pk)
    return any("operator" in other.roles for other in others)


@require("operator")
@require_http_methods(["GET", "POST"])
def invite_member(request: Request) -> HttpResponseBase:
    """Invite somebody."""
    form = Invite(request.POST or None)
    if request.method == "POST" and form.is_valid():
        invite(
            request.actor, form.cleaned_data["email"], form.cleaned_data["name"], form.cleaned_data["roles"]
        )
        messages.success(request, text("accounts.invitation_sent", email=form.cleaned_data["email"]))
        return redirect("accounts:members")
    return render(request, "accounts/invite.html", {"form": form})


@require("operator")
@require_POST
def withdraw(request: Request, invitation_id: UUID) -> HttpResponseBase:
    """Take an invitation back: its link stops working."""
    found = access.invitations(request.actor).filter(pk=invitation_id).first()
    if found is None:
        raise Http404
    record(request.actor, "accounts.withdrawn", found, email=found.email)
    Invitation.objects.filter(pk=found.pk).delete()
    messages.success(request, text("accounts.invitation_withdrawn", email=found.email))
    return redirect("accounts:members")

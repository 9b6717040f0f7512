"""Who acts, in which organisation, with which grants; and the gate every view stands behind.

An outsider gets 404, never 403: what one may not see does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from leadline.web.accounts.keeping import keep, taken
from leadline.web.accounts.models import AuditRecord, Invitation, Membership, Organisation, User


@dataclass(frozen=True)
class Actor:
    """A user at work in an organisation.

    Attributes
    ----------
    roles : frozenset of str
        Grants, names of ``accounts.models.ROLES``.
    address : str
        Where the request came from, for the audit.
    """

    user: User
    organisation: Organisation
    roles: frozenset[str]
    address: str = ""

    def has(self, *roles: str) -> bool:
        """Whether any of the roles is granted."""
        return not self.roles.isdisjoint(roles)


class Request(HttpRequest):
    """A request that passed the gate."""

    actor: Actor
    user: User


View = Callable[..., HttpResponseBase]


def require(*roles: str) -> Callable[[View], View]:
    """Let in members of the organisation who hold one of the roles; any member when none is named.

    The signed-out are sent to sign in, and what they sent is kept for them; everyone else gets 404. An
    account that belongs to no organisation any more is told so on every page alike, and can sign out there.
    """

    def gate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return keep(request) or redirect_to_login(request.get_full_path())
            actor: Actor | None = getattr(request, "actor", None)
            if actor is None:
                return render(request, "accounts/nowhere.html", status=HTTPStatus.NOT_FOUND)
            if roles and not actor.has(*roles):
                raise Http404
            response = view(request, *args, **kwargs)
            if response.status_code < HTTPStatus.BAD_REQUEST:
                taken(request, actor.user)
            return response

        return guarded

    return gate


def members(actor: Actor) -> QuerySet[Membership]:
    """Memberships of the organisation, for the operator and people analytics."""
    if not actor.has("operator", "analytics"):
        return Membership.objects.none()
    return (
        Membership.objects.filter(organisation=actor.organisation)
        .select_related("user")
        .order_by("user__name")
    )


def member(actor: Actor, user_id: UUID) -> Membership:
    """One membership, or 404."""
    try:
        return members(actor).get(user_id=user_id)
    except Membership.DoesNotExist as cause:
        raise Http404 from cause


def invitations(actor: Actor) -> QuerySet[Invitation]:
    """Open invitations of the organisation."""
    if not actor.has("operator"):
        return Invitation.objects.none()
    return Invitation.objects.filter(organisation=actor.organisation, accepted=False).order_by("email")


def audit_records(actor: Actor) -> QuerySet[AuditRecord]:
    """The audit chain, newest first, for the auditor and the operator."""
    if not actor.has("auditor", "operator"):
        return AuditRecord.objects.none()
    return AuditRecord.objects.filter(organisation=actor.organisation).order_by("-number")

"""Invitations: an account begins with a link sent to the address."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.accounts.models import Invitation, Membership, Organisation, User
from leadline.web.look.mail import send

DAYS = 14
CONFIRMED: list[Callable[[User, str], None]] = []
"""What apps above do once whoever signs in has shown that mail to the account's address reaches them: given
the user, and where the request came from."""


def invite(actor: Actor, email: str, name: str, roles: Sequence[str]) -> Invitation:
    """Invite an address, or invite it again: the link before stops working."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        Invitation.objects.filter(organisation=actor.organisation, email=email.lower()).delete()
        invitation = Invitation.objects.create(
            organisation=actor.organisation,
            email=email.lower(),
            name=name,
            roles=list(roles),
            digest=_digest(token),
            expires=timezone.now() + timedelta(days=DAYS),
        )
        record(actor, "accounts.invited", invitation, email=email.lower(), roles=list(roles))
    link = settings.LEADLINE_URL + reverse("accounts:accept", kwargs={"token": token})
    send(
        "accounts.mail.invitation",
        email,
        actor.organisation.language,
        link=link,
        organisation=actor.organisation.name,
        inviter=str(actor.user),
        days=DAYS,
    )
    return invitation


def invitation_of(token: str) -> Invitation | None:
    """The open invitation of a link."""
    rows = Invitation.objects.filter(accepted=False, expires__gt=timezone.now())
    return rows.filter(digest=_digest(token)).select_related("organisation").first()


def accept(invitation: Invitation, name: str, place: str = "") -> User:
    """Join: the account is made unless the address has one; its grants are added."""
    with transaction.atomic():
        user = account(invitation.organisation, invitation.email, name)
        own = Membership.objects.get(user=user, organisation=invitation.organisation)
        own.roles = sorted({*own.roles, *invitation.roles})
        own.save()
        invitation.accepted = True
        invitation.save(update_fields=["accepted"])
        record(invitation.organisation, "accounts.accepted", user, email=user.email)
        confirmed(user, place)
    return user


def confirmed(user: User, place: str = "") -> None:
    """The address of an account is confirmed: a link sent there was opened."""
    for tell in CONFIRMED:
        tell(user, place)


def account(organisation: Organisation, email: str, name: str, language: str = "") -> User:
    """The account of an address as a member of the organisation, made where there is none."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        user = User.objects.create_user(email, name=name, language=language)
    Membership.objects.get_or_create(user=user, organisation=organisation)
    return user


def move(user: User, email: str) -> None:
    """Make another address the confirmed one of an account; links sent to the old one open nothing more."""
    user.email = email.strip().lower()
    user.save(update_fields=["email"])
    # allauth notes the address of whoever chose a password by mail, and would send the next such mail there.
    EmailAddress.objects.filter(user=user).delete()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

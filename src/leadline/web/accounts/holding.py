"""What is kept of an account: itself, where it belongs, forms to send again, sessions, what it did."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from leadline.web.accounts.access import Actor
from leadline.web.accounts.keeping import fields_of
from leadline.web.accounts.models import AuditRecord, Invitation, Kept, Membership
from leadline.web.look.holding import Part, Rows


def _account(actor: Actor) -> Rows:
    user = actor.user
    yield {
        "id": user.pk,
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "time_zone": user.time_zone,
        "last_sign_in": user.last_login.date() if user.last_login else None,
        "active": user.is_active,
        "has_password": user.has_usable_password(),
    }


def _memberships(actor: Actor) -> Rows:
    for one in Membership.objects.filter(user=actor.user).select_related("organisation"):
        yield {"organisation": one.organisation.name, "roles": one.roles}


def _invitations(actor: Actor) -> Rows:
    rows = Invitation.objects.filter(email__iexact=actor.user.email).select_related("organisation")
    for one in rows:
        yield {
            "organisation": one.organisation.name,
            "email": one.email,
            "name": one.name,
            "roles": one.roles,
            "expires": one.expires,
            "accepted": one.accepted,
        }


def _kept(actor: Actor) -> Rows:
    for one in Kept.objects.filter(user=actor.user).iterator():
        yield {"path": one.path, "fields": fields_of(one), "expires": one.expires}


def _sessions(actor: Actor) -> Rows:
    """Of all sessions the own: whose one is, stands in what is signed."""
    for one in Session.objects.iterator():
        if one.get_decoded().get(SESSION_KEY) == str(actor.user.pk):
            yield {"until": one.expire_date}


def _deeds(actor: Actor) -> Rows:
    rows = AuditRecord.objects.filter(actor__iexact=actor.user.email).order_by("time", "pk")
    for one in rows.select_related("organisation").iterator():
        yield {
            "time": one.time,
            "organisation": one.organisation.name,
            "action": one.action,
            "from": one.address,
        }


PARTS = (
    Part("account", _account),
    Part("memberships", _memberships, ("Membership.user",)),
    Part("invitations", _invitations),
    Part("kept_forms", _kept, ("Kept.user",)),
    Part("sessions", _sessions),
    Part("deeds", _deeds),
)
LEFT_OUT: Mapping[str, str] = {
    "User.password": "a fingerprint that opens nothing and tells nothing",
    "Invitation.digest": "a fingerprint of the link that is in the mail",
    "AuditRecord.detail": "of what somebody did, it is about others",
    "AuditRecord.subject": "the same; records about somebody are told by the apps above",
    "AuditRecord.hash": "seals the chain, and says nothing",
    "AuditRecord.before": "the same",
}

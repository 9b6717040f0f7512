"""The end of an account whose owner is erased from an organisation."""

from __future__ import annotations

from leadline.web.accounts.models import Membership, Organisation, User


def is_granted(user: User, organisation: Organisation) -> bool:
    """Whether an account has roles in an organisation: then it stays there."""
    own = Membership.objects.filter(user=user, organisation=organisation)
    return any(one.roles for one in own)


def end(user: User, organisation: Organisation) -> None:
    """Take an account out of an organisation where it has no role; delete it where that was the last one."""
    if is_granted(user, organisation):
        return
    Membership.objects.filter(user=user, organisation=organisation).delete()
    if not Membership.objects.filter(user=user).exists():
        user.delete()

"""What somebody sent whose session had ended: kept for them until they have signed in and sent it again.

It is found by whose page it was typed on, not by the browser: whoever else signs in there sees nothing of it.
It is encrypted: with the key an app names for its addresses, or with one derived from the server's secret.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from leadline.errors import LeadlineError
from leadline.web.accounts.models import Kept, User
from leadline.web.look.keeping import MARK, owner
from leadline.web.look.secrecy import Cipher, derived

AGAIN = "kept"
"""Field of a form that was kept and is sent again."""
OURS = (MARK, AGAIN, "csrfmiddlewaretoken")
FOR = timedelta(days=1)
CIPHERS: list[Callable[[str], Cipher | None]] = []
"""By path: what an app encrypts the forms of its own addresses with; None for those of others."""


def cipher_of(path: str) -> Cipher:
    """What a form for an address is encrypted with."""
    found = filter(None, (find(path) for find in CIPHERS))
    return next(found, None) or Cipher(derived(settings.SECRET_KEY.encode(), "kept forms"))


def fields_of(kept: Kept) -> list[list[str]] | None:
    """Names and values as they were sent; None where the key they were encrypted with is gone."""
    try:
        sealed = b64decode(kept.fields)
        fields: list[list[str]] = cipher_of(kept.path).decrypt(sealed, "kept", kept.user_id, kept.path)
    except LeadlineError:
        return None
    return fields


def keep(request: HttpRequest) -> HttpResponse | None:
    """Keep a form that could not be taken, and lead to where it can be sent again; None where it has no mark.

    Files are not kept, nor is a form whose key is gone. A form that htmx sent stays on its page, which says
    what happened.
    """
    if request.method != "POST" or "HX-Request" in request.headers:
        return None
    user_id = owner(request.POST.get(MARK, ""))
    if user_id is None or not User.objects.filter(pk=user_id, is_active=True).exists():
        return None
    fields = [[name, one] for name, all_ in request.POST.lists() if name not in OURS for one in all_]
    path = request.get_full_path()
    try:
        sealed = cipher_of(path).encrypt(fields, "kept", user_id, path)
    except LeadlineError:
        return None
    kept, _ = Kept.objects.update_or_create(
        user_id=user_id,
        path=path,
        defaults={"fields": b64encode(sealed).decode(), "expires": _expiry(timezone.now())},
    )
    return redirect("accounts:kept", kept_id=kept.pk)


def taken(request: HttpRequest, user: User) -> None:
    """Forget a form that was kept: it has been sent again."""
    if AGAIN in request.POST:
        Kept.objects.filter(user=user, path=request.get_full_path()).delete()


def forget(key: object) -> None:
    """Forget every form for an address that names a key: an answer sheet that is in leaves no other trace."""
    Kept.objects.filter(path__contains=str(key)).delete()


def forget_old(now: datetime) -> None:
    """Forget what nobody came back for."""
    Kept.objects.filter(expires__lte=now).delete()


def _expiry(now: datetime) -> datetime:
    """The first midnight after a day, the same for everything kept on one day."""
    return (now.astimezone(UTC) + 2 * FOR).replace(hour=0, minute=0, second=0, microsecond=0)

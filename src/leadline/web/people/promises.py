"""What must be in every state of mails about addresses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leadline.web.look.promises import Promise
from leadline.web.look.queue import is_left, put
from leadline.web.people.models import Notice
from leadline.web.people.notices import post

MAILS = ("mails",)


def _unsent(_: datetime) -> Iterable[str]:
    return MAILS if Notice.objects.filter(tries=0).exists() and not is_left(post) else ()


def _tried(_: datetime) -> Iterable[str]:
    """Interrupted or refused: which of the two is known to nobody any more."""
    return MAILS if Notice.objects.filter(tries__gt=0).exists() else ()


PROMISES = (
    Promise("a mail about an address, not tried yet", "a task sends it", _unsent, lambda _: put(post)),
    Promise(
        "a mail about an address, being sent by nobody",
        "it is sent",
        _tried,
        lambda _: post.enqueue(retry=True),
        at_rest=True,
    ),
)

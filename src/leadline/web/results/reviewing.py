"""The review desk: what becomes of a comment, with its original kept until the cycle is sealed."""

from __future__ import annotations

from django.db import transaction

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.results.models import Comment

STATES = ("public", "coach", "withheld")


class ReviewError(LeadlineError):
    """Something that cannot be decided on a comment."""


def review(actor: Actor, comment: Comment, state: str, text: str = "") -> Comment:
    """Decide on a comment, perhaps with another wording.

    Parameters
    ----------
    actor : Actor
    comment : Comment
    state : {"public", "coach", "withheld", "waiting"}
        ``waiting`` takes a decision back.
    text : str
        The wording to show; as it is when empty.

    Returns
    -------
    Comment

    Raises
    ------
    ReviewError
        ``web.results.no_such_state``.
    """
    if state not in (*STATES, "waiting"):
        raise ReviewError("web.results.no_such_state", state=state)
    wording = text.replace("\r\n", "\n").strip() or comment.text
    with transaction.atomic():
        own = Comment.objects.select_for_update().get(pk=comment.pk)
        if wording != own.text:
            own.original = own.original or own.text
            own.text = wording
            if own.original == own.text:
                own.original = ""
        own.state, own.by = state, actor.user
        own.save(update_fields=["text", "original", "state", "by"])
        record(actor, "results.commented", own, state=state, edited=bool(own.original))
    return own

"""The review desk: what becomes of a comment, with its original kept until the cycle is sealed."""

from __future__ import annotations

from django.db import transaction

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.cycles import keys
from leadline.web.results.hidden import comments, sealed_comment
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
    with transaction.atomic():
        locked = Comment.objects.select_for_update(of=("self",)).select_related("participant")
        (own,) = comments(locked.filter(pk=comment.pk))
        wording = text.replace("\r\n", "\n").strip() or own.text
        original = own.original or own.text
        said = {"text": wording, "original": "" if wording == original else original}
        said |= {"group": own.group, "competency": own.competency}
        own.hidden = sealed_comment(own, said, keys.of(own.participant.cycle_id))
        own.state, own.by = state, actor.user
        own.save(update_fields=["hidden", "state", "by"])
        record(actor, "results.commented", own, state=state, edited=bool(said["original"]))
    (own,) = comments([own])
    return own

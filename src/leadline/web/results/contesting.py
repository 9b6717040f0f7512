"""Contesting a result: the ratee's words travel with it, and so does the answer."""

from __future__ import annotations

from django.db import transaction

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Cycle
from leadline.web.look.queue import put
from leadline.web.results.access import Seen
from leadline.web.results.mails import tell_answer
from leadline.web.results.models import Contest

MOST = 4000


class ContestError(LeadlineError):
    """A contest that cannot be made or answered."""


def is_open(cycle: Cycle) -> bool:
    """Whether results of the cycle can still be contested."""
    window = cycle.appeal_until is None or today(cycle) <= cycle.appeal_until
    return cycle.state == "released" and window


def contest(actor: Actor, seen: Seen, text: str) -> Contest:
    """Contest one's own result.

    Raises
    ------
    ContestError
        ``web.results.not_yours``, ``web.results.appeal_over``, ``web.results.say_something``.
    """
    if seen.audience != "ratee":
        raise ContestError("web.results.not_yours")
    if not is_open(seen.participant.cycle):
        raise ContestError("web.results.appeal_over")
    if not text.strip():
        raise ContestError("web.results.say_something")
    with transaction.atomic():
        own = Contest.objects.create(participant=seen.participant, text=text.strip()[:MOST])
        record(actor, "results.contested", own)
    return own


def answer(actor: Actor, own: Contest, text: str) -> None:
    """Answer a contest; the ratee is told.

    Raises
    ------
    ContestError
        ``web.results.say_something``.
    """
    if not text.strip():
        raise ContestError("web.results.say_something")
    with transaction.atomic():
        own.answer, own.state, own.by = text.strip()[:MOST], "answered", actor.user
        own.told = False
        own.save(update_fields=["answer", "state", "by", "told"])
        record(actor, "results.answered", own)
        put(tell_answer, str(own.pk))

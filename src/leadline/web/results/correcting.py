"""What can be done when a result is wrong: withdraw it, say something to it, collect its ratings anew.

A few changed answers are never worked into figures that somebody has seen: the difference would tell what
they say (:mod:`.earlier`). So what was seen is withdrawn as a whole, stays with a note, or is measured anew
once at least the least number of raters have changed or added their ratings.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.cycles.closing import reopen_for
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.look.queue import put
from leadline.web.results.earlier import may_be_anew
from leadline.web.results.mails import tell_corrected
from leadline.web.results.models import Correction, Release

OPEN = ("review", "released")
MOST = 4000


class CorrectionError(LeadlineError):
    """Something that cannot be done about a result, or no more."""


def withdraw(actor: Actor, participant: Participant, reason: str) -> None:
    """Take a result from everybody; the reason stands in its place, and the ratee is told.

    Raises
    ------
    CorrectionError
        ``web.results.say_something``, ``web.results.correcting_over``, ``web.results.is_withdrawn``.
    """
    if not reason.strip():
        raise CorrectionError("web.results.say_something")
    with transaction.atomic():
        own = _of(participant)
        if own.withdrawn:
            raise CorrectionError("web.results.is_withdrawn", name=participant.name)
        own.withdrawn, own.reason = today(participant.cycle), reason.strip()[:MOST]
        own.save(update_fields=["withdrawn", "reason"])
        record(actor, "results.withdrawn", participant)
        _tell(participant, "withdrawn")


def restore(actor: Actor, participant: Participant) -> None:
    """Give a withdrawn result back to those who had it; the ratee is told.

    Raises
    ------
    CorrectionError
        ``web.results.correcting_over``, ``web.results.not_withdrawn``.
    """
    with transaction.atomic():
        own = _of(participant)
        if not own.withdrawn:
            raise CorrectionError("web.results.not_withdrawn", name=participant.name)
        own.withdrawn, own.reason = None, ""
        own.save(update_fields=["withdrawn", "reason"])
        record(actor, "results.restored", participant)
        _tell(participant, "restored")


def note(actor: Actor, participant: Participant, text: str) -> None:
    """Say something to a result that travels with it; nothing takes the note away.

    Raises
    ------
    CorrectionError
        ``web.results.correcting_over``.
    """
    with transaction.atomic():
        own = _of(participant)
        own.note = text.replace("\r\n", "\n").strip()[:MOST]
        own.noted = today(participant.cycle) if own.note else None
        own.save(update_fields=["note", "noted"])
        record(actor, "results.noted", participant, removed=not own.note)


def collect(actor: Actor, participant: Participant, until: date) -> None:
    """Ask all raters of one ratee again until a day; then the cycle closes and is scored.

    What was released of the ratee is taken back: it is looked through and released again.

    Raises
    ------
    CorrectionError
        ``web.results.correcting_over``, ``web.results.never_anew``.
    ClosingError
        The day is over, or the key is missing.
    """
    with transaction.atomic():
        own = _of(participant)
        if not may_be_anew(participant.cycle):
            raise CorrectionError("web.results.never_anew")
        own.asked, own.enough = until, None
        own.save(update_fields=["asked", "enough"])
        Release.objects.filter(participant=participant).delete()
        record(actor, "results.collecting", participant, until=until.isoformat())
        reopen_for(actor, participant, until)


def is_open(cycle: Cycle) -> bool:
    """Whether something can still be done about results of a cycle."""
    return cycle.state in OPEN


def _of(participant: Participant) -> Correction:
    """What was done so far, with the cycle locked."""
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=participant.cycle_id)
    if not is_open(cycle):
        raise CorrectionError("web.results.correcting_over")
    return Correction.objects.get_or_create(participant=participant)[0]


def _tell(participant: Participant, what: str) -> None:
    """Tell a ratee by mail what happened to a result they were given."""
    if Release.objects.filter(participant=participant, audience="ratee", told=True).exists():
        Correction.objects.filter(participant=participant).update(tell=what)
        put(tell_corrected, str(participant.pk))

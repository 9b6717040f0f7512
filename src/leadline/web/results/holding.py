"""What was released to somebody of their own results: as the page shows it, and noted as read."""

from __future__ import annotations

from collections.abc import Mapping

from leadline.web.accounts.access import Actor
from leadline.web.look.holding import Part, Rows
from leadline.web.results import access
from leadline.web.results.exporting import document
from leadline.web.results.models import Contest, Release
from leadline.web.results.showing import opened


def _results(actor: Actor) -> Rows:
    """One at a time, as somebody reads them: each is a record of the audit, and the figures count as seen."""
    own = access.released_to(actor).filter(person__user=actor.user, releases__audience="ratee")
    for key in list(own.values_list("pk", flat=True).distinct()):
        seen = access.seen(actor, key)
        opened(actor, seen, "archive")
        yield {"withdrawn": None, "note": None, **document(seen)}


def _releases(actor: Actor) -> Rows:
    rows = Release.objects.filter(
        participant__person__user=actor.user, participant__cycle__organisation=actor.organisation
    )
    for one in rows.select_related("participant__cycle").order_by("time", "pk"):
        yield {
            "cycle": one.participant.cycle.title,
            "audience": one.audience,
            "time": one.time,
            "read": one.read,
            "reason": one.reason,
        }


def _contests(actor: Actor) -> Rows:
    rows = Contest.objects.filter(
        participant__person__user=actor.user, participant__cycle__organisation=actor.organisation
    )
    for one in rows.select_related("participant__cycle").order_by("time", "pk"):
        yield {
            "cycle": one.participant.cycle.title,
            "text": one.text,
            "answer": one.answer,
            "state": one.state,
            "time": one.time,
        }


PARTS = (
    Part("results", _results, ("Result.participant", "Comment.participant", "Correction.participant")),
    Part("releases", _releases, ("Release.participant",)),
    Part("contests", _contests, ("Contest.participant",)),
)
_DEED = "about others; that somebody did it is among their deeds"
LEFT_OUT: Mapping[str, str] = {
    "Run.by": _DEED,
    "Comment.by": _DEED,
    "Release.by": _DEED,
    "Contest.by": _DEED,
    "Release.decision": "who decided",
}

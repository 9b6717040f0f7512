"""What erasing somebody means here: places on panels, and until sealing all that was collected on them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from leadline.errors import LeadlineError
from leadline.web.cycles.deleting import delete
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.look.templatetags.look import text
from leadline.web.people.models import Person


class ErasingError(LeadlineError):
    """Somebody who cannot be erased at this moment."""


def lost(person: Person) -> Iterator[str]:
    """What goes, in words."""
    yield text("cycles.erasing.panels")
    if n := _unsealed(person).count():
        yield text("cycles.erasing.unsealed", n=n)


def kept(person: Person) -> Iterator[str]:
    """What stays, in words."""
    if n := person.participations.filter(cycle__state="sealed").count():
        yield text("cycles.erasing.sealed", n=n)


def erase(person: Person) -> None:
    """Delete participations in cycles that are not sealed, with results, comments and contests.

    Those of sealed cycles stay, without the person; so do ratees whose manager they were. Places on panels
    are gone by now (:mod:`leadline.web.rating.erasing`); mails and links go with the person.
    """
    delete(_unsealed(person))
    person.participations.update(person=None)
    Participant.objects.filter(manager=person).update(manager=None)


def locked(person: Person) -> list[Cycle]:
    """Cycles that somebody has to do with, locked: until the end no answer comes in and no scoring begins.

    Raises
    ------
    ErasingError
        ``web.cycles.erased_in_scoring``: one of them is being scored.
    """
    own = Q(participants__person=person) | Q(participants__assignments__rater=person)
    known = Cycle.objects.filter(own, organisation=person.organisation_id).values("pk")
    found = list(Cycle.objects.select_for_update(no_key=True).filter(pk__in=known).order_by("pk"))
    if any(cycle.state == "scoring" for cycle in found):
        raise ErasingError("web.cycles.erased_in_scoring", name=person.name)
    return found


def _unsealed(person: Person) -> QuerySet[Participant]:
    return Participant.objects.filter(person=person).exclude(cycle__state="sealed")

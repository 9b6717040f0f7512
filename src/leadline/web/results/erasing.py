"""What erasing somebody means here: what was seen of others stays, until enough ratings of them changed.

Figures that nobody has seen are made again without the erased person.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import OuterRef, Q, Subquery

from leadline.web.cycles import keys
from leadline.web.cycles.models import Cycle
from leadline.web.cycles.moves import move
from leadline.web.look.templatetags.look import text
from leadline.web.people.models import Person
from leadline.web.results.models import Run


def lost(person: Person) -> Iterator[str]:
    """What goes with a participation is told by the app of cycles."""
    del person
    yield from ()


def kept(person: Person) -> Iterator[str]:
    """What stays, in words."""
    del person
    yield text("results.erasing.figures")


def erase(person: Person) -> None:
    """Score cycles again whose figures nobody has seen as a whole: they rest on what goes now.

    Own results go with the participation, and figures that were seen follow the rule of later runs.
    """
    for cycle in _unseen(person):
        move(cycle, "rescore", cycle.organisation)


def _unseen(person: Person) -> list[Cycle]:
    """Cycles in review somebody has to do with, rated or asked: not only those they have answered in."""
    own = Q(participants__person=person) | Q(participants__assignments__rater=person)
    known = Cycle.objects.filter(own, organisation=person.organisation_id, state="review").values("pk")
    last = Run.objects.filter(cycle=OuterRef("pk"), state="done").order_by("-number")
    rows = Cycle.objects.filter(pk__in=known).annotate(seen=Subquery(last.values("shown")[:1]))
    return [cycle for cycle in rows.filter(seen=False).order_by("pk") if keys.exists(cycle)]

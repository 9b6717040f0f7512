"""How far raters are, for everybody but themselves: noted once a night, in steps.

Who watched a number live would see who answered about whom. So pages, lists, exports, reminders, mails and
records use the notes of the last night and nothing newer; a rater's own pages alone are live.

* **Of a group** (ratee and relationship): too few answers, enough (the cycle's least number), all asked. A
  group of fewer than its least number never gets past the first. Ratings that carry a name are in or not.
* **Of a rater**: nothing yet, some, all; of those who rate one or two people anonymously, nothing is told.
  They are reminded with everybody, and alone only where they also rate under their name.
* Steps rise and never fall, so that taking a rating back is not seen, and raising a least number does not
  count a group. Who was asked once counts as asked for good, so that removing a rater, withdrawing a ratee or
  bringing one back changes no step. Where somebody is added later, the highest step is out of reach, and gone
  if it was there: it would tell of the newcomer alone.
* **Of the whole cycle**: how many forms were begun and not submitted, rounded down to fives.
* There is one note a day at most, however often a cycle is closed and opened again that day. Closing forgets
  the steps of raters; in a cycle opened again none is told.

What stays guessable
--------------------
"All" tells that everybody in a group has answered about the ratee, or a rater about everybody they rate, and
"nothing yet" that they have not. Both kinds of steps together narrow down a small group: where all but one of
its raters are known to have finished or not to have begun, its step can tell of the last one. A step that
changed tells that somebody answered the day before, and in a group near its least number, who knows of all
others knows who. Raters who collude lower each least number by how many they are. Nothing of this tells what
anybody answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from leadline.web.cycles.checking import threshold
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Assignment, Cycle, GroupProgress, Participant, RaterProgress
from leadline.workflows import ATTRIBUTED

FEW, ENOUGH, ALL = range(3)
"""Steps of a group."""
NOTHING, SOME, EVERYTHING = range(3)
"""Steps of a rater."""
LEAST_RATED = 3
"""Of how many people at least somebody rates anonymously whose own step is told."""
ASKED = ("approved", "removed")
"""States of who was asked since launch, which deletes rows of those who were not."""
CLOSED = ("scoring", "review", "released")
BATCH = 1000
UNFINISHED: list[Callable[[Cycle], int]] = []
"""What apps above count: forms of a cycle that were begun and not submitted."""
ROUND = 5
"""Their number is told in steps of so many, of the whole cycle and once a night: it shows nobody's deed."""


@dataclass(frozen=True)
class Reach:
    """How far a group of a ratee's raters was last night; ``n`` were asked."""

    relationship: str
    n: int
    step: int

    @property
    def is_attributed(self) -> bool:
        """Whether its ratings carry a name."""
        return self.relationship in ATTRIBUTED

    @property
    def is_enough(self) -> bool:
        """Whether enough have answered for figures; of self and manager, whether they have."""
        return self.step >= ENOUGH

    @property
    def word(self) -> str:
        """Name of the step, as in the words under ``cycles.reach``."""
        if self.is_attributed:
            return "in" if self.is_enough else "open"
        return ("few", "enough", "all")[self.step]


def group_step(n: int, n_in: int, *, first: int, least: int, before: int = FEW) -> int:
    """The step of an anonymous group.

    Parameters
    ----------
    n, n_in : int
        How many were ever asked, and how many of them have answered.
    first : int
        How many had been asked when the group was first noted.
    least : int
        The least number for figures.
    before : int
        The step of the night before.

    Examples
    --------
    >>> [group_step(4, n_in, first=4, least=3) for n_in in range(5)]
    [0, 0, 0, 1, 2]
    >>> group_step(5, 5, first=4, least=3, before=ALL)
    1
    """
    now = FEW if n_in < least else ALL if n_in == n == first else ENOUGH
    return _risen(now, before, ENOUGH if n > first else ALL)


def rater_step(n: int, n_in: int, anonymous: int, *, first: int, before: int | None = NOTHING) -> int | None:
    """The step of a rater; None when it is not told, which then stays so.

    Parameters
    ----------
    n, n_in : int
        About how many people they were ever asked, and how many they have rated.
    anonymous : int
        How many of the ``n`` they rate anonymously.
    first : int
        ``n`` when they were first noted.
    before : int or None
        The step of the night before.

    Examples
    --------
    >>> [rater_step(4, n_in, 3, first=4) for n_in in range(5)]
    [0, 1, 1, 1, 2]
    >>> rater_step(3, 3, 2, first=3) is None
    True
    """
    if before is None or 0 < anonymous < LEAST_RATED:
        return None
    now = NOTHING if n_in == 0 else EVERYTHING if n_in == n else SOME
    if not anonymous:
        return now
    return _risen(min(now, SOME) if n != first else now, before, SOME if n > first else EVERYTHING)


def _risen(now: int, before: int, highest: int) -> int:
    return min(max(now, before), highest)


def due(now: datetime) -> Iterator[Cycle]:
    """Cycles whose night has come: running, closed since the last note, or from before there were notes."""
    wanted = Q(state="running") | Q(state__in=CLOSED, noted__lte=F("closes"))
    wanted |= Q(state__in=CLOSED, noted=None)
    for cycle in Cycle.objects.filter(wanted):
        if cycle.noted is None or cycle.noted < today(cycle, now):
            yield cycle


def note(cycle: Cycle, now: datetime | None = None) -> None:
    """Note the steps of a cycle for today, unless that was done; at launch, that nobody has answered."""
    day = today(cycle, now)
    with transaction.atomic():
        mine = Cycle.objects.filter(Q(noted=None) | Q(noted__lt=day), pk=cycle.pk)
        begun = sum(count(cycle) for count in UNFINISHED)
        if mine.update(noted=day, unfinished=begun - begun % ROUND):
            _note_groups(cycle)
            if cycle.state == "running":
                _note_raters(cycle)


def _note_groups(cycle: Cycle) -> None:
    known = {
        (row.participant_id, row.relationship): row
        for row in GroupProgress.objects.filter(participant__cycle=cycle)
    }
    new: list[GroupProgress] = []
    changed: dict[int | None, list[int]] = defaultdict(list)
    for ratee, name, n, n_in in _answered(cycle):
        row = known.get((ratee, name)) or GroupProgress(participant_id=ratee, relationship=name, first=n)
        if name in ATTRIBUTED:
            step = ALL if n_in else FEW
        else:
            step = group_step(n, n_in, first=row.first, least=threshold(cycle, name), before=row.step)
        if row.pk is None:
            row.step = step
            new.append(row)
        elif row.step != step:
            changed[step].append(row.pk)
    GroupProgress.objects.bulk_create(new, batch_size=BATCH)
    _change(GroupProgress.objects.all(), changed)


def _answered(cycle: Cycle) -> Iterable[tuple[UUID, str, int, int]]:
    """Ratee, relationship, how many were asked, how many have answered."""
    rows = _asked(cycle).values_list("participant", "relationship").order_by("participant", "relationship")
    return rows.annotate(n=Count("pk"), n_in=Count("pk", filter=Q(submitted=True)))


def _note_raters(cycle: Cycle) -> None:
    known = {(row.rater_id, row.stakeholder_id): row for row in cycle.raters.all()}
    counted = (
        _asked(cycle)
        .values_list("rater", "stakeholder")
        .order_by("rater", "stakeholder")
        .annotate(
            n=Count("pk"),
            n_in=Count("pk", filter=Q(submitted=True)),
            anonymous=Count("pk", filter=~Q(relationship__in=ATTRIBUTED)),
        )
    )
    new: list[RaterProgress] = []
    changed: dict[int | None, list[int]] = defaultdict(list)
    for rater, stakeholder, n, n_in, anonymous in counted:
        row = known.get((rater, stakeholder)) or RaterProgress(
            cycle=cycle, rater_id=rater, stakeholder_id=stakeholder, first=n, step=NOTHING
        )
        step = rater_step(n, n_in, anonymous, first=row.first, before=row.step)
        if row.pk is None:
            row.step = step
            new.append(row)
        elif row.step != step:
            changed[step].append(row.pk)
    RaterProgress.objects.bulk_create(new, batch_size=BATCH)
    _change(RaterProgress.objects.all(), changed)


def _change(rows: QuerySet[Any], changed: Mapping[int | None, list[int]]) -> None:
    """Write new steps by step: ``bulk_update`` takes five times as long."""
    for step, keys in changed.items():
        for start in range(0, len(keys), BATCH):
            rows.filter(pk__in=keys[start : start + BATCH]).update(step=step)


def begin_again(cycle: Cycle) -> None:
    """Give every rater of a cycle that is opened again a step that is not told.

    Closing forgot what was noted of them; counted anew, it would tell what steps that only rise do not.
    """
    asked = _asked(cycle).values_list("rater", "stakeholder").order_by("rater", "stakeholder").distinct()
    RaterProgress.objects.bulk_create(
        (
            RaterProgress(cycle=cycle, rater_id=rater, stakeholder_id=stakeholder, first=0)
            for rater, stakeholder in asked
        ),
        batch_size=BATCH,
    )


def _asked(cycle: Cycle) -> QuerySet[Assignment]:
    return Assignment.objects.filter(participant__cycle=cycle, state__in=ASKED)


def of(participant: Participant) -> list[Reach]:
    """Groups of a ratee, in the order of the cycle's rules."""
    rows = participant.assignments.filter(state="approved").values_list("relationship")
    asked = dict(rows.annotate(n=Count("pk")))
    steps = dict(participant.progress.values_list("relationship", "step"))
    order = list(participant.cycle.rules)
    names = sorted(asked, key=lambda name: (order.index(name) if name in order else len(order), name))
    return [Reach(name, asked[name], steps.get(name, FEW)) for name in names]

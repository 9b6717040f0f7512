"""What was seen of a cycle before, and what a new run may therefore measure anew.

Two runs' figures can be subtracted. So whatever anybody saw stays as it is, unless sheets of at least the
least number of raters changed since: then the difference speaks of that many. Everything else a figure
depends on (items, steps, variances, severities, the spread of raters) is held at the first run that was seen,
so that nobody else's figures move.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Cycle
from leadline.web.results import hidden
from leadline.web.results.disclosure import Rater
from leadline.web.results.models import Basis, Result, Run


@dataclass(frozen=True)
class Held:
    """What later runs hold to: the measurement (:func:`leadline.workflows.kept`) and the spread of raters."""

    measurement: bytes
    spread: Mapping[str, float]

    def packed(self) -> bytes:
        """As bytes."""
        head = zlib.compress(json.dumps(self.spread).encode())
        return len(head).to_bytes(4) + head + self.measurement

    @classmethod
    def unpacked(cls, content: bytes) -> Held:
        """The other way."""
        end = 4 + int.from_bytes(content[:4])
        return cls(content[end:], json.loads(zlib.decompress(content[4:end])))


@dataclass(frozen=True)
class Known:
    """A ratee's figures of before: those somebody saw last, or else those of the last run seen.

    ``sets`` says of which sheets they were made, ``seen`` those of every run in which somebody saw figures of
    the ratee: nothing where nobody did.
    """

    result: Result
    sets: Mapping[str, Any]
    seen: Sequence[Mapping[str, Any]]

    def n_changed(self, now: Sequence[Rater]) -> int:
        """Raters whose sheets came, went or changed since."""
        then = marks(self.sets)
        new = {rater.person: rater.mark for rater in now}
        return sum(then.get(one) != new.get(one) for one in then.keys() | new.keys())


@dataclass(frozen=True)
class Before:
    """The last run of which anything was seen.

    ``held`` is None where it is of a release that kept nothing to hold to; ``same`` is whether the least
    numbers of today are those it was made with.
    """

    run: Run
    held: Held | None
    same: bool
    ratees: Mapping[UUID, Known]

    def may_move(self, participant: UUID, now: Sequence[Rater], least: int) -> bool:
        """Whether a ratee may be measured anew, with sheets as they are now."""
        known = self.ratees.get(participant)
        if known is None:
            return True
        if known.seen:
            return self.held is not None and known.n_changed(now) >= least
        return self.held is None or not self.same or known.n_changed(now) > 0


def marks(sets: Mapping[str, Any]) -> dict[str, str]:
    """Of the sheets some figures were made of: rater and mark."""
    return {person: mark for person, mark, *_ in sets["raters"]}


def before(own: Run, key: Key) -> Before | None:
    """What a run has to fit; None where nobody saw anything of an earlier one."""
    done = Run.objects.filter(cycle=own.cycle_id, state="done").exclude(pk=own.pk)
    last = _last_seen(done)
    if last is None:
        return None
    held = Basis.objects.filter(run=last).values_list("held", flat=True).first()
    same: bool = last.options.get("thresholds") == own.cycle.thresholds
    kept = Held.unpacked(key.decrypt_bytes(held, "held", last.pk)) if held else None
    return Before(last, kept, same, _ratees(last, done, key))


def may_be_anew(cycle: Cycle) -> bool:
    """Whether figures that were seen can be measured anew at all: release 0.1.0 kept nothing to hold to."""
    last = _last_seen(Run.objects.filter(cycle=cycle, state="done"))
    return last is None or Basis.objects.filter(run=last, held__isnull=False).exists()


def _last_seen(done: QuerySet[Run]) -> Run | None:
    seen = Exists(Result.objects.filter(run=OuterRef("pk"), shown=True))
    return done.filter(Q(shown=True) | seen).order_by("-number").first()


def _ratees(last: Run, done: QuerySet[Run], key: Key) -> dict[UUID, Known]:
    # Figures are not read: they are large, and whoever fits or stays as they were needs them later or never.
    rows = Result.objects.filter(Q(shown=True) | Q(run=last), run__in=done).defer(
        "figures", "hidden", "brief"
    )
    found: dict[UUID, list[Result]] = {}
    for row in rows.order_by("run__number"):
        found.setdefault(row.participant_id, []).append(row)
    known = {}
    for participant, own in found.items():
        shown = [row for row in own if row.shown]
        chosen = (shown or own)[-1]
        known[participant] = Known(chosen, hidden.sets(chosen, key), [hidden.sets(row, key) for row in shown])
    return known

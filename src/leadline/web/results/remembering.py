"""What was seen of a cycle, held against the ledger beside its key before anything is scored anew."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from leadline.web.accounts.audit import record
from leadline.web.cycles import keys, ledger
from leadline.web.cycles.keys import Key
from leadline.web.cycles.ledger import ChangedError
from leadline.web.cycles.models import Cycle
from leadline.web.results.models import Result, Run

AT_ONCE = 500


def hold(cycle: Cycle, key: Key) -> None:
    """Mark again as seen what the database has forgotten, and refuse to go on where it lost more than that.

    It forgets where somebody set it back, and where a program was killed while figures were being opened.

    Raises
    ------
    ChangedError
        ``web.results.seen_gone``; and as :func:`leadline.web.cycles.ledger.refuse_changed_rules`.
    """
    known = ledger.read(cycle, key)
    ledger.refuse_changed_rules(cycle, known)
    ratees = set(cycle.participants.values_list("pk", flat=True))  # of the erased nothing is left to subtract
    seen = {pair for pair in known.figures if pair[1] in ratees}
    forgotten = _forgotten_figures(cycle, seen)
    overviews = _forgotten_overviews(cycle, known.overviews)
    for start in range(0, len(forgotten), AT_ONCE):
        Result.objects.filter(pk__in=forgotten[start : start + AT_ONCE]).update(shown=True)
    Run.objects.filter(pk__in=overviews).update(shown=True)
    if forgotten or overviews:
        n = len(forgotten) + len(overviews)
        record(cycle.organisation, "results.seen_again", cycle, n=n)


def _forgotten_figures(cycle: Cycle, seen: set[tuple[UUID, UUID]]) -> list[UUID]:
    rows = Result.objects.filter(run__in={run for run, _ in seen}, run__cycle=cycle, run__state="done")
    there = {
        (run, participant): (pk, shown)
        for run, participant, pk, shown in rows.values_list("run", "participant", "pk", "shown")
    }
    if gone := seen - there.keys():
        raise ChangedError("web.results.seen_gone", cycle, n=len(gone))
    return [pk for pair, (pk, shown) in there.items() if pair in seen and not shown]


def _forgotten_overviews(cycle: Cycle, seen: set[UUID]) -> list[UUID]:
    rows = Run.objects.filter(pk__in=seen, cycle=cycle, state="done", basis__isnull=False)
    there = dict(rows.values_list("pk", "shown"))
    if gone := seen - there.keys():
        raise ChangedError("web.results.seen_gone", cycle, n=len(gone))
    return [pk for pk, shown in there.items() if not shown]


def begin(plan: object = None, **_: object) -> None:
    """Give cycles of releases before this their ledger, once they were migrated."""
    states = ("running", "scoring", "review", "released")
    for cycle in Cycle.objects.filter(state__in=states) if plan else ():
        if keys.exists(cycle) and not ledger.exists(cycle):
            ledger.note_rules(cycle)
            seen: defaultdict[UUID, list[UUID]] = defaultdict(list)
            rows = Result.objects.filter(run__cycle=cycle, shown=True)
            for run, participant in rows.values_list("run", "participant"):
                seen[run].append(participant)
            for run, own in seen.items():
                ledger.note_figures(cycle, run, own)
            for run in Run.objects.filter(cycle=cycle, state="done", shown=True).values_list("pk", flat=True):
                ledger.note_overview(cycle, run)

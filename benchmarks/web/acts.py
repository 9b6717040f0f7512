"""What is done to a whole cycle of 10,000 ratees and 120,000 assignments: how long each act takes.

``python -m benchmarks.web.acts [ratees]``, in a new SQLite file, or in the empty PostgreSQL database of
``LEADLINE_TEST_DATABASE_URL``. An act holds the lock of its cycle for as long. Tasks that follow one, mails
above all, are not begun.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from time import perf_counter
from typing import Any
from unittest.mock import patch

from benchmarks.web import score_cycle  # sets Django up
from benchmarks.web.keeping import keep
from benchmarks.web.sheets import sheet_row
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leadline.web.accounts.access import Actor
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles import closing, following, keys, launching, nominating, planning, progress
from leadline.web.cycles.models import Assignment, Cycle, Mailed
from leadline.web.people.models import Person
from leadline.web.rating.answers import Sheet
from leadline.web.rating.models import Submission
from leadline.web.results import releasing, sealing
from leadline.web.results.models import Basis, Result, Run
from leadline.web.results.storing import Part, row_of

TEAM = 10
RULES = {
    "self": {"source": "line", "least": 1, "most": 1},
    "manager": {"source": "line", "least": 1, "most": 1},
    "peer": {"source": "line", "least": 3, "most": 9},
    "report": {"source": "line", "least": 3, "most": 10},
    "stakeholder": {"source": "stakeholders", "least": 1, "most": 3},
}
"""With teams of ten, twelve raters each on average."""


def build(n: int) -> tuple[Actor, list[Person]]:
    """An organisation of so many people, each with an address."""
    small, user = score_cycle.build(1, 1, 1)
    own = small.organisation
    people = [
        Person(organisation=own, key=f"p{i}", name=f"Person {i:05}", email=f"p{i}@bench.example")
        for i in range(n)
    ]
    for i, one in enumerate(people):
        one.manager = people[(i - 1) // TEAM] if i else None
    Person.objects.bulk_create(people, batch_size=500)
    return Actor(user, own, frozenset(["analytics"])), people


def draft(actor: Actor) -> Cycle:
    """A cycle that lacks nothing but ratees."""
    cycle = planning.create(actor, "Ten thousand")
    day = timezone.now().date()
    days = {"nominate_until": day + timedelta(7), "opens": day, "closes": day + timedelta(30)}
    Cycle.objects.filter(pk=cycle.pk).update(framework="technical-leadership@1.0.0", rules=RULES, **days)
    cycle.refresh_from_db()
    return cycle


def answered(cycle: Cycle) -> None:
    """By every rater on every item."""
    answers = dict.fromkeys([item.id for item in load(cycle.organisation, cycle.framework).items], 4)
    panels = Assignment.objects.filter(participant__cycle=cycle)
    rows, key = panels.values_list("participant", "relationship", "pk").iterator(), keys.of(cycle.pk)
    for some in iter(lambda: list(islice(rows, 5000)), []):
        Submission.objects.bulk_create(
            sheet_row(cycle, ratee, Sheet(str(own), relationship, answers), key)
            for ratee, relationship, own in some
        )
    panels.update(opened=True, submitted=True)


def gone(cycle: Cycle) -> None:
    """One in a hundred left the day before yesterday, owing what they had to rate."""
    day = timezone.now().date() - timedelta(2)
    Person.objects.filter(organisation=cycle.organisation_id, key__endswith="77").update(left=day)


def scored(cycle: Cycle) -> None:
    """As the scorer leaves it, without figures."""
    cycle.refresh_from_db()
    run, key = cycle.runs.get(), keys.of(cycle.pk)
    Run.objects.filter(pk=run.pk).update(state="done", options={"thresholds": cycle.thresholds})
    Basis.objects.create(run=run, sets=key.encrypt({}, "overview", run.pk))
    nothing = {"sheet": None, "groups": {}, "raters": {}}
    parts = (Part(one, nothing, {}, None, None) for one in cycle.participants.all())
    results = (row_of(run, part, key) for part in parts)
    Result.objects.bulk_create(results, batch_size=500)
    Cycle.objects.filter(pk=cycle.pk).update(state="review")


def reminded(cycle: Cycle) -> None:
    """A reminder a person, which closing forgets."""
    people = Person.objects.filter(organisation=cycle.organisation_id)
    day = timezone.now().date()
    rows = (Mailed(cycle=cycle, kind="reminder", to=one.email, day=day, person=one) for one in people)
    Mailed.objects.bulk_create(rows, batch_size=500)


def measured(actor: Actor, people: list[Person]) -> list[dict[str, Any]]:
    """A row an act."""
    rows = []

    def act(name: str, deed: Callable[[], object]) -> None:
        started = perf_counter()
        with CaptureQueriesContext(connection) as queries:
            deed()
        rows.append({"act": name, "queries": len(queries), "seconds": round(perf_counter() - started, 2)})
        print(*rows[-1].values(), sep="\t", flush=True)

    first, second, third, fourth = (draft(actor) for _ in range(4))
    act("add ratees", lambda: planning.assess(actor, first, people))
    for cycle in (second, third, fourth):
        planning.assess(actor, cycle, people)
    act("open nominations", lambda: nominating.open_nominations(first, actor))
    act("launch", lambda: launching.launch(first, actor))
    act("follow leavers", lambda: (gone(first), following.follow(first)))
    answered(first)
    act("note a night", lambda: progress.note(first, timezone.now() + timedelta(1)))
    reminded(first)
    act("close", lambda: closing.close(first, actor))
    scored(first)
    act("release", lambda: releasing.release(actor, first, ["manager"]))
    Cycle.objects.filter(pk=first.pk).update(appeal_until=timezone.now().date() - timedelta(2))
    first.refresh_from_db()
    act("seal", lambda: sealing.seal(first, actor))
    act("compact", sealing.compact.func)
    act("take ratees out", lambda: planning.leave_out(actor, second, second.participants.all()))
    act("discard", lambda: planning.discard(actor, third))
    launching.launch(fourth, actor)
    act("cancel", lambda: closing.cancel(fourth, actor))
    return rows


def main(n: int) -> None:
    """Build, act, and write the results."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with patch("django_tasks.base.Task.enqueue"):
        rows = measured(*build(n))
    keep("acts", n, rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)

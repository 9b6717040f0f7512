"""What is done to a whole cycle, the database does: exactly to whom it is meant, however many they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from tests.web.cast import World
from tests.web.sheets import draft, sheet

from leadline.web.accounts.access import Actor
from leadline.web.cycles import closing, inviting, launching, panels, planning
from leadline.web.cycles.access import asked_in
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.people.models import Person
from leadline.web.rating.models import Draft, Submission
from leadline.web.results.models import Result, Run

Act = Callable[[Cycle, Actor], object]
NOON_IN_LONDON = datetime(2026, 1, 14, 12, tzinfo=UTC)
"""Night in Los Angeles."""


def many(world: World, n: int) -> Cycle:
    """A draft in which a team of so many is assessed."""
    actor = world.actor("analytics")
    cycle = planning.create(actor, f"Team of {n}")
    draft = world.things["cycle_draft"]
    dates = {name: getattr(draft, name) for name in ("nominate_until", "opens", "closes", "appeal_until")}
    Cycle.objects.filter(pk=cycle.pk).update(framework=draft.framework, **dates)
    cycle.refresh_from_db()
    lead = Person.objects.create(organisation=world.organisation, key=f"lead{n}", name="Lead")
    team = [
        Person(organisation=world.organisation, key=f"{n}-{i}", name=f"P {i}", email=f"{n}-{i}@x.example")
        for i in range(n)
    ]
    for one in team:
        one.manager = lead
    Person.objects.bulk_create(team)
    planning.assess(actor, cycle, Person.objects.filter(manager=lead))
    return cycle


@pytest.mark.parametrize(
    "act",
    [
        launching.launch,
        lambda cycle, actor: planning.leave_out(actor, cycle, cycle.participants.all()),
        lambda cycle, actor: planning.discard(actor, cycle),
    ],
    ids=["launch", "leave_out", "discard"],
)
def test_the_number_of_queries_does_not_grow_with_the_ratees(world: World, data: Path, act: Act) -> None:
    counts = []
    for n in (4, 5, 40):
        cycle = many(world, n)
        with CaptureQueriesContext(connection) as queries:
            act(cycle, world.actor("analytics"))
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_by_the_clock_exactly_those_are_marked_in_whose_place_it_is_day(world: World, data: Path) -> None:
    cycle = many(world, 6)
    asleep = Person.objects.filter(key__in=("6-0", "6-1"))
    asleep.update(time_zone="America/Los_Angeles")
    other = many(world, 5)
    for one in (cycle, other):
        launching.launch(one, world.actor("analytics"), invite=False)
    row = cycle.participants.first()
    panels.add_stakeholder(world.actor("analytics"), row, "out@side.example")
    inviting.invite(cycle, NOON_IN_LONDON)
    rows = Assignment.objects.filter(participant__cycle=cycle)
    assert {row.pk for row in rows.filter(invited=False)} == {row.pk for row in rows.filter(rater__in=asleep)}
    assert rows.filter(stakeholder__isnull=False, invited=True).count() == 1
    assert not asked_in(other).filter(invited=True).exists()


def test_at_launch_exactly_those_who_owe_something_are_marked(world: World, data: Path) -> None:
    cycle, other = many(world, 6), many(world, 5)
    launching.launch(other, world.actor("analytics"), invite=False)
    first, second = cycle.participants.order_by("name")[:2]
    Participant.objects.filter(pk=first.pk).update(withdrawn=True)
    removed = second.assignments.get(relationship="manager")
    Assignment.objects.filter(pk=removed.pk).update(state="removed", origin="nomination")
    launching.launch(cycle, world.actor("analytics"))
    unasked = Q(participant=first) | Q(pk=removed.pk)
    rows = Assignment.objects.filter(participant__cycle=cycle)
    assert set(rows.filter(invited=False)) == set(rows.filter(unasked))
    assert not Assignment.objects.filter(participant__cycle=other, invited=True).exists()


def test_cancelling_leaves_nothing_of_its_ratees_and_everything_of_others(world: World, data: Path) -> None:
    cycle, other = many(world, 4), many(world, 5)
    for one in (cycle, other):
        launching.launch(one, world.actor("analytics"))
        asked = Assignment.objects.filter(participant__cycle=one).first()
        draft(asked)
        sheet(asked.participant, "peer", "p", {})
        run = Run.objects.create(cycle=one, number=1)
        Result.objects.create(run=run, participant=asked.participant)
    kept = Assignment.objects.filter(participant__cycle=other).count()
    closing.cancel(cycle, world.actor("analytics"))
    for rows in (
        Participant.objects.filter(cycle=cycle),
        Draft.objects.filter(assignment__participant__cycle=cycle),
        Submission.objects.filter(cycle=cycle),
        Result.objects.filter(run__cycle=cycle),
    ):
        assert not rows.exists()
    assert Assignment.objects.filter(participant__cycle=other).count() == kept
    assert Draft.objects.filter(assignment__participant__cycle=other).count() == 1
    assert Submission.objects.filter(cycle=other).count() == 1
    assert Result.objects.filter(run__cycle=other).count() == 1

"""Undoing an import removes nobody on whom work hangs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone
from tests.web.cast import World
from tests.web.people.files import people, trial

from leadline.web.cycles.models import Assignment, Participant
from leadline.web.people.importing import WorkError, apply, at_work, undo
from leadline.web.people.models import Import, Person, PersonChange

FOUR = "person,name,manager\nboss,Bo Boss,\nratee,Rae Ratee,boss\nrater,Ray Rater,boss\nidle,Ida Idle,rater\n"


def applied(world: World, tmp_path: Path) -> Import:
    found = trial(world, tmp_path, FOUR)
    apply(world.actor("analytics"), found)
    return found


def give_work(world: World) -> None:
    """A place as ratee for one, on a panel for another."""
    cycle = world.things["cycle_running"]
    Participant.objects.create(cycle=cycle, person=Person.objects.get(key="ratee"), name="Rae Ratee")
    panel = Participant.objects.filter(cycle=cycle, person=world.people["ratee"]).get()
    Assignment.objects.create(participant=panel, rater=Person.objects.get(key="rater"), relationship="peer")


def test_undo_refuses_with_the_list_of_those_on_whom_work_hangs(world: World, tmp_path: Path) -> None:
    found = applied(world, tmp_path)
    give_work(world)
    before, n = people(world), (Assignment.objects.count(), Participant.objects.count())
    with pytest.raises(WorkError) as refused:
        undo(world.actor("analytics"), found)
    # Whoever leads them must stay, too; who reports to them need not.
    assert refused.value.fields == {"n": 3, "names": "Bo Boss, Rae Ratee, Ray Rater"}
    assert (people(world), Assignment.objects.count(), Participant.objects.count()) == (before, *n)
    found.refresh_from_db()
    assert found.state == "applied"


def test_undo_notes_a_last_day_of_those_if_it_is_asked_for_and_removes_the_others(
    world: World, tmp_path: Path, as_visitor: Callable[[str], Client]
) -> None:
    found = applied(world, tmp_path)
    give_work(world)
    n = (Assignment.objects.count(), Participant.objects.count())
    client = as_visitor("analytics")
    page = client.get(f"/people/imports/{found.pk}/").content.decode()
    assert "3 people cannot be removed" in page
    assert "Rae Ratee" in page
    client.post(f"/people/imports/{found.pk}/undo/")
    assert Person.objects.filter(key="idle").exists()
    client.post(f"/people/imports/{found.pk}/undo/", {"leave": "yes"})
    today = timezone.localdate().isoformat()
    now = people(world)
    assert {key: now[key]["left"] for key in ("boss", "ratee", "rater")} == dict.fromkeys(
        ("boss", "ratee", "rater"), today
    )
    assert now["ratee"]["manager"] == "boss"
    assert "idle" not in now
    assert (Assignment.objects.count(), Participant.objects.count()) == n
    assert set(PersonChange.objects.filter(source=found).values_list("field", "after")) == {("left", today)}


def test_undo_keeps_whoever_leads_somebody_from_elsewhere(world: World, tmp_path: Path) -> None:
    found = applied(world, tmp_path)
    Person.objects.filter(key="tom").update(manager=Person.objects.get(key="rater"))
    assert at_work(found) == {"rater": "Ray Rater", "boss": "Bo Boss"}
    undo(world.actor("analytics"), found, leave=True)
    assert people(world)["tom"]["manager"] == "rater"


def test_nothing_of_anybodys_work_goes_with_a_person_by_the_way(world: World) -> None:
    """Neither by a click nor by a line of code that is not erasure."""
    for name in ("ratee", "manager", "finn"):
        with pytest.raises(ProtectedError):
            Person.objects.get(pk=world.people[name].pk).delete()

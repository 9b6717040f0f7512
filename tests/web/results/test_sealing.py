"""Sealing: nothing in the database, or in any file of it, leads from a figure to a rater."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.web.cast import World, build
from tests.web.sheets import comments, copied, figures, remark

from leadline.scoring.record import Calibration
from leadline.web.cycles import jobs, keys
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.rating.models import Draft, Submission
from leadline.web.results import clock, sealing
from leadline.web.results.access import results
from leadline.web.results.models import Basis, Comment, Correction, Record, Result
from leadline.web.results.sealing import SealError

Visit = Callable[[str], Client]
ORIGINAL = "zq-original-wording-of-a-rater-zq"


def over(cycle: Cycle) -> Cycle:
    cycle.appeal_until = timezone.localdate() - timedelta(days=3)
    cycle.save()
    return cycle


def test_a_cycle_is_not_sealed_while_it_can_be_contested(world: World) -> None:
    with pytest.raises(SealError):
        sealing.seal(world.things["cycle_released"], world.actor("analytics"))


def test_the_clock_seals_on_the_day_after_the_window(world: World) -> None:
    cycle = over(world.things["cycle_released"])
    clock.due(timezone.now())
    cycle.refresh_from_db()
    assert cycle.state == "sealed"


def _said(comment: Comment) -> tuple[str, str, str]:
    return comment.group, comment.competency, comment.text


def test_until_sealing_a_row_says_neither_group_nor_competency_of_a_comment(world: World) -> None:
    there = Comment.objects.filter(participant__cycle=world.things["cycle_released"])
    assert {(one.group, one.competency, one.text) for one in there} == {("", "", "")}
    assert all(one.group and one.text for one in comments(there))


def test_what_could_lead_to_a_rater_is_gone_and_what_was_released_stays(world: World) -> None:
    cycle = over(world.things["cycle_released"])
    before = figures(cycle.runs.get())
    said = sorted(_said(one) for one in comments(Comment.objects.filter(participant__cycle=cycle)))
    sealing.seal(cycle, world.actor("analytics"))
    assert dict(results(cycle).values_list("participant", "figures")) == before
    assert not Result.objects.filter(run__cycle=cycle, sets__isnull=False).exists()
    assert not Basis.objects.filter(run__cycle=cycle).exists()
    assert not Submission.objects.filter(cycle=cycle).exists()
    assert not Draft.objects.filter(assignment__participant__cycle=cycle).exists()
    there = Comment.objects.filter(participant__cycle=cycle)
    assert all(group and text for group, _, text in said)
    assert sorted(there.values_list("group", "competency", "text")) == said
    assert not there.filter(hidden__isnull=False).exists()
    assert not Assignment.objects.filter(participant__cycle=cycle, submitted=True).exists()


def test_the_record_that_stays_holds_nothing_of_whoever_was_withdrawn_or_erased(world: World) -> None:
    cycle = over(world.things["cycle_released"])
    people = {one.name: one for one in cycle.participants.all()}
    withdrawn, out, erased, *stay = sorted(people)
    Correction.objects.update_or_create(
        participant=people[withdrawn], defaults={"withdrawn": timezone.localdate(), "reason": "Mixed up."}
    )
    Participant.objects.filter(pk=people[out].pk).update(withdrawn=True)
    known = [one.pk for one in people.values()]
    Participant.objects.filter(name=erased, cycle=cycle).delete()
    basis = Basis.objects.get(run__cycle=cycle)
    before = keys.of(cycle.pk).decrypt(basis.record, "record", basis.pk)
    assert {one["ratee"] for one in before["ratees"]} == {str(pk) for pk in known}
    sealing.seal(cycle, world.actor("analytics"))
    content = Record.objects.get(cycle=cycle).content
    assert {one["ratee"] for one in content["ratees"]} == {str(people[name].pk) for name in stay}
    assert Calibration.from_json(content).scales == Calibration.from_json(before).scales


def test_an_overview_that_nobody_saw_does_not_stay_beside_the_last(world: World) -> None:
    cycle = over(world.things["cycle_released"])
    first = cycle.runs.get()
    Result.objects.filter(run=first, participant__name="Ravi Rao").update(shown=True)
    last = copied(first)
    sealing.seal(cycle, world.actor("analytics"))
    tables = dict(cycle.runs.values_list("pk", "tables"))
    assert tables[first.pk] == {}
    assert tables[last.pk]["overview"]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Nobody can find out any more"), ("zh", "再没有人能查出")]
)
def test_a_cycle_of_thousands_is_sealed_by_the_worker(
    world: World, as_visitor: Visit, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    world.users["analytics"].language = language
    world.users["analytics"].save()
    cycle, ana = over(world.things["cycle_released"]), as_visitor("analytics")
    way = ana.post(f"/results/cycles/{cycle.pk}/seal/")["Location"]
    assert ana.get(way).status_code == 200
    jobs.work.func(str(cycle.jobs.get().pk))
    assert said in ana.get(way, follow=True).content.decode()
    cycle.refresh_from_db()
    assert cycle.state == "sealed"


def test_a_large_cycle_that_can_still_be_contested_is_not_sealed_and_the_page_says_why(
    world: World, as_visitor: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    cycle, ana = world.things["cycle_released"], as_visitor("analytics")
    way = ana.post(f"/results/cycles/{cycle.pk}/seal/")["Location"]
    jobs.work.func(str(cycle.jobs.get().pk))
    assert "appeal window" in ana.get(way).content.decode()
    cycle.refresh_from_db()
    assert cycle.state == "released"


@pytest.mark.django_db(transaction=True)
def test_no_file_of_the_database_holds_the_original_wording_afterwards() -> None:
    world = build()
    cycle = over(world.things["cycle_released"])
    for comment in Comment.objects.filter(participant__cycle=cycle):
        remark(comment, "Edited.", ORIGINAL, state="public")
    sealing.seal(cycle, world.actor("analytics"))
    assert not keys.exists(cycle)
    if connection.vendor == "sqlite":
        base = Path(str(connection.settings_dict["NAME"]))
        for path in (base, base.with_name(base.name + "-wal")):
            assert not path.exists() or ORIGINAL.encode() not in path.read_bytes()
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT text, c.hidden FROM results_comment c"
                " JOIN cycles_participant p ON p.id = c.participant_id WHERE p.cycle_id = %s",
                [cycle.pk],
            )
            assert set(cursor.fetchall()) == {("Edited.", None)}
    call_command("flush", interactive=False, verbosity=0)

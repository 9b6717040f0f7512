"""What remains of every column after close, sealing and cancelling is what the table says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from tests.web.cast import World, build

from leadline.web.cycles import closing
from leadline.web.cycles.models import Assignment, Cycle, Mailed
from leadline.web.look import remains
from leadline.web.people.models import Person
from leadline.web.project.erasure import erase
from leadline.web.rating.models import Draft, Submission
from leadline.web.results import sealing

OURS = [model for model in apps.get_models() if model.__module__.startswith("leadline.")]
DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "what-remains.md"
ALLOWED = (remains.STAYS, remains.BLANK, remains.GONE)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_column_has_a_rule(model: type[models.Model]) -> None:
    rule = next(one for one in remains.table() if one.model is model)
    assert set(rule.columns) == {field.name for field in model._meta.concrete_fields}
    for column in rule.columns:
        assert {rule.of(column, moment) for moment in remains.MOMENTS} <= set(ALLOWED)
    given = {moment for when in (rule.rows, *rule.columns.values()) for moment in when}
    assert given <= set(remains.MOMENTS)


def test_the_table_is_documented_as_it_is() -> None:
    assert "\n".join(remains.documented()) in DOCUMENT.read_text(encoding="utf-8")


def deeds(world: World) -> dict[str, tuple[Cycle, Callable[[Cycle], object]]]:
    actor = world.actor("analytics")
    running = world.things["rate_new"].participant.cycle
    return {
        "close": (running, lambda cycle: closing.close(cycle, actor)),
        "seal": (world.things["cycle_released"], lambda cycle: sealing.seal(cycle, actor)),
        "cancel": (running, lambda cycle: closing.cancel(cycle, actor)),
    }


@pytest.mark.parametrize("moment", ["close", "seal", "cancel"])
def test_the_database_holds_what_the_table_leaves_and_no_more(world: World, moment: str) -> None:
    cycle, deed = deeds(world)[moment]
    Cycle.objects.filter(pk=cycle.pk).update(appeal_until=timezone.localdate() - timedelta(days=3))
    Assignment.objects.filter(participant__cycle=cycle).update(
        due=timezone.localdate(), origin="late", opened=True
    )
    Mailed.objects.create(cycle=cycle, kind="reminder", to="bo@acme.example", day=timezone.localdate())
    cycle.refresh_from_db()
    deed(cycle)
    for rule in remains.table():
        path = remains.path_to_owner(rule.model, moment)
        if path is None:
            continue
        rows = rule.model._base_manager.filter(**{path: cycle.pk})
        if rule.model is Mailed:
            rows = rows.exclude(kind="closed")  # ratees are told after closing
        if rule.rows.get(moment) == remains.GONE:
            assert not rows.exists(), rule.model._meta.label
        for column in rule.columns:
            if rule.of(column, moment) == remains.BLANK:
                nothing = remains._nothing(rule.model, column)
                assert all(value == nothing for value in rows.values_list(column, flat=True)), column


def test_nothing_is_left_of_an_erased_person_that_the_table_does_not_name(world: World) -> None:
    petra, others = world.people["rater"], world.people["bo"]
    before = {rule.model: owned(rule, petra) for rule in remains.table()}
    kept = {rule.model: owned(rule, others) for rule in remains.table()}
    assert sum(map(bool, before.values())) > 8
    erase(world.actor("operator"), petra)
    for rule in remains.table():
        left = set(rule.model._base_manager.filter(pk__in=before[rule.model]).values_list("pk", flat=True))
        assert not (left and rule.rows.get("erase") == remains.GONE), rule.model._meta.label
        if rule.model not in (Submission, Assignment, Draft):  # on her, and encrypted anew beside hers
            assert owned(rule, others) == kept[rule.model], rule.model._meta.label


def owned(rule: remains.Rule, person: Person) -> set[object]:
    path = remains.path_to_owner(rule.model, "erase")
    return (
        set(rule.model._base_manager.filter(**{path: person.pk}).values_list("pk", flat=True))
        if path
        else set()
    )


def test_other_cycles_keep_everything(world: World) -> None:
    before = Submission.objects.filter(cycle=world.things["cycle_review"]).count()
    deeds(world)["cancel"][1](world.things["rate_new"].participant.cycle)
    assert Submission.objects.filter(cycle=world.things["cycle_review"]).count() == before > 0


def order() -> list[object]:
    place = "ctid" if connection.vendor == "postgresql" else "rowid"
    return [row.pk for row in Assignment.objects.raw(f"SELECT id FROM cycles_assignment ORDER BY {place}")]


@pytest.mark.django_db(transaction=True)
def test_closing_lays_sheets_and_assignments_in_another_order_and_compacts() -> None:
    build()
    before = order()
    sealing.settle.call()
    after = order()
    assert sorted(map(str, before)) == sorted(map(str, after))
    assert before != after, "some hundred rows in the same order by chance"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT xmin::text) FROM rating_submission")
            assert cursor.fetchone() == (1,)

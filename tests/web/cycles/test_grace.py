"""What happens around the last day: notice, grace, forms that were begun, and one truth about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.web.cast import World
from tests.web.sheets import draft

from leadline.errors import Language, words
from leadline.web.cycles import clock, closing, deadlines, keys, planning, progress
from leadline.web.cycles.models import Assignment, Cycle, Mailed

Visit = Callable[[str], Client]
DAY = timedelta(days=1)
CLOSES = date(2026, 10, 26)


@pytest.fixture
def running(world: World, data: Path) -> Cycle:
    del data
    cycle: Cycle = world.things["cycle_running"]
    Cycle.objects.exclude(pk=cycle.pk).delete()
    Cycle.objects.filter(pk=cycle.pk).update(closes=CLOSES, appeal_until=CLOSES + 28 * DAY, grace=2)
    Assignment.objects.filter(participant__cycle=cycle).update(invited=True, due=None)
    cycle.refresh_from_db()
    keys.create(cycle)
    return cycle


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def own(world: World) -> Assignment:
    key = world.things["assignment_ratee_bo"].pk
    return Assignment.objects.select_related("participant__cycle").get(pk=key)


def test_answers_are_taken_until_the_grace_is_over_and_the_cycle_closes_then(
    world: World, running: Cycle
) -> None:
    last = CLOSES + 2 * DAY
    moments = [noon(CLOSES), noon(last), noon(last + DAY)]
    assert [deadlines.is_open(own(world), now) for now in moments] == [True, True, False]
    assert [deadlines.due_day(own(world), now) for now in moments[:2]] == [CLOSES, last]
    assert [closing.due_to_close(now) for now in moments] == [[], [], [running]]
    clock.due(noon(CLOSES + DAY))
    running.refresh_from_db()
    assert (running.state, running.late) == ("running", False)


def test_who_was_given_longer_never_has_less_than_the_others(world: World, running: Cycle) -> None:
    Assignment.objects.filter(pk=own(world).pk).update(due=CLOSES)
    assert deadlines.is_open(own(world), noon(CLOSES + 2 * DAY))
    Assignment.objects.filter(pk=own(world).pk).update(due=CLOSES + 5 * DAY)
    Cycle.objects.filter(pk=running.pk).update(late=True)
    assert deadlines.is_open(own(world), noon(CLOSES + 5 * DAY))


def test_the_days_of_grace_are_few_end_before_the_appeals_and_only_rise_after_launch(
    world: World, running: Cycle
) -> None:
    ana = world.actor("analytics")
    for value, said in ((15, "0 to 14"), (-1, "0 to 14"), (1, "only rise from 2")):
        (fault,) = planning.change(ana, running, grace=value)
        assert said in fault.describe("en")
    Cycle.objects.filter(pk=running.pk).update(appeal_until=CLOSES + 3 * DAY)
    (fault,) = planning.change(ana, running, grace=3)
    assert fault.code == "web.cycles.faults.grace_appeal"
    assert planning.change(ana, Cycle.objects.get(pk=running.pk), grace=2) == ()


@pytest.mark.parametrize(("reminders", "kinds"), [([7, 3], {"last"}), ([7, 0], {"reminder"})])
def test_on_the_last_day_everybody_not_known_to_have_finished_gets_one_mail(
    running: Cycle, reminders: list[int], kinds: set[str]
) -> None:
    Cycle.objects.filter(pk=running.pk).update(reminders=reminders)
    for hour in (9, 12, 15):
        clock.due(datetime(2026, 10, 26, hour, tzinfo=UTC))
    sent = list(Mailed.objects.filter(cycle=running, day=CLOSES).values_list("kind", "to"))
    assert {kind for kind, _ in sent} == kinds
    assert len({to for _, to in sent}) == len(sent) > 3


def test_of_forms_begun_only_a_round_number_of_the_whole_cycle_is_told_and_once_a_night(
    world: World, running: Cycle, as_visitor: Visit
) -> None:
    rows = list(Assignment.objects.filter(participant__cycle=running, state="approved", submitted=False))
    Cycle.objects.filter(pk=running.pk).update(noted=CLOSES - 31 * DAY)
    for row, (n, said) in zip(rows[:7], enumerate([0, 0, 0, 0, 5, 5, 5], start=1), strict=True):
        draft(row, answers={"architecture_judgement_1": 4})
        progress.note(running, noon(CLOSES - 30 * DAY + n * DAY))
        running.refresh_from_db()
        assert running.unfinished == said, n
    draft(rows[7], answers={"architecture_judgement_1": 4})
    progress.note(running, noon(CLOSES - 23 * DAY))
    page = as_visitor("analytics").get(f"/cycles/{running.pk}/").content.decode()
    assert "at least 5 forms had been begun and not submitted" in page
    Cycle.objects.filter(pk=running.pk).update(unfinished=0)
    page = as_visitor("analytics").get(f"/cycles/{running.pk}/").content.decode()
    assert "fewer than 5 forms" in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_form_queue_mail_and_closing_page_say_alike_that_only_what_is_submitted_counts(language: str) -> None:
    spoken: Language = "zh" if language == "zh" else "en"
    fields = {"name": "A", "organisation": "B", "cycle": "C", "day": "D", "n": 2}
    keys = (
        "rating.trouble.closed",
        "rating.queue.late_text",
        "rating.over",
        "cycles.mail.last.text",
        "cycles.deed_text.close",
    )
    for key in keys:
        said = words(f"web.{key}", spoken, **fields)
        assert ("不计入结果" if spoken == "zh" else "not") in said, key
        assert "What was saved before counts" not in said

"""The clock of cycles: days end at midnight where the cycle runs, reminders come by day where people are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.cast import World

from leadline.web.cycles import clock, deadlines, inviting, launching, planning
from leadline.web.cycles.models import Assignment, Cycle, Mailed
from leadline.web.people.models import Person

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends"),
    [
        # Clocks go forward: the day has 23 hours. Offsets: IANA time zone database.
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-28T23:00+00:00", "2026-03-29T22:00+00:00"),
        ("America/New_York", date(2026, 3, 8), "2026-03-08T05:00+00:00", "2026-03-09T04:00+00:00"),
        # Clocks go back: it has 25.
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-24T22:00+00:00", "2026-10-25T23:00+00:00"),
        ("America/New_York", date(2026, 11, 1), "2026-11-01T04:00+00:00", "2026-11-02T05:00+00:00"),
        # No change, half an hour, and a day that begins at one o'clock because midnight is skipped.
        ("Asia/Shanghai", date(2026, 3, 29), "2026-03-28T16:00+00:00", "2026-03-29T16:00+00:00"),
        ("Asia/Kathmandu", date(2026, 1, 1), "2025-12-31T18:15+00:00", "2026-01-01T18:15+00:00"),
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00+00:00", "2026-04-24T21:00+00:00"),
    ],
)
def test_a_day_begins_and_ends_at_local_midnight_whatever_the_clocks_do(
    zone: str, day: date, begins: str, ends: str
) -> None:
    assert deadlines.start_of(day, zone) == datetime.fromisoformat(begins)
    assert deadlines.end_of(day, zone) == datetime.fromisoformat(ends)


@given(day=st.dates(date(2020, 1, 1), date(2035, 12, 31)), zone=st.sampled_from(ZONES))
def test_days_follow_one_another_without_gap_or_overlap(day: date, zone: str) -> None:
    assert deadlines.end_of(day, zone) == deadlines.start_of(day + timedelta(days=1), zone)
    # 21 to 27 hours cover every change of clocks; a whole day is left out where the date line moved.
    assert 20 * HOUR <= deadlines.end_of(day, zone) - deadlines.start_of(day, zone) <= 28 * HOUR
    moment = deadlines.end_of(day, zone) - timedelta(seconds=1)
    assert deadlines.today(Cycle(time_zone=zone), moment) <= day


@pytest.fixture
def running(world: World) -> Cycle:
    """Closes on the Monday after Berlin put its clocks back."""
    found: Cycle = world.things["cycle_running"]
    Cycle.objects.exclude(pk=found.pk).delete()
    Cycle.objects.filter(pk=found.pk).update(
        closes=date(2026, 10, 26), reminders=[1, 0], noted=date(2026, 10, 1)
    )
    found.refresh_from_db()
    Mailed.objects.all().delete()
    return found


def first_reminder(cycle: Cycle, zone: str, start: datetime, hours: int) -> list[datetime]:
    """When the clock would remind somebody in a zone, looked at every quarter of an hour."""
    person = Person(time_zone=zone)
    moments = (start + timedelta(minutes=15 * i) for i in range(4 * hours))
    due = [m for m in moments if inviting.is_due(cycle, person, cycle.closes, m)]
    days: dict[date, datetime] = {}
    for moment in due:
        days.setdefault(moment.astimezone(ZoneInfo(zone)).date(), moment)
    return list(days.values())


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        # Nine in the morning of the 25th and of the 26th, wherever one is.
        ("Europe/Berlin", ["2026-10-25T08:00+00:00", "2026-10-26T08:00+00:00"]),
        ("America/New_York", ["2026-10-25T13:00+00:00", "2026-10-26T13:00+00:00"]),
        ("Asia/Shanghai", ["2026-10-25T01:00+00:00", "2026-10-26T01:00+00:00"]),
        ("Pacific/Auckland", ["2026-10-24T20:00+00:00", "2026-10-25T20:00+00:00"]),
    ],
)
def test_reminders_come_at_nine_in_the_morning_of_whoever_gets_them(
    running: Cycle, zone: str, expected: list[str]
) -> None:
    found = first_reminder(running, zone, datetime(2026, 10, 23, tzinfo=UTC), 24 * 5)
    assert found == [datetime.fromisoformat(moment) for moment in expected]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    zone=st.sampled_from(ZONES),
    closes=st.dates(date(2024, 1, 2), date(2030, 12, 30)),
    before=st.integers(0, 6),
)
def test_in_any_zone_and_season_there_is_one_reminder_a_day_of_reminding(
    zone: str, closes: date, before: int
) -> None:
    cycle = Cycle(time_zone="Europe/Berlin", closes=closes, reminders=[before])
    day = closes - timedelta(days=before)
    start = datetime.combine(day - timedelta(days=2), datetime.min.time(), tzinfo=UTC)
    found = first_reminder(cycle, zone, start, 24 * 5)
    assert [moment.astimezone(ZoneInfo(zone)).date() for moment in found] == [day]
    assert found[0].astimezone(ZoneInfo(zone)).hour == 9


def test_the_clock_reminds_each_once_a_day_in_their_own_morning(world: World, running: Cycle) -> None:
    Person.objects.filter(pk=world.people["bo"].pk).update(time_zone="America/New_York")
    sent: dict[datetime, set[str]] = {}
    moment = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    while moment < datetime(2026, 10, 26, 0, 0, tzinfo=UTC):
        before = set(Mailed.objects.filter(kind="reminder").values_list("to", flat=True))
        clock.due(moment)
        new = set(Mailed.objects.filter(kind="reminder").values_list("to", flat=True)) - before
        if new:
            sent[moment] = new
        moment += timedelta(minutes=15)
    assert set(sent) == {
        datetime(2026, 10, 25, 8, 0, tzinfo=UTC),  # nine in Berlin, an hour later than the day before
        datetime(2026, 10, 25, 13, 0, tzinfo=UTC),  # nine in New York, still on summer time
    }
    assert sent[datetime(2026, 10, 25, 13, 0, tzinfo=UTC)] == {"bo@acme.example"}


def test_whoever_is_not_known_to_have_finished_by_the_night_before_is_reminded(
    world: World, running: Cycle
) -> None:
    Assignment.objects.filter(rater=world.people["bo"]).update(submitted=True)
    clock.due(datetime(2026, 10, 25, 7, 0, tzinfo=UTC))
    # Too late for last night; and of somebody from outside, who rates one person, nothing is known.
    Assignment.objects.filter(rater=world.people["chidi"]).update(submitted=True)
    Assignment.objects.filter(stakeholder__isnull=False).update(submitted=True)
    clock.due(datetime(2026, 10, 25, 8, 0, tzinfo=UTC))
    to = set(Mailed.objects.filter(kind="reminder").values_list("to", flat=True))
    assert "bo@acme.example" not in to
    assert {"mei@acme.example", "chidi@acme.example", "customer@example.org"} <= to


def test_a_reminder_by_hand_spares_that_day_s_by_the_clock(running: Cycle) -> None:
    n = inviting.remind(running, datetime(2026, 10, 25, 7, 0, tzinfo=UTC))
    assert n
    clock.due(datetime(2026, 10, 25, 8, 0, tzinfo=UTC))
    assert Mailed.objects.filter(kind="reminder").count() == n


def test_a_cycle_closes_at_the_midnight_after_its_closing_day_and_not_before(running: Cycle) -> None:
    midnight = datetime(2026, 10, 26, 23, 0, tzinfo=UTC)  # Berlin, winter time
    clock.due(midnight - timedelta(minutes=1))
    assert Cycle.objects.get(pk=running.pk).state == "running"
    clock.due(midnight)
    assert Cycle.objects.get(pk=running.pk).state == "scoring"


def test_with_an_extension_the_cycle_stays_open_for_that_rater_alone(world: World, running: Cycle) -> None:
    Assignment.objects.filter(participant__cycle=running, rater=world.people["bo"]).update(
        due=date(2026, 10, 28)
    )
    clock.due(datetime(2026, 10, 26, 23, 1, tzinfo=UTC))
    now = Cycle.objects.get(pk=running.pk)
    assert (now.state, now.late) == ("running", True)
    assert planning.change(
        world.actor("analytics"), now, closes=deadlines.today(now) + timedelta(days=400)
    )  # too long; and the day cannot be in the past either
    clock.due(datetime(2026, 10, 28, 23, 0, tzinfo=UTC))
    assert Cycle.objects.get(pk=running.pk).state == "scoring"


def test_the_clock_launches_what_was_scheduled_and_invites_by_day(world: World, data: Path) -> None:
    draft: Cycle = world.things["cycle_draft"]
    Cycle.objects.exclude(pk=draft.pk).delete()
    launching.schedule(draft, world.actor("analytics"))
    assert draft.opens
    begins = deadlines.start_of(draft.opens, draft.time_zone)
    clock.due(begins - timedelta(minutes=1))
    assert Cycle.objects.get(pk=draft.pk).state == "draft"
    clock.due(begins)
    assert Cycle.objects.get(pk=draft.pk).state == "running"
    assert not Mailed.objects.filter(kind="invite").exclude(state="sent").exists()
    clock.due(begins + 10 * HOUR)
    assert Mailed.objects.filter(cycle=draft, kind="invite").exists()
    assert not Assignment.objects.filter(participant__cycle=draft, invited=False).exists()


def test_a_scheduled_cycle_that_lacks_something_by_then_waits_for_somebody(world: World, data: Path) -> None:
    draft: Cycle = world.things["cycle_draft"]
    launching.schedule(draft, world.actor("analytics"))
    draft.participants.all().delete()
    assert draft.opens
    clock.due(deadlines.start_of(draft.opens, draft.time_zone))
    now = Cycle.objects.get(pk=draft.pk)
    assert (now.state, now.scheduled) == ("draft", False)


def test_on_days_of_reminding_those_on_whom_a_nomination_waits_are_asked_again(world: World) -> None:
    cycle: Cycle = world.things["cycle_nominating"]
    Cycle.objects.exclude(pk=cycle.pk).delete()
    Cycle.objects.filter(pk=cycle.pk).update(
        nominate_until=date(2100, 5, 10), opens=date(2100, 5, 20), closes=date(2100, 6, 20), reminders=[3]
    )
    Mailed.objects.all().delete()
    clock.due(datetime(2100, 5, 6, 8, 0, tzinfo=UTC))
    assert not Mailed.objects.exists()
    clock.due(datetime(2100, 5, 7, 8, 0, tzinfo=UTC))
    assert list(Mailed.objects.values_list("kind", "to")) == [("nominate", "ravi@acme.example")]
    clock.due(datetime(2100, 5, 7, 9, 0, tzinfo=UTC))
    assert Mailed.objects.count() == 1
    clock.due(datetime(2100, 5, 17, 8, 0, tzinfo=UTC))
    assert Mailed.objects.filter(kind="approve", to="mei@acme.example").count() == 1

"""Progress is told in steps, once a night, and no step tells of one rater alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.cast import World

from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles import access, clock, closing, following, inviting, launching, panels, planning
from leadline.web.cycles import progress as noting
from leadline.web.cycles.deadlines import end_of, start_of, today
from leadline.web.cycles.models import (
    Assignment,
    Cycle,
    GroupProgress,
    Mailed,
    Participant,
    PersonalLink,
    RaterProgress,
)
from leadline.web.cycles.moves import move
from leadline.web.cycles.progress import ALL, ENOUGH, EVERYTHING, FEW, NOTHING, SOME
from leadline.web.people.models import Person

DAY = timedelta(days=1)
ANSWERS = st.lists(st.integers(0, 12), min_size=1, max_size=8)


@pytest.fixture
def running(world: World) -> Cycle:
    """Ravi has five peers, three reports and a customer; Bo, Chidi and Finn rate three people."""
    found: Cycle = world.things["cycle_running"]
    Cycle.objects.exclude(pk=found.pk).delete()
    return found


@pytest.fixture
def ravi(world: World, running: Cycle) -> Participant:
    found: Participant = world.things["participant_ratee"]
    found.cycle = running
    return found


def answer(cycle: Cycle, *raters: Person, about: Participant | None = None, has: bool = True) -> None:
    rows = Assignment.objects.filter(participant__cycle=cycle, rater__in=raters)
    (rows.filter(participant=about) if about else rows).update(submitted=has)


def night(cycle: Cycle, n: int = 1) -> None:
    """Let the clock strike midnight, ``n`` days from today."""
    noting.note(cycle, start_of(today(cycle) + n * DAY, cycle.time_zone))
    cycle.refresh_from_db()


def group(ratee: Participant, relationship: str = "peer") -> int:
    return GroupProgress.objects.get(participant=ratee, relationship=relationship).step


def rater(cycle: Cycle, person: Person) -> int | None:
    return RaterProgress.objects.get(cycle=cycle, rater=person).step


@given(n=st.integers(1, 12), least=st.integers(1, 8), answers=ANSWERS, growth=ANSWERS)
def test_a_group_rises_never_tells_of_fewer_than_its_least_number_and_loses_only_the_highest_step(
    n: int, least: int, answers: list[int], growth: list[int]
) -> None:
    step, asked, first = FEW, n, n
    for n_in, more in zip(answers, growth, strict=False):
        asked += more
        after = noting.group_step(asked, min(n_in, asked), first=first, least=least, before=step)
        assert after >= min(step, ENOUGH)
        assert after == FEW or asked >= least
        assert after < ALL or asked == first
        step = after


@given(n=st.integers(1, 12), anonymous=st.integers(1, 12), answers=ANSWERS)
def test_a_rater_of_one_or_two_is_told_nothing_of_and_all_others_only_rise(
    n: int, anonymous: int, answers: list[int]
) -> None:
    anonymous = min(anonymous, n)
    step: int | None = NOTHING
    for n_in in answers:
        after = noting.rater_step(n, min(n_in, n), anonymous, first=n, before=step)
        assert (after is None) == (anonymous < 3)
        assert after is None or step is None or after >= step
        step = after
    assert noting.rater_step(n + 5, n + 5, anonymous + 5, first=n, before=step) in (None, SOME)


def test_what_comes_in_by_day_is_told_after_the_night(
    world: World, running: Cycle, ravi: Participant
) -> None:
    peers = [world.people[name] for name in ("bo", "chidi", "elif", "finn", "rater")]
    assert (group(ravi), rater(running, peers[0])) == (FEW, NOTHING)
    answer(running, *peers[:3], about=ravi)
    noting.note(running)
    assert (group(ravi), rater(running, peers[0])) == (FEW, NOTHING)
    night(running)
    assert (group(ravi), rater(running, peers[0])) == (ENOUGH, SOME)
    answer(running, *peers)
    night(running, 2)
    assert (group(ravi), rater(running, peers[0])) == (ALL, EVERYTHING)
    answer(running, *peers, has=False)
    night(running, 3)
    assert (group(ravi), rater(running, peers[0])) == (ALL, EVERYTHING)


def test_ratings_under_a_name_are_in_or_not(world: World, running: Cycle, ravi: Participant) -> None:
    answer(running, world.people["manager"], about=ravi)
    night(running)
    assert group(ravi, "manager") == ALL
    assert group(ravi, "self") == FEW
    answer(running, world.people["manager"], has=False)
    night(running, 2)
    assert group(ravi, "manager") == FEW


def test_who_rates_one_or_two_anonymously_is_told_nothing_of(
    world: World, running: Cycle, ravi: Participant
) -> None:
    gita = world.people["gita"]
    for n in (1, 2):
        answer(running, gita, has=n == 2)
        assert rater(running, gita) is None
        night(running, n)
    # Nor when they are asked about more people later, which would tell of the first.
    for name in ("rater", "elif"):
        panels.add(world.actor("analytics"), world.things[f"participant_{name}"], gita, "peer")
    night(running, 3)
    assert rater(running, gita) is None


def test_taking_raters_off_withdrawing_and_bringing_back_change_no_step(
    world: World, running: Cycle, ravi: Participant
) -> None:
    actor, bo = world.actor("analytics"), world.people["bo"]
    peers = [world.people[name] for name in ("chidi", "elif", "finn", "rater")]
    answer(running, *peers)
    answer(running, bo)
    answer(running, bo, about=ravi, has=False)
    night(running)
    assert (group(ravi), rater(running, bo)) == (ENOUGH, SOME)
    panels.remove(actor, ravi.assignments.get(rater=bo))
    night(running, 2)
    # Counted among those still asked, both would now say "all": that Ravi was the one Bo had left out.
    assert (group(ravi), rater(running, bo)) == (ENOUGH, SOME)
    petra = world.things["participant_rater"]
    petra.cycle = running
    launching.withdraw_ratee(actor, petra)
    night(running, 3)
    launching.bring_back(actor, petra)
    night(running, 4)
    assert (group(ravi), rater(running, bo)) == (ENOUGH, SOME)


def test_the_highest_step_says_nothing_about_a_newcomer(
    world: World, running: Cycle, ravi: Participant
) -> None:
    actor, tom = world.actor("analytics"), world.people["member"]
    peers = [world.people[name] for name in ("bo", "chidi", "elif", "finn", "rater")]
    answer(running, *peers)
    night(running)
    assert group(ravi) == ALL
    panels.add(actor, ravi, tom, "peer")
    for n, has in ((2, False), (3, True)):
        answer(running, tom, has=has)
        night(running, n)
        assert group(ravi) == ENOUGH
    finn = world.people["finn"]
    assert rater(running, finn) == EVERYTHING
    dana = launching.add_ratee(actor, running, world.people["dana"])
    panels.add(actor, dana, finn, "peer")
    for n, has in ((4, False), (5, True)):
        answer(running, finn, about=dana, has=has)
        night(running, n)
        assert rater(running, finn) == SOME


def test_a_least_number_that_is_raised_does_not_count_a_group(
    world: World, running: Cycle, ravi: Participant
) -> None:
    answer(running, *(world.people[name] for name in ("bo", "chidi", "finn")))
    night(running)
    raised = {**running.thresholds, "peer": 5}
    assert planning.change(world.actor("analytics"), running, thresholds=raised) == ()
    night(running, 2)
    assert group(ravi) == ENOUGH


def test_the_clock_notes_once_a_night_and_catches_up(world: World, running: Cycle, ravi: Participant) -> None:
    midnight = end_of(today(running), running.time_zone)
    answer(running, *(world.people[name] for name in ("bo", "chidi", "finn")))
    clock.due(midnight - timedelta(minutes=1))
    assert group(ravi) == FEW
    clock.due(midnight + timedelta(hours=10))  # the machine was off at night
    assert group(ravi) == ENOUGH
    answer(running, *(world.people[name] for name in ("elif", "rater")))
    clock.due(midnight + timedelta(hours=11))
    assert group(ravi) == ENOUGH
    clock.due(midnight + DAY)
    assert group(ravi) == ALL


def test_a_closed_cycle_is_noted_in_the_night_after_and_then_no_more(
    world: World, running: Cycle, ravi: Participant
) -> None:
    answer(running, *(world.people[name] for name in ("bo", "chidi", "finn")))
    closing.close(running, world.actor("analytics"))
    assert group(ravi) == FEW
    midnight = end_of(today(running), running.time_zone)
    clock.due(midnight)
    assert group(ravi) == ENOUGH
    assert list(noting.due(midnight + 7 * DAY)) == []


def test_closing_and_opening_again_is_no_second_look_and_tells_of_no_rater(
    world: World, running: Cycle, ravi: Participant
) -> None:
    actor = world.actor("analytics")
    answer(running, world.people["bo"])
    night(running)
    closing.close(running, actor)
    assert not running.raters.exists()
    move(running, "scored", world.organisation)
    closing.reopen(running, actor, today(running) + 5 * DAY)
    answer(running, *(world.people[name] for name in ("chidi", "finn")), about=ravi)
    night(running)
    assert group(ravi) == FEW
    night(running, 2)
    assert group(ravi) == ENOUGH
    assert set(running.raters.values_list("step", flat=True)) == {None}
    assert inviting.remind(running) == access.raters(running).count()


def test_at_close_nothing_is_left_of_who_was_late_or_was_given_longer(
    world: World, running: Cycle, ravi: Participant
) -> None:
    actor = world.actor("analytics")
    assert running.closes
    panels.add(actor, ravi, world.people["member"], "peer")
    launching.extend(actor, running, world.people["bo"], running.closes + 3 * DAY)
    launching.extend(actor, running, world.things["stakeholder"], running.closes + 5 * DAY)
    closing.close(running, actor)
    kept = Assignment.objects.filter(participant__cycle=running)
    assert set(kept.values_list("origin", "due")) == {("rule", None)}
    assert set(Mailed.objects.filter(cycle=running).values_list("kind", flat=True)) == {"closed"}
    (expires,) = set(PersonalLink.objects.values_list("expires", flat=True))
    assert expires == end_of(today(running), running.time_zone)


def test_a_leaver_is_taken_off_every_panel_done_or_not(world: World, running: Cycle) -> None:
    bo = world.people["bo"]
    Person.objects.filter(pk=bo.pk).update(left=today(running) - DAY)
    for n in (1, 3):
        Assignment.objects.filter(rater=bo).update(state="approved", submitted=False)
        some = Assignment.objects.filter(rater=bo).values_list("pk", flat=True)[:n]
        Assignment.objects.filter(pk__in=list(some)).update(submitted=True)
        assert following.follow(running) == 3
        assert set(Assignment.objects.filter(rater=bo).values_list("state", flat=True)) == {"removed"}
        assert AuditRecord.objects.filter(action="cycles.leavers_removed").last().detail == {"n": 3}  # type: ignore[union-attr]  # just written


def test_whether_somebody_back_on_a_panel_had_answered_is_not_seen(
    world: World, running: Cycle, ravi: Participant
) -> None:
    actor, bo = world.actor("analytics"), world.people["bo"]
    own = ravi.assignments.get(rater=bo)
    for has in (False, True):
        answer(running, bo, has=has)
        panels.remove(actor, own)
        with pytest.raises(panels.PanelError, match="another relationship"):
            panels.add(actor, ravi, bo, "report")
        panels.add(actor, ravi, bo, "peer")
        assert Assignment.objects.get(pk=own.pk).submitted is has


def test_a_manager_who_has_answered_keeps_the_place_though_taken_off(
    world: World, running: Cycle, ravi: Participant
) -> None:
    actor = world.actor("analytics")
    answer(running, world.people["manager"])
    panels.remove(actor, ravi.assignments.get(relationship="manager"))
    with pytest.raises(panels.PanelError, match="a manager on this panel"):
        panels.add(actor, ravi, world.people["dana"], "manager")
    launching.change_manager(actor, ravi, world.people["dana"])
    assert not ravi.assignments.filter(rater=world.people["dana"]).exists()


def test_progress_of_cycles_from_before_there_were_notes_is_noted_at_once(
    world: World, running: Cycle, ravi: Participant
) -> None:
    GroupProgress.objects.all().delete()
    RaterProgress.objects.all().delete()
    Cycle.objects.filter(pk=running.pk).update(state="review", noted=None)
    peers = list(ravi.assignments.filter(relationship="peer", state="approved")[:3])
    done = [one.pk for one in (*peers, ravi.assignments.get(relationship="self"))]
    Assignment.objects.filter(pk__in=done).update(submitted=True)
    clock.due(datetime.now(tz=UTC))
    found = {one.relationship: one.word for one in noting.of(ravi)}
    assert found == {
        "self": "in",
        "manager": "open",
        "peer": "enough",
        "report": "few",
        "stakeholder": "few",
    }
    assert not running.raters.exists()


def test_at_launch_nobody_has_answered_and_only_who_is_asked_is_kept(world: World, data: Path) -> None:
    draft: Cycle = world.things["cycle_draft"]
    tom = draft.participants.get(person=world.people["ratee"])
    panels.remove(world.actor("analytics"), tom.assignments.get(rater=world.people["bo"]))
    launching.launch(draft, world.actor("analytics"))
    assert draft.noted == today(draft)
    assert set(GroupProgress.objects.filter(participant__cycle=draft).values_list("step", flat=True)) == {FEW}
    assert set(draft.raters.values_list("step", flat=True)) <= {NOTHING, None}
    assert not Assignment.objects.filter(participant__cycle=draft).exclude(state="approved").exists()

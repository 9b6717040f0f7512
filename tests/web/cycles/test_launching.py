"""Launch freezes; late changes, leavers and new managers follow; closing and opening again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.web.cast import World

from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles import closing, deadlines, following, keys, launching, panels, planning, posting
from leadline.web.cycles.access import asked_in, owing
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Assignment, Cycle, Mailed, Participant, PersonalLink
from leadline.web.cycles.moves import MoveError, move
from leadline.web.people.models import Person

DAY = timedelta(days=1)


@pytest.fixture
def draft(world: World, data: Path) -> Cycle:
    return world.things["cycle_draft"]  # type: ignore[no-any-return]


@pytest.fixture
def running(world: World) -> Cycle:
    return world.things["cycle_running"]  # type: ignore[no-any-return]


def mails(cycle: Cycle, kind: str) -> set[str]:
    return set(Mailed.objects.filter(cycle=cycle, kind=kind, state="waiting").values_list("to", flat=True))


def test_launch_makes_the_key_freezes_names_and_invites_each_rater_once(world: World, draft: Cycle) -> None:
    Person.objects.filter(pk=world.people["ratee"].pk).update(
        name="Ravi R. Rao", manager=world.people["dana"]
    )
    launching.launch(draft, world.actor("analytics"))
    assert keys.exists(draft)
    ravi = draft.participants.get(person=world.people["ratee"])
    assert (ravi.name, ravi.manager_id) == ("Ravi R. Rao", world.people["dana"].pk)
    raters = set(asked_in(draft).values_list("rater__email", flat=True))
    assert mails(draft, "invite") == raters
    assert not asked_in(draft).filter(invited=False).exists()
    Person.objects.filter(pk=world.people["ratee"].pk).update(name="Somebody Else", team=None)
    ravi.refresh_from_db()
    assert ravi.name == "Ravi R. Rao"


def test_a_cycle_that_lacks_something_is_not_launched_and_stays_as_it_was(world: World, data: Path) -> None:
    empty = planning.create(world.actor("analytics"), "Empty")
    with pytest.raises(launching.LaunchError, match="3 things are missing"):
        launching.launch(empty, world.actor("analytics"))
    assert Cycle.objects.get(pk=empty.pk).state == empty.state == "draft"
    assert not keys.exists(empty)


def test_thresholds_are_at_least_those_of_the_framework(running: Cycle) -> None:
    running.refresh_from_db()
    assert {"self": 1, "manager": 1, "peer": 3, "report": 3, "stakeholder": 3}.items() <= (
        running.thresholds.items()
    )


def test_raters_who_were_only_proposed_are_not_asked(world: World) -> None:
    cycle: Cycle = world.things["cycle_nominating"]
    launching.launch(cycle, world.actor("analytics"))
    asked = asked_in(cycle).filter(relationship__in=("peer", "stakeholder"))
    assert not asked.exists()
    assert not Assignment.objects.filter(participant__cycle=cycle, state="proposed").exists()


def test_a_late_rater_is_invited_alone(world: World, running: Cycle) -> None:
    added = panels.add(
        world.actor("analytics"), world.things["participant_ratee"], world.people["dana"], "peer"
    )
    assert (added.origin, added.invited) == ("late", False)
    launching.inviting.invite(running)
    assert mails(running, "invite") == {"dana@acme.example"}


def test_a_late_ratee_gets_a_panel_by_the_rules(world: World, running: Cycle) -> None:
    late = launching.add_ratee(world.actor("analytics"), running, world.people["bo"])
    assert set(late.assignments.values_list("relationship", flat=True)) == {"self", "manager", "peer"}
    with pytest.raises(launching.LaunchError, match="takes part already"):
        launching.add_ratee(world.actor("analytics"), running, world.people["bo"])


def test_after_the_closing_day_nobody_is_added_whom_nobody_could_rate(world: World, running: Cycle) -> None:
    ana, ratee, dana = world.actor("analytics"), world.things["participant_ratee"], world.people["dana"]
    before = running.participants.count(), Assignment.objects.filter(participant__cycle=running).count()
    Cycle.objects.filter(pk=running.pk).update(late=True)
    with pytest.raises(launching.LaunchError, match="closing day is over"):
        launching.add_ratee(ana, running, world.people["bo"])
    with pytest.raises(panels.PanelError, match="closing day is over"):
        panels.add(ana, ratee, dana, "peer")
    launching.change_manager(ana, ratee, dana)
    after = running.participants.count(), Assignment.objects.filter(participant__cycle=running).count()
    assert (after, ratee.manager) == (before, dana)


def test_after_the_closing_day_who_is_added_can_answer_as_long_as_anybody_of_the_ratee(
    world: World, running: Cycle
) -> None:
    ana, ratee, dana = world.actor("analytics"), world.things["participant_ratee"], world.people["dana"]
    assert running.closes
    until = running.closes + 2 * DAY
    launching.extend(ana, running, world.people["bo"], until)
    ratee.assignments.filter(relationship="manager").update(submitted=False)
    Cycle.objects.filter(pk=running.pk).update(late=True)
    launching.change_manager(ana, ratee, dana)
    asked = Assignment.objects.select_related("participant__cycle").get(participant=ratee, rater=dana)
    assert (asked.relationship, asked.due, deadlines.is_open(asked)) == ("manager", until, True)


def test_nobody_is_asked_about_a_withdrawn_ratee_until_they_are_back(world: World, running: Cycle) -> None:
    elif_: Participant = world.things["participant_elif"]
    launching.withdraw_ratee(world.actor("analytics"), elif_)
    assert not asked_in(running).filter(participant=elif_).exists()
    launching.bring_back(world.actor("analytics"), elif_)
    assert asked_in(running).filter(participant=elif_).exists()


def test_an_extension_gives_one_rater_longer_and_tells_not_what_they_have_done(
    world: World, running: Cycle
) -> None:
    bo = world.people["bo"]
    Assignment.objects.filter(pk=world.things["assignment_ratee_bo"].pk).update(submitted=True)
    assert running.closes
    until = running.closes + 3 * DAY
    launching.extend(world.actor("analytics"), running, bo, until)
    dues = set(
        Assignment.objects.filter(participant__cycle=running, rater=bo, state="approved").values_list(
            "due", flat=True
        )
    )
    assert dues == {until}
    assert mails(running, "extended") == {"bo@acme.example"}
    assert deadlines.last_day(running) == until
    with pytest.raises(launching.LaunchError, match="closing day or later"):
        launching.extend(world.actor("analytics"), running, bo, running.closes - DAY)
    with pytest.raises(launching.LaunchError, match="rates nobody"):
        launching.extend(world.actor("analytics"), running, world.people["dana"], until)


def test_somebody_from_outside_is_given_longer_and_their_new_link_lasts_as_long(
    world: World, running: Cycle
) -> None:
    customer = world.things["stakeholder"]
    assert running.closes
    until = running.closes + 5 * DAY
    launching.extend(world.actor("analytics"), running, customer, until)
    assert mails(running, "extended") == {"customer@example.org"}
    posting.personal(customer, running, until)
    last = PersonalLink.objects.order_by("expires").last()
    assert last
    assert last.expires == deadlines.end_of(until, running.time_zone)


def test_after_the_closing_day_only_those_with_an_extension_can_answer(world: World, running: Cycle) -> None:
    assert running.closes
    launching.extend(world.actor("analytics"), running, world.people["bo"], running.closes + 2 * DAY)
    night = deadlines.end_of(running.closes, running.time_zone)
    assert closing.due_to_close(night) == []
    assert closing.due_to_close(night + 2 * DAY) == [running]
    Cycle.objects.filter(pk=running.pk).update(late=True)
    assert set(owing().filter(participant__cycle=running).values_list("rater__key", flat=True)) == {"bo"}
    bo = Assignment.objects.select_related("participant__cycle").get(
        pk=world.things["assignment_ratee_bo"].pk
    )
    other = world.things["assignment_ratee_chidi"]
    assert deadlines.is_open(bo, night)
    assert not deadlines.is_open(other, night)
    assert deadlines.is_open(other, night - timedelta(seconds=1))


def test_somebody_s_last_day_is_a_working_day(world: World, running: Cycle) -> None:
    Person.objects.filter(pk=world.people["bo"].pk).update(left=today(running))
    assert following.follow(running) == 0
    Person.objects.filter(pk=world.people["bo"].pk).update(left=today(running) - DAY)
    assert following.follow(running) == 3
    entry = AuditRecord.objects.get(action="cycles.leavers_removed")
    assert (entry.actor, entry.detail) == ("", {"n": 3})


def test_leavers_joiners_and_new_managers_are_found(world: World, running: Cycle) -> None:
    Person.objects.filter(pk=world.people["elif"].pk).update(left=today(running) - DAY)
    Person.objects.filter(pk=world.people["ratee"].pk).update(manager=world.people["dana"])
    joiner = Person.objects.create(
        organisation=world.organisation,
        key="jo",
        name="Jo",
        team=world.people["bo"].team,
        started=today(running),
    )
    assert [row.name for row in following.left(running)] == ["Elif Eren"]
    assert [row.name for row in following.with_another_manager(running)] == ["Ravi Rao"]
    assert list(following.joined(running)) == [joiner]


@pytest.mark.parametrize("rated", [False, True])
def test_a_new_manager_rates_unless_the_one_before_has(world: World, running: Cycle, rated: bool) -> None:
    ravi: Participant = world.things["participant_ratee"]
    Assignment.objects.filter(pk=world.things["assignment_ratee_manager"].pk).update(submitted=rated)
    launching.change_manager(world.actor("analytics"), ravi, world.people["dana"])
    on = ravi.assignments.filter(relationship="manager", state="approved")
    assert [row.rater.key for row in on if row.rater] == (["mei"] if rated else ["dana"])
    ravi.refresh_from_db()
    assert ravi.manager == world.people["dana"]


@pytest.mark.parametrize("rated", [False, True])
def test_a_peer_who_becomes_the_manager_stays_a_peer_as_they_were_promised(
    world: World, running: Cycle, rated: bool
) -> None:
    ravi: Participant = world.things["participant_ratee"]
    Assignment.objects.filter(pk=world.things["assignment_ratee_bo"].pk).update(submitted=rated)
    launching.change_manager(world.actor("analytics"), ravi, world.people["bo"])
    assert ravi.manager == world.people["bo"]
    on = ravi.assignments.filter(state="approved")
    assert on.get(rater=world.people["bo"]).relationship == "peer"
    assert on.get(relationship="manager").rater == world.people["manager"]


def test_a_manager_who_returns_is_asked_again(world: World, running: Cycle) -> None:
    ravi: Participant = world.things["participant_ratee"]
    for name in ("dana", "manager"):
        launching.change_manager(world.actor("analytics"), ravi, world.people[name])
        assert ravi.assignments.get(relationship="manager", state="approved").rater == world.people[name]


def test_closing_forgets_who_was_reminded_and_tells_the_ratees(world: World, running: Cycle) -> None:
    launching.inviting.remind(running)
    assert mails(running, "reminder")
    closing.close(running, world.actor("analytics"))
    assert not Mailed.objects.filter(cycle=running, kind="reminder").exists()
    assert mails(running, "closed") == {f"{n}@acme.example" for n in ("ravi", "petra", "elif")}
    assert not asked_in(running).exists()


@pytest.mark.parametrize("days", [5, 0, -2])
def test_a_cycle_closed_before_its_last_day_has_closed_today(world: World, running: Cycle, days: int) -> None:
    planned = today(running) + days * DAY
    Cycle.objects.filter(pk=running.pk).update(closes=planned)
    found = closing.close(running, world.actor("analytics"))
    assert found.closes == min(planned, today(running))
    assert Cycle.objects.get(pk=running.pk).closes == found.closes


def test_a_cycle_in_review_opens_again_for_some_days_while_its_key_lives(
    world: World, running: Cycle
) -> None:
    actor = world.actor("analytics")
    closing.close(running, actor)
    move(running, "scored", world.organisation)
    with pytest.raises(closing.ClosingError, match="over already"):
        closing.reopen(running, actor, today(running) - DAY)
    closing.reopen(running, actor, today(running) + 3 * DAY)
    assert (running.state, running.closes) == ("running", today(running) + 3 * DAY)
    assert asked_in(running).exists()
    closing.close(running, actor)
    move(running, "scored", world.organisation)
    keys.destroy(running)
    with pytest.raises(keys.KeyGoneError, match=r"copy .*\.key from where keys are backed up"):
        closing.reopen(running, actor, today(running) + 5 * DAY)


def test_a_cancelled_cycle_keeps_no_key_no_link_and_no_mail(
    world: World, running: Cycle, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # pytest-django gives a function
        closing.cancel(running, world.actor("analytics"))
    assert not keys.exists(running)
    assert not PersonalLink.objects.filter(stakeholder__cycle=running).exists()
    assert not Mailed.objects.filter(cycle=running).exists()
    assert not Assignment.objects.filter(participant__cycle=running).exists()
    with pytest.raises(MoveError):
        launching.launch(running, world.actor("analytics"))

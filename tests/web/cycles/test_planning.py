"""Preparing a cycle: what may be changed when, and what is refused with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.cast import World

from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles import launching, planning
from leadline.web.cycles.checking import LEAST, threshold
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Cycle

DAY = timedelta(days=1)


def codes(faults: tuple[Any, ...]) -> list[tuple[str, str | None]]:
    return [(fault.code.rsplit(".", 1)[-1], fault.column) for fault in faults]


@pytest.fixture
def draft(world: World) -> Cycle:
    return world.things["cycle_draft"]  # type: ignore[no-any-return]


def test_a_change_is_saved_and_audited_without_its_content(world: World, draft: Cycle) -> None:
    assert planning.change(world.actor("analytics"), draft, title="Summer", purpose="selection") == ()
    assert Cycle.objects.get(pk=draft.pk).title == "Summer"
    last = AuditRecord.objects.filter(action="cycles.changed").latest("number")
    assert last.detail == {"fields": ["purpose", "title"]}


def test_a_change_that_changes_nothing_leaves_no_trace(world: World, draft: Cycle) -> None:
    before = AuditRecord.objects.count()
    assert planning.change(world.actor("analytics"), draft, title=draft.title) == ()
    assert AuditRecord.objects.count() == before


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": "  "}, ("title", "title")),
        ({"purpose": "punishment"}, ("purpose", "purpose")),
        ({"framework": "../.."}, ("framework", "framework")),
        ({"profiles": ["nonsense"]}, ("framework", "framework")),
        ({"languages": []}, ("languages", "languages")),
        ({"languages": ["fr"]}, ("languages", "languages")),
        ({"time_zone": "Europe/Atlantis"}, ("time_zone", "time_zone")),
        ({"reminders": [3, 3]}, ("reminders", "reminders")),
        ({"reminders": [-1]}, ("reminders", "reminders")),
        ({"rules": {"self": {"source": "line", "least": 1, "most": 1}}}, ("no_rater", "rules")),
        ({"rules": {"peer": {"source": "stakeholders", "least": 1, "most": 2}}}, ("source", "peer")),
        ({"rules": {"peer": {"source": "line", "least": 4, "most": 2}}}, ("least_most", "peer")),
        ({"thresholds": {**LEAST, "peer": 2}}, ("threshold", "peer")),
        ({"thresholds": {**LEAST, "comments": 4}}, ("threshold", "comments")),
        ({"mails": {"invite": {"en": {"text": "Hi {nmae}"}}}}, ("placeholder", "invite.en.text")),
        (
            {"mails": {"invite": {"en": {"subject": "{name.__class__}"}}}},
            ("placeholder", "invite.en.subject"),
        ),
    ],
    ids=str,
)
def test_a_value_that_is_not_allowed_is_refused_and_nothing_is_saved(
    world: World, draft: Cycle, fields: Mapping[str, Any], expected: tuple[str, str]
) -> None:
    assert codes(planning.change(world.actor("analytics"), draft, **fields)) == [expected]
    kept = Cycle.objects.get(pk=draft.pk)
    assert {name: getattr(kept, name) for name in fields} == {name: getattr(draft, name) for name in fields}


def test_dates_follow_one_another_and_none_is_over(world: World, draft: Cycle) -> None:
    actor, now = world.actor("analytics"), today(draft)
    assert codes(planning.change(actor, draft, closes=draft.opens)) == [("order", "closes")]
    assert codes(planning.change(actor, draft, appeal_until=draft.closes)) == [("order", "appeal_until")]
    assert codes(planning.change(actor, draft, nominate_until=now - DAY)) == [("past", "nominate_until")]
    far = draft.opens + 400 * DAY
    assert codes(planning.change(actor, draft, closes=far, appeal_until=far + DAY)) == [("long", "closes")]


@pytest.mark.parametrize(
    "fields",
    [
        {"purpose": "selection"},
        {"framework": "opinion-leader@1.0.0"},
        {"profiles": ["fintech"]},
        {"time_zone": "Asia/Shanghai"},
        {"rules": {}},
    ],
    ids=str,
)
def test_launch_freezes_what_raters_were_promised(world: World, fields: Mapping[str, Any]) -> None:
    with pytest.raises(planning.PlanError, match="cannot be changed"):
        planning.change(world.actor("analytics"), world.things["cycle_running"], **fields)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(LEAST)), st.integers(0, 12)), max_size=8))
def test_after_launch_a_threshold_never_falls(world: World, steps: list[tuple[str, int]]) -> None:
    cycle: Cycle = world.things["cycle_running"]
    for group, wanted in steps:
        before = threshold(Cycle.objects.get(pk=cycle.pk), group)
        planning.change(world.actor("analytics"), cycle, thresholds={**cycle.thresholds, group: wanted})
        after = threshold(Cycle.objects.get(pk=cycle.pk), group)
        assert after == max(before, wanted) if wanted >= before else after == before
        assert after >= LEAST[group]


def test_after_launch_the_closing_day_moves_only_later(world: World) -> None:
    cycle, actor = world.things["cycle_running"], world.actor("analytics")
    assert codes(planning.change(actor, cycle, closes=cycle.closes - DAY)) == [("only_later", "closes")]
    assert planning.change(actor, cycle, closes=cycle.closes + DAY) == ()


def test_nobody_takes_part_twice_and_nobody_joins_after_launch_by_this_door(
    world: World, draft: Cycle
) -> None:
    actor, people = world.actor("analytics"), [world.people["ratee"], world.people["bo"]]
    assert planning.assess(actor, draft, people) == 1
    with pytest.raises(planning.PlanError):
        planning.assess(actor, world.things["cycle_running"], people)
    running = world.things["cycle_running"]
    with pytest.raises(planning.PlanError):
        planning.leave_out(actor, running, running.participants.all())


def test_a_draft_can_be_deleted_a_running_cycle_cannot(world: World, draft: Cycle) -> None:
    actor = world.actor("analytics")
    with pytest.raises(planning.PlanError):
        planning.discard(actor, world.things["cycle_running"])
    planning.discard(actor, draft)
    assert not Cycle.objects.filter(title="Spring leadership").exists()


def test_the_framework_is_frozen_by_its_hash(world: World) -> None:
    cycle: Cycle = world.things["cycle_running"]
    assert len(cycle.framework_hash) == 64
    assert world.things["cycle_draft"].framework_hash == ""
    with pytest.raises(launching.MoveError):
        launching.launch(cycle, world.actor("analytics"))

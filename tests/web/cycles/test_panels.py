"""Who rates whom: by the reporting lines, by nomination, by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.cast import World

from leadline.web.accounts.models import AuditRecord
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles import feasibility, nominating, panels, planning
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.people.models import Person

DAY = timedelta(days=1)


def panel(participant: Participant, *states: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = participant.assignments.filter(state__in=states or ("approved",)).order_by("rater__key")
    for row in rows.select_related("rater", "stakeholder"):
        found.setdefault(row.relationship, []).append(row.rater.key if row.rater else str(row.stakeholder))
    return found


@pytest.fixture
def draft(world: World) -> Cycle:
    return world.things["cycle_draft"]  # type: ignore[no-any-return]


@pytest.fixture
def ravi(world: World, draft: Cycle) -> Participant:
    return draft.participants.select_related("cycle").get(person=world.people["ratee"])


def test_the_reporting_lines_give_self_manager_peers_and_reports(ravi: Participant) -> None:
    found = panel(ravi)
    assert (found["self"], found["manager"]) == (["ravi"], ["mei"])
    assert found["peer"] == ["bo", "chidi", "elif", "finn", "petra"]
    assert found["report"] == ["gita", "hugo", "ida"]


def test_who_has_left_is_not_asked(world: World, draft: Cycle, ravi: Participant) -> None:
    Person.objects.filter(pk=world.people["bo"].pk).update(left=today(draft))
    panels.fill(draft)
    assert "bo" not in panel(ravi)["peer"]


def test_a_decision_by_hand_survives_new_rules_and_new_people(
    world: World, draft: Cycle, ravi: Participant
) -> None:
    actor = world.actor("analytics")
    panels.remove(actor, ravi.assignments.get(rater=world.people["bo"]))
    panels.add(actor, ravi, world.people["dana"], "peer")
    planning.change(actor, draft, rules={**draft.rules, "peer": {"source": "line", "least": 3, "most": 9}})
    assert panel(ravi)["peer"] == ["chidi", "dana", "elif", "finn", "petra"]


def test_filling_again_changes_nothing(draft: Cycle) -> None:
    before = set(Assignment.objects.filter(participant__cycle=draft).values_list("pk", flat=True))
    panels.fill(draft)
    assert set(Assignment.objects.filter(participant__cycle=draft).values_list("pk", flat=True)) == before


def test_a_rule_switched_off_takes_its_raters_away(world: World, draft: Cycle, ravi: Participant) -> None:
    rules = {name: rule for name, rule in draft.rules.items() if name != "report"}
    planning.change(world.actor("analytics"), draft, rules=rules)
    assert "report" not in panel(ravi)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(2, 12), most=st.integers(1, 12))
def test_members_of_a_team_rate_equally_often(world: World, size: int, most: int) -> None:
    with transaction.atomic():
        lead = Person.objects.create(organisation=world.organisation, key="lead", name="Lead")
        team = Person.objects.bulk_create(
            Person(organisation=world.organisation, key=f"m-{i}", name=f"M {i}", manager=lead)
            for i in range(size)
        )
        actor = world.actor("analytics")
        cycle = planning.create(actor, "Ring")
        rules = {"peer": {"source": "line", "least": 1, "most": most}}
        assert planning.change(actor, cycle, rules=rules) == ()
        planning.assess(actor, cycle, team)
        rows = list(Assignment.objects.filter(participant__cycle=cycle).values_list("participant", "rater"))
        expected = min(most, size - 1)
        assert set(Counter(ratee for ratee, _ in rows).values()) == {expected}
        assert set(Counter(rater for _, rater in rows).values()) == {expected}
        assert all(Participant.objects.get(pk=ratee).person_id != rater for ratee, rater in rows[:5])
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("rater", "relationship", "code"),
    [
        ("ratee", "peer", "own_self"),
        ("bo", "self", "own_self"),
        ("bo", "report", "already_rates"),
        ("dana", "manager", "one_manager"),
        ("dana", "cousin", "no_such_relationship"),
    ],
)
def test_who_cannot_be_on_a_panel_is_refused_with_a_reason(
    world: World, ravi: Participant, rater: str, relationship: str, code: str
) -> None:
    with pytest.raises(panels.PanelError) as refused:
        panels.add(world.actor("analytics"), ravi, world.people[rater], relationship)
    assert refused.value.code == f"web.cycles.{code}"


def test_a_leaver_somebody_elsewhere_and_a_colleague_s_address_are_refused(
    world: World, ravi: Participant
) -> None:
    actor = world.actor("analytics")
    gone = Person.objects.create(
        organisation=world.organisation, key="gone", name="Gone", left=today(ravi.cycle) - DAY
    )
    stranger = Person.objects.create(organisation=world.other, key="otto", name="Otto")
    for person in (gone, stranger):
        with pytest.raises(panels.PanelError, match="not in the organisation"):
            panels.add(actor, ravi, person, "peer")
    with pytest.raises(panels.PanelError, match="belongs to somebody"):
        panels.add_stakeholder(actor, ravi, "BO@acme.example")


def test_no_record_says_who_rates_whom(world: World, ravi: Participant) -> None:
    actor = world.actor("analytics")
    added = panels.add(actor, ravi, world.people["dana"], "peer")
    panels.remove(actor, added)
    for entry in AuditRecord.objects.filter(action__startswith="cycles.rater_", subject=str(ravi.pk)):
        assert str(world.people["dana"].pk) not in f"{entry.subject}{entry.detail}"
        assert entry.detail == {"relationship": "peer"}


def test_the_feasibility_check_names_hidden_groups_and_whom_to_ask(
    world: World, draft: Cycle, ravi: Participant
) -> None:
    actor = world.actor("analytics")
    for name in ("bo", "chidi", "elif"):
        panels.remove(actor, ravi.assignments.get(rater=world.people[name]))
    row = feasibility.hidden(draft).get(pk=ravi.pk)
    groups = {group.relationship: group for group in feasibility.of(draft, [row])[row.pk]}
    assert (groups["peer"].n, groups["peer"].least, groups["peer"].missing) == (2, 3, 1)
    assert groups["peer"].suggested == ()  # everyone near was taken off by hand, or rates already
    # Three reports are enough; named beside the whole, they would give the two peers away.
    assert (groups["report"].is_hidden, groups["report"].missing, groups["report"].suggested) == (True, 0, ())
    newcomer = Person.objects.create(
        organisation=world.organisation, key="nele", name="Nele", manager=world.people["manager"]
    )
    groups = {group.relationship: group for group in feasibility.of(draft, [row])[row.pk]}
    assert groups["peer"].suggested == (newcomer,)
    member = next(p for p in feasibility.hidden(draft) if p.person_id == world.people["member"].pk)
    assert {g.relationship for g in feasibility.of(draft, [member])[member.pk] if g.is_hidden} == {
        "peer",
        "report",
    }


def test_the_feasibility_check_knows_the_framework_s_own_numbers_and_what_does_not_count(
    draft: Cycle, ravi: Participant, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = load(draft.organisation, draft.framework, draft.profiles)
    own = {"peer": {"least": 6}, "report": {"counts": False}}
    strict = replace(
        known, relationships=tuple(replace(one, **own.get(one.id, {})) for one in known.relationships)
    )
    assert not feasibility.hidden(draft).filter(pk=ravi.pk).exists()
    monkeypatch.setattr(feasibility, "load", lambda *_: strict)
    row = feasibility.hidden(draft).get(pk=ravi.pk)
    assert row.n_all == 6  # a manager and five peers
    groups = {group.relationship: group for group in feasibility.of(draft, [row])[row.pk]}
    assert (groups["peer"].n, groups["peer"].least, groups["peer"].is_hidden) == (5, 6, True)
    assert "report" not in groups


def test_what_is_missing_blocks_and_what_is_thin_warns(world: World, draft: Cycle) -> None:
    actor = world.actor("analytics")
    assert feasibility.blockers(draft) == ()
    warned = {fault.code.rsplit(".", 1)[1]: fault.fields["n"] for fault in feasibility.warnings(draft)}
    assert warned == {"hidden": 2, "thin": 1}
    empty = planning.create(actor, "Empty")
    assert [f.code.rsplit(".", 1)[1] for f in feasibility.blockers(empty)] == [
        "no_framework",
        "no_ratees",
        "no_dates",
    ]


def test_a_ratee_proposes_within_the_rule_and_hands_in(world: World) -> None:
    ravi: Participant = world.things["nominee_ratee"]
    own = world.actor("ratee")
    assert nominating.missing(ravi) == {}
    nominating.propose(own, ravi, world.people["dana"], "peer")
    nominating.propose(own, ravi, world.people["chidi"], "peer")
    nominating.propose(own, ravi, world.people["elif"], "peer")
    with pytest.raises(nominating.NominationError, match="5 already"):
        nominating.propose(own, ravi, world.people["finn"], "peer")
    with pytest.raises(nominating.NominationError, match="not proposed"):
        nominating.propose(own, ravi, world.people["finn"], "report")
    nominating.take_away(ravi, ravi.assignments.get(rater=world.people["elif"]))
    nominating.hand_in(own, ravi)
    with pytest.raises(nominating.NominationError, match="cannot change"):
        nominating.propose(own, ravi, world.people["finn"], "peer")
    assert panel(ravi, "proposed")["peer"] == ["bo", "chidi", "dana", "tom"]


def test_after_the_nomination_day_nothing_is_proposed(world: World) -> None:
    ravi: Participant = world.things["nominee_ratee"]
    Cycle.objects.filter(pk=ravi.cycle_id).update(nominate_until=today(ravi.cycle) - DAY)
    ravi.cycle.refresh_from_db()
    with pytest.raises(nominating.NominationError):
        nominating.propose(world.actor("ratee"), ravi, world.people["dana"], "peer")


def test_the_manager_declines_adds_and_approves(world: World) -> None:
    petra: Participant = world.things["nominee_rater"]
    mei = world.actor("manager")
    nominating.decide(mei, world.things["proposed_rater"], approve=False)
    panels.add(mei, petra, world.people["chidi"], "peer")
    nominating.approve(mei, petra)
    petra.refresh_from_db()
    assert petra.state == "approved"
    assert panel(petra)["peer"] == ["chidi", "tom"]
    assert panel(petra, "declined") == {"peer": ["bo"]}


def test_a_nomination_given_back_can_be_changed_again(world: World) -> None:
    petra: Participant = world.things["nominee_rater"]
    nominating.give_back(world.actor("manager"), petra)
    assert nominating.may_propose(petra)


def test_nominations_need_a_rule_that_asks_for_them(world: World, draft: Cycle) -> None:
    with pytest.raises(nominating.NominationError, match="No rule"):
        nominating.open_nominations(draft, world.actor("analytics"))
    assert Cycle.objects.get(pk=draft.pk).state == "draft"

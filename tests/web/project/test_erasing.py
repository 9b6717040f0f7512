"""Erasing somebody: what goes, what stays, and that nobody else's result moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import BinaryField
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.cast import World
from tests.web.results.test_correcting import exports
from tests.web.sheets import draft, figures_of, on, sheet

from leadline.web.accounts.models import AuditRatee, AuditRecord, Kept, Membership, User
from leadline.web.cycles import keys
from leadline.web.cycles.erasing import ErasingError
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.cycles.moves import move
from leadline.web.people.joining import ensure_account
from leadline.web.people.models import Person, PersonChange
from leadline.web.project import erasure
from leadline.web.project.modules import modules
from leadline.web.rating.models import Draft, Submission
from leadline.web.results import runs, scoring, sealing, showing
from leadline.web.results.access import results
from leadline.web.results.models import Comment, Contest, Result, Run

Visit = Callable[[str], Client]


def again(world: World, cycle: Cycle) -> None:
    move(cycle, "rescore", world.actor("analytics"))
    scoring.run(runs.start(cycle, world.actor("analytics")))
    cycle.refresh_from_db()


def of(person: Person, cycle: Cycle) -> list[Participant]:
    """On whom somebody's sheet is there, found by the key."""
    key = keys.of(cycle.pk)
    return [
        one
        for one in cycle.participants.all()
        if key.pseudonym(person.pk, one.pk) in {said.pseudonym for _, said in on(one)}
    ]


def test_every_app_that_holds_something_of_people_says_what_it_deletes() -> None:
    apps_of = [module.__name__.split(".")[-2] for module in modules("erasing")]
    assert apps_of == ["people", "cycles", "rating", "results"]


def test_an_erased_rater_is_nowhere_and_what_was_seen_of_others_stays_to_the_byte(
    world: World, as_visitor: Visit
) -> None:
    cycle, finn = world.things["cycle_review"], world.people["finn"]
    client = as_visitor("analytics")
    before = exports(client, cycle)
    ratees = of(finn, cycle)
    assert len(ratees) > 3
    n = {one.pk: len(on(one)) for one in cycle.participants.all()}
    showing.opened_overview(world.actor("analytics"), cycle, "page")
    erasure.erase(world.actor("operator"), finn)
    gone = {one.pk: n[one.pk] - len(on(one)) for one in cycle.participants.all()}
    assert gone == {pk: int(pk in {one.pk for one in ratees}) for pk in n}
    assert exports(client, cycle) == before
    again(world, cycle)
    assert exports(client, cycle) == before
    assert results(cycle).get(participant=ratees[0]).kept == 1


def test_figures_nobody_saw_are_made_without_an_erased_rater(world: World) -> None:
    cycle, finn = world.things["cycle_review"], world.people["finn"]
    ravi = cycle.participants.get(name="Ravi Rao")
    before = figures_of(results(cycle).get(participant=ravi))
    erasure.erase(world.actor("operator"), finn)
    cycle.refresh_from_db()
    assert cycle.state == "scoring", "nobody may read the figures that rest on the sheet"
    scoring.run(runs.start(cycle, world.actor("analytics")))
    after = figures_of(results(cycle).get(participant=ravi))
    assert after["raters"]["peer"] == before["raters"]["peer"] - 1


def test_nothing_in_the_database_names_an_erased_rater_but_what_is_said_to_stay(world: World) -> None:
    finn = world.people["finn"]
    user = ensure_account(finn)
    assert user
    PersonChange.objects.create(person=finn, field="role", before="", after="Lead")
    running = world.things["assignment_ratee_finn"]
    draft(running, answers={"direction.1": 3})
    Kept.objects.create(user=user, path=f"/rate/{running.pk}/", fields="", expires=timezone.now())
    names = {str(finn.pk), finn.pk.hex, str(user.pk), user.pk.hex, finn.email, finn.name}
    erasure.erase(world.actor("operator"), finn)
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if not isinstance(field, BinaryField)
        for value in model._base_manager.values_list(field.name, flat=True)
        if any(name in str(value) for name in names)
    }
    assert found <= {"accounts.AuditRecord.subject"}  # that they were erased
    assert not Draft.objects.filter(assignment=running.pk).exists()


def test_a_sheet_whose_assignment_is_gone_is_found_by_the_key(world: World) -> None:
    cycle, finn = world.things["cycle_review"], world.people["finn"]
    bo = cycle.participants.get(name="Bo Berg")
    Assignment.objects.filter(participant=bo, rater=finn).delete()
    assert bo in of(finn, cycle)
    erasure.erase(world.actor("operator"), Person.objects.get(pk=finn.pk))
    assert {one.relationship for _, one in on(bo)} == {"self", "manager", "peer"}
    assert len(on(bo)) == len(Assignment.objects.filter(participant=bo))


def test_all_sheets_on_everybody_they_were_asked_about_are_written_anew(world: World) -> None:
    running = world.things["assignment_ratee_finn"]
    other = sheet(running.participant, "peer", world.people["bo"].pk, {"direction.1": 4})
    erasure.erase(world.actor("operator"), world.people["finn"])
    assert not Submission.objects.filter(pk=other.pk).exists()
    assert Submission.objects.filter(participant=running.participant).count() == 1


def test_an_erased_ratee_takes_result_comments_and_contests_along(world: World, as_visitor: Visit) -> None:
    cycle, ravi = world.things["cycle_released"], world.things["result_ratee"]
    before = exports(as_visitor("analytics"), cycle, but=ravi)
    own = list(Participant.objects.filter(person=world.people["ratee"]).values_list("pk", flat=True))
    erasure.erase(world.actor("operator"), world.people["ratee"])
    for model in (Result, Comment, Contest, Submission, Assignment):
        assert not model.objects.filter(participant__in=own).exists()
    assert not Participant.objects.filter(pk__in=own).exists()
    assert exports(as_visitor("analytics"), cycle) == before


def test_after_sealing_only_the_person_and_the_account_go(world: World, as_visitor: Visit) -> None:
    cycle, ravi = world.things["cycle_released"], world.things["result_ratee"]
    Cycle.objects.filter(pk=cycle.pk).update(appeal_until=timezone.localdate() - timedelta(days=3))
    cycle.refresh_from_db()
    sealing.seal(cycle, world.actor("analytics"))
    before = exports(as_visitor("analytics"), cycle)
    user = world.users["ratee"]
    erasure.erase(world.actor("operator"), world.people["ratee"])
    assert exports(as_visitor("analytics"), cycle) == before
    assert Participant.objects.get(pk=ravi.pk).person is None
    assert not User.objects.filter(pk=user.pk).exists()


def test_an_account_with_roles_or_of_another_organisation_stays(world: World) -> None:
    operator, member = world.users["operator"], world.users["member"]
    Person.objects.filter(pk=world.people["dana"].pk).update(user=operator)
    Membership.objects.create(user=member, organisation=world.other)
    Run.objects.update(shown=True)  # nothing is scored again
    for name in ("dana", "member"):
        erasure.erase(world.actor("operator"), Person.objects.get(pk=world.people[name].pk))
    assert set(User.objects.filter(pk__in=[operator.pk, member.pk])) == {operator, member}
    assert [one.organisation for one in member.memberships.all()] == [world.other]
    assert Membership.objects.filter(user=operator, organisation=world.organisation).exists()


def test_the_audit_says_that_somebody_was_erased_and_not_whom_they_rated(world: World) -> None:
    finn = world.people["finn"]
    Run.objects.update(shown=True)  # nothing is scored again
    key, n = finn.pk, AuditRecord.objects.filter(organisation=world.organisation).count()
    erasure.erase(world.actor("operator"), finn)
    rows = AuditRecord.objects.filter(organisation=world.organisation)
    assert rows.count() == n + 1
    record = rows.get(action="people.erased")
    assert (record.subject, record.detail, record.cycle) == (str(key), {}, None)
    assert not AuditRatee.objects.filter(record=record).exists()


def test_nobody_is_erased_while_a_cycle_of_theirs_is_scored(world: World) -> None:
    move(world.things["cycle_review"], "rescore", world.actor("analytics"))
    with pytest.raises(ErasingError, match="being scored"):
        erasure.erase(world.actor("operator"), world.people["finn"])
    assert Person.objects.filter(pk=world.people["finn"].pk).exists()


def test_the_page_says_what_goes_and_what_stays_before_anything_does(world: World, as_visitor: Visit) -> None:
    address = reverse("erase", args=[world.people["ratee"].pk])
    page = as_visitor("operator").get(address).content.decode()
    for said in (
        "not sealed",
        "The account ravi@acme.example",
        "Figures that someone has seen",
        "The audit log",
    ):
        assert said in page
    assert Person.objects.filter(pk=world.people["ratee"].pk).exists()
    assert as_visitor("operator").post(address).status_code == 302
    assert not Person.objects.filter(pk=world.people["ratee"].pk).exists()

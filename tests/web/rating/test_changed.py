"""Somebody who writes to the database cannot have answers read as another relationship's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.web.cast import World
from tests.web.sheets import drafted, has_draft, on

from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles import keys
from leadline.web.cycles.ledger import ChangedError
from leadline.web.cycles.models import Assignment
from leadline.web.rating import drafts, submitting
from leadline.web.rating.models import Draft
from leadline.web.rating.saving import Given, Page, save
from leadline.web.rating.tasks import Task
from leadline.web.results import runs

Visit = Callable[[str], Client]
SAID = {"en": "another relationship", "zh": "直接改动了数据库"}


def changed(assignment: Assignment, relationship: str = "report") -> Assignment:
    """As it stands after somebody changed its row."""
    Assignment.objects.filter(pk=assignment.pk).update(relationship=relationship)
    rows = Assignment.objects.select_related("participant__cycle__organisation", "rater")
    return rows.get(pk=assignment.pk)


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_a_begun_form_stops_at_another_relationship_says_why_and_leaves_a_record_without_the_ratee(
    world: World, as_visitor: Visit, spoken: str
) -> None:
    world.users["rater"].language = spoken
    world.users["rater"].save()
    own, petra = world.things["rate_begun"], as_visitor("rater")
    before = own.relationship
    changed(own)
    address = f"/rate/{own.pk}/form/architecture_judgement/"
    for page in (address, f"/rate/{own.pk}/review/", "/rate/"):
        answer = petra.get(page)
        assert (answer.status_code, SAID[spoken] in answer.content.decode()) == (503, True), page
    last = AuditRecord.objects.filter(organisation=world.organisation).latest("number")
    assert (last.action, last.detail["code"]) == ("cycles.refused", "web.rating.relationship_changed")
    assert (last.cycle, last.ratees.count()) == (own.participant.cycle_id, 0)
    changed(own, before)
    assert petra.get(address).status_code == 200


def test_neither_saving_nor_handing_in_works_and_the_draft_stays(world: World) -> None:
    own = world.things["rate_begun"]
    section = Task(own).sections[0]
    now = changed(own)
    with pytest.raises(ChangedError):
        save(now, section, Given({}, "Something else.", Page()))
    with pytest.raises(ChangedError):
        submitting.submit(now)
    assert has_draft(own)


def test_what_the_open_page_said_counts_before_anything_is_saved(world: World, as_visitor: Visit) -> None:
    own, petra = world.things["rate_begun"], as_visitor("rater")
    page = petra.get(f"/rate/{own.pk}/form/architecture_judgement/").content.decode()
    assert f'name="form-as" value="{own.relationship}"' in page
    own.draft.delete()
    changed(own)
    sent = {"form-as": own.relationship, "form-comment": "Clear."}
    there = f"/rate/{own.pk}/form/architecture_judgement/save/"
    answer = petra.post(there, sent, headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert not has_draft(own)


def test_a_draft_of_before_is_bound_by_its_next_save(world: World) -> None:
    own = world.things["rate_begun"]
    known = vars(drafted(own)) | {"answers": {"direction.1": 3}}
    del known["relationship"]
    ratee = own.participant
    content = keys.of(ratee.cycle_id).encrypt(known, "draft", ratee.pk, own.pk, least=drafts.ROOM)
    Draft.objects.filter(assignment=own).update(content=content)
    own = Assignment.objects.select_related("participant__cycle", "rater", "draft").get(pk=own.pk)
    written = drafts.read(own)
    assert written is not None
    assert (written.relationship, written.answers) == ("", {"direction.1": 3})
    drafts.write(own, written)
    assert drafted(own).relationship == own.relationship


def test_a_sheet_is_neither_taken_back_nor_scored_as_another_relationship(world: World) -> None:
    cycle = world.things["cycle_review"]
    ravi = cycle.participants.get(name="Ravi Rao")
    own = Assignment.objects.filter(participant=ravi, relationship="peer").first()
    n = len(on(ravi))
    now = changed(own)
    cycle.state = "scoring"
    cycle.save()
    run = runs.start(cycle, world.actor("analytics"))
    runs.score.func(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.failure["code"]) == ("failed", "web.rating.relationship_changed")
    last = AuditRecord.objects.filter(organisation=world.organisation).latest("number")
    assert (last.action, last.cycle) == ("cycles.refused", cycle.pk)
    cycle.state, cycle.closes = "running", None
    cycle.save()
    with pytest.raises(ChangedError):
        submitting.take_back(now)
    assert len(on(ravi)) == n

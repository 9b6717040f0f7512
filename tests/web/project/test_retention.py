"""What is kept for a time goes in the night after, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.cast import World
from tests.web.sheets import draft

from leadline.errors import LeadlineError
from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles.models import Assignment, Cycle
from leadline.web.people import asking
from leadline.web.people.importing import undo
from leadline.web.people.models import Import, Person
from leadline.web.project import retention
from leadline.web.rating.models import Draft

DAY = timedelta(days=1)


def test_the_organisation_sets_the_days_within_bounds(
    world: World, as_visitor: Callable[[str], Client]
) -> None:
    client, known = as_visitor("operator"), retention.days_of(world.organisation)
    assert client.post(reverse("retention"), {**known, "imports": 6}).status_code == 200
    assert retention.days_of(world.organisation) == known
    assert client.post(reverse("retention"), {**known, "imports": 7}).status_code == 302
    assert retention.days_of(world.organisation) == {**known, "imports": 7}
    assert retention.days_of(world.other) == known


def test_rows_of_imports_go_after_their_days_and_cannot_be_undone(world: World) -> None:
    now, applied = timezone.now(), world.things["applied_import"]
    retention.forget(world.organisation, now + 89 * DAY)
    assert Import.objects.get(pk=applied.pk).changes
    retention.forget(world.organisation, now + 91 * DAY)
    left = Import.objects.get(pk=applied.pk)
    assert (left.state, left.rows, left.changes) == ("emptied", {}, [])
    assert not Import.objects.filter(pk=world.things["trial_import"].pk).exists()
    assert Person.objects.filter(key="kim").exists()
    with pytest.raises(LeadlineError):
        undo(world.actor("analytics"), left)


def test_drafts_go_once_their_cycle_has_ended_and_those_of_running_ones_stay(world: World) -> None:
    ended = Assignment.objects.filter(participant__cycle=world.things["cycle_review"]).first()
    assert ended
    draft(ended, answers={"direction.1": 3})
    running = world.things["rate_begun"]
    closes = Cycle.objects.get(pk=world.things["cycle_review"].pk).closes
    assert closes == timezone.localdate() - 7 * DAY
    retention.forget(world.organisation, timezone.now() + 21 * DAY)
    assert Draft.objects.filter(assignment=ended).exists()
    retention.forget(world.organisation, timezone.now() + 25 * DAY)
    assert not Draft.objects.filter(assignment=ended).exists()
    assert Draft.objects.filter(assignment=running).exists()
    last = AuditRecord.objects.filter(organisation=world.organisation).latest("number")
    assert (last.action, last.detail["what"]) == ("project.forgotten", ["drafts"])


def test_a_request_is_made_once_answered_and_forgotten(world: World) -> None:
    tom, ana = world.actor("member"), world.actor("analytics")
    asked = asking.ask(tom, "correction", "name", "Thomas.")
    with pytest.raises(asking.DataRequestError, match="already asked"):
        asking.ask(tom, "correction", "name", "Thomas!")
    asking.answer(ana, asked, "Corrected today.", done=True)
    with pytest.raises(asking.DataRequestError, match="answered or withdrawn"):
        asking.withdraw(tom, asked)
    erasure = asking.ask(tom, "erasure", "", "")
    with pytest.raises(asking.DataRequestError, match="granted by erasing"):
        asking.answer(ana, erasure, "Yes.", done=True)
    retention.forget(world.organisation, timezone.now() + 366 * DAY)
    assert list(asking.own(tom)) == [erasure]

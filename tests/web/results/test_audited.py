"""Every read of a person's results is one record: whose, in which cycle, by whom, from where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from tests.web.cast import World

from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles.models import Assignment, Participant, Stakeholder
from leadline.web.people.models import Person
from leadline.web.results.models import Comment, Contest

Visit = Callable[[str], Client]


@dataclass(frozen=True)
class Read:
    """A page that shows results, and what its record must say."""

    visitor: str
    page: str
    thing: str
    query: str
    action: str
    how: str | None
    ratees: tuple[str, ...] = ()


READS = [
    Read("ratee", "results:result", "result_ratee", "", "read", "page", ("Ravi Rao",)),
    Read("coach", "results:result_csv", "result_ratee", "", "read", "csv", ("Ravi Rao",)),
    Read("manager", "results:result_json", "result_ratee", "", "read", "json", ("Ravi Rao",)),
    Read("analyst", "results:overview", "cycle_released", "", "read_overview", "page"),
    Read("analytics", "results:overview", "cycle_released", "?export=csv", "read_overview", "csv"),
    Read("analytics", "results:ranking", "cycle_review", "", "read_all", "ranking"),
    Read("analytics", "results:ranking", "cycle_review", "?export=csv", "read_all", "ranking_csv"),
    Read("analytics", "results:release", "cycle_review", "", "read_all", "release"),
    Read("analytics", "results:compare", "cycle_twice", "", "read_all", "compare"),
    Read("analytics", "results:cycle", "cycle_released", "", "read_contests", None, ("Ravi Rao",)),
]


def told(record: AuditRecord) -> list[str]:
    keys = record.ratees.values_list("participant", flat=True)
    return sorted(Participant.objects.filter(pk__in=keys).values_list("name", flat=True))


@pytest.mark.parametrize("read", READS, ids=lambda read: f"{read.page}-{read.how}")
def test_a_read_is_recorded_once(read: Read, world: World, as_visitor: Visit) -> None:
    about = world.things[read.thing]
    before = AuditRecord.objects.count()
    url = reverse(read.page, args=[about.pk]) + read.query
    assert as_visitor(read.visitor).get(url, REMOTE_ADDR="10.1.2.3").status_code == 200
    assert AuditRecord.objects.count() == before + 1
    last = AuditRecord.objects.filter(organisation=world.organisation).latest("number")
    assert (last.action, last.detail.get("how")) == (f"results.{read.action}", read.how)
    assert (last.actor, last.address) == (world.users[read.visitor].email, "10.1.2.3")
    assert last.cycle == getattr(about, "cycle_id", about.pk)
    assert told(last) == list(read.ratees)


@pytest.mark.parametrize(("trusted", "address"), [(0, "10.0.0.1"), (1, "198.51.100.7")])
def test_behind_a_proxy_that_appends_it_the_address_is_the_last_it_was_told(
    trusted: int, address: str, world: World, as_visitor: Visit, settings: Settings
) -> None:
    settings.LEADLINE_TRUSTED_PROXIES = trusted
    url = reverse("results:result", args=[world.things["result_ratee"].pk])
    headers = {"X-Forwarded-For": "made up, 198.51.100.7"}
    as_visitor("ratee").get(url, REMOTE_ADDR="10.0.0.1", headers=headers)
    assert AuditRecord.objects.filter(organisation=world.organisation).latest("number").address == address


def test_the_desk_names_those_whose_comments_it_showed(world: World, as_visitor: Visit) -> None:
    cycle = world.things["cycle_review"]
    first = Comment.objects.filter(participant__cycle=cycle).order_by("participant__name")[:1].get()
    Comment.objects.filter(participant__cycle=cycle).exclude(participant=first.participant).update(
        state="public"
    )
    before = AuditRecord.objects.count()
    client = as_visitor("analytics")
    client.get(reverse("results:desk", args=[cycle.pk]))
    last = AuditRecord.objects.filter(organisation=world.organisation).latest("number")
    assert (last.action, last.cycle, told(last)) == (
        "results.read_comments",
        cycle.pk,
        [first.participant.name],
    )
    assert "how" not in last.detail
    client.get(reverse("results:desk", args=[cycle.pk]) + "?show=withheld")
    assert AuditRecord.objects.count() == before + 1, "nothing shown, nothing read"


def test_what_is_done_about_a_result_names_its_ratee_too(world: World, as_visitor: Visit) -> None:
    Contest.objects.all().delete()
    ravi = world.things["result_ratee"]
    as_visitor("ratee").post(reverse("results:contest", args=[ravi.pk]), {"text": "I was on leave."})
    last = AuditRecord.objects.filter(organisation=world.organisation).latest("number")
    assert (last.action, last.cycle, told(last)) == ("results.contested", ravi.cycle_id, ["Ravi Rao"])


def test_no_record_names_an_assignment_a_stakeholder_or_a_person_who_rates(
    world: World, as_visitor: Visit
) -> None:
    for read in READS:
        as_visitor(read.visitor).get(reverse(read.page, args=[world.things[read.thing].pk]) + read.query)
    raters = {
        str(key)
        for model in (Assignment, Stakeholder, Person)
        for key in model.objects.values_list("pk", flat=True)
    }
    for entry in AuditRecord.objects.filter(action__startswith="results."):
        written = {entry.subject, str(entry.cycle), *map(str, entry.detail.values())}
        assert written.isdisjoint(raters)
        assert entry.kind not in ("assignment", "stakeholder", "person")

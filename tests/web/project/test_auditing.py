"""The audit page: whose results were read, in which cycle, by whom, from where; found, exported, verified."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.web.cast import World

from leadline.web.accounts import heads
from leadline.web.accounts.audit import record, record_read
from leadline.web.accounts.models import AuditRecord
from leadline.web.cycles.models import Participant

Visit = Callable[[str], Client]


def rows(client: Client, **query: object) -> list[list[str]]:
    """Cells of the CSV without number, time and address, newest first; its own record is the first."""
    answer = client.get(reverse("audit"), {**query, "export": "csv"})
    assert answer.status_code == 200
    return [line[2:6] for line in csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))][1:]


@pytest.fixture
def reads(world: World) -> World:
    """Nothing recorded but some reads."""
    AuditRecord.objects.all().delete()
    ravi, review = world.things["result_ratee"], world.things["cycle_review"]
    record(world.actor("coach"), "results.read", ravi, audience="coach", how="page")
    record(world.actor("manager"), "results.read", world.things["result_thin"], audience="manager", how="csv")
    record(world.actor("analytics"), "results.read_all", review, how="ranking")
    record(world.actor("analytics"), "results.read_overview", ravi.cycle, how="page")
    record_read(
        world.actor("analytics"),
        "results.read_comments",
        review,
        Participant.objects.filter(cycle=review, name__in=["Ravi Rao", "Bo Berg"]).values_list(
            "pk", flat=True
        ),
    )
    record(world.organisation, "cycles.launch", review)
    return world


COACH = ["cora@acme.example", "read a person's results", "Ravi Rao", "Leadership 2026"]
MANAGER = ["mei@acme.example", "read a person's results (CSV)", "Tom Tanaka", "Leadership 2026"]
RANKING = [
    "ana@acme.example",
    "read everybody's results (ranking)",
    "everybody in the cycle",
    "Promotion round",
]
OVERVIEW = ["ana@acme.example", "read the overview of a cycle", "", "Leadership 2026"]
COMMENTS = ["ana@acme.example", "read comments at the review desk", "Bo Berg; Ravi Rao", "Promotion round"]
LAUNCHED = ["Leadline", "launched a cycle", "", "Promotion round"]
EXPORTED = ["udo@acme.example", "exported the audit", "", ""]


def test_it_says_whose_results_in_which_cycle_by_whom_and_records_its_own_export(
    reads: World, as_visitor: Visit
) -> None:
    found = rows(as_visitor("auditor"))
    assert found == [EXPORTED, LAUNCHED, COMMENTS, OVERVIEW, RANKING, MANAGER, COACH]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"actor": "cora"}, [COACH]),
        ({"ratee": "ravi"}, [COMMENTS, RANKING, COACH]),
        ({"ratee": "Bo B", "action": "results.read_comments"}, [COMMENTS]),
        ({"ratee": "nobody of that name"}, []),
        ({"cycle": "cycle_released"}, [OVERVIEW, MANAGER, COACH]),
        ({"cycle": "cycle_review", "action": "reads"}, [COMMENTS, RANKING]),
        ({"action": "results.read"}, [MANAGER, COACH]),
        ({"q": "mei@"}, [MANAGER]),
    ],
)
def test_it_is_filtered_by_person_ratee_cycle_and_action(
    reads: World, as_visitor: Visit, query: dict[str, str], expected: list[list[str]]
) -> None:
    if "cycle" in query:
        query = {**query, "cycle": str(reads.things[query["cycle"]].pk)}
    assert rows(as_visitor("auditor"), **query) == expected


def test_days_are_those_of_the_reader(reads: World, as_visitor: Visit) -> None:
    """Udo reads in Berlin, one hour ahead: 23:30 of the 9th is the 10th."""
    AuditRecord.objects.update(time=datetime(2026, 11, 9, 12, tzinfo=UTC))
    AuditRecord.objects.filter(number=1).update(time=datetime(2026, 11, 9, 23, 30, tzinfo=UTC))
    client = as_visitor("auditor")
    assert rows(client, since="2026-11-10", until="2026-11-10") == [COACH]
    assert len(rows(client, until="2026-11-09")) == 5


def test_a_day_that_is_none_is_said_and_a_cycle_that_is_not_there_too(
    reads: World, as_visitor: Visit
) -> None:
    query = {"since": "yesterday", "cycle": "00000000-0000-0000-0000-000000000000"}
    page = as_visitor("auditor").get(reverse("audit"), query).content.decode()
    assert page.count("invalid-feedback") == 2
    assert "Ravi Rao" in page


def test_another_organisation_sees_and_finds_nothing_of_it(reads: World, as_visitor: Visit) -> None:
    client = as_visitor("outsider")
    page = client.get(reverse("audit"), {"ratee": "Ravi"}).content.decode()
    assert "Promotion round" not in page
    assert "cora@acme.example" not in page
    assert all("acme" not in cell for row in rows(client) for cell in row)


def test_a_ratee_who_is_gone_is_said_to_be(reads: World, as_visitor: Visit) -> None:
    reads.things["result_ratee"].delete()
    found = rows(as_visitor("auditor"), actor="cora")
    assert found == [["cora@acme.example", "read a person's results", "no longer kept", "Leadership 2026"]]


def test_a_name_that_looks_like_a_formula_is_none_in_the_export(reads: World, as_visitor: Visit) -> None:
    Participant.objects.filter(pk=reads.things["result_ratee"].pk).update(name="=HYPERLINK(1)")
    assert rows(as_visitor("auditor"), actor="cora")[0][2] == "'=HYPERLINK(1)"


def test_many_records_take_no_more_queries_and_are_exported_whole(reads: World, as_visitor: Visit) -> None:
    client = as_visitor("auditor")
    client.get(reverse("audit"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("audit"))
    for _ in range(60):
        record(
            reads.actor("coach"), "results.read", reads.things["result_ratee"], audience="coach", how="page"
        )
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("audit"))
    assert len(many) == len(few)
    with CaptureQueriesContext(connection) as later:
        page = client.get(f"{reverse('audit')}?{urlencode({'page': 2, 'ratee': 'Ravi'})}").content.decode()
    assert len(later) <= len(few) + 1
    assert "ratee=Ravi" in page
    assert len(rows(client, ratee="Ravi", action="results.read")) == 61


def test_verifying_says_what_holds_and_what_does_not(reads: World, as_visitor: Visit) -> None:
    client = as_visitor("auditor")
    page = client.post(reverse("verify"), follow=True).content.decode()
    assert "The chain holds: 6 records" in page
    AuditRecord.objects.filter(organisation=reads.organisation, number=2).update(address="10.0.0.1")
    page = client.post(reverse("verify"), follow=True).content.decode()
    assert "Record 2 does not hold" in page


def test_an_action_that_is_none_of_ours_hides_nothing(reads: World, as_visitor: Visit) -> None:
    AuditRecord.objects.filter(number=2).update(action="made up", detail={"how": ["nothing"]})
    page = as_visitor("auditor").get(reverse("audit")).content.decode()
    assert "made up" in page
    assert "cora@acme.example" in page


def test_heads_that_cannot_be_written_are_shown(reads: World, as_visitor: Visit) -> None:
    cache.set(heads.FAULT, "No space left on device", timeout=None)
    page = as_visitor("operator").get(reverse("audit")).content.decode()
    assert 'role="alert"' in page
    assert "No space left on device" in page


def test_heads_that_are_written_are_shown_with_their_day(reads: World, as_visitor: Visit) -> None:
    day = (datetime.now(UTC) - timedelta(days=1)).date()
    heads.write(day)
    page = as_visitor("auditor").get(reverse("audit")).content.decode()
    assert 'role="alert"' not in page
    assert f"were last written to {heads.path().parent} on {day.day} {day:%b %Y}" in page

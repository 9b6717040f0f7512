"""Preparing, nominating and running a cycle as it is done on the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.web.cast import World

from leadline.web.cycles import progress
from leadline.web.cycles.deadlines import start_of, today
from leadline.web.cycles.models import Assignment, Cycle, Mailed, Participant
from leadline.web.people.models import Person

Visit = Callable[[str], Client]
DAY = timedelta(days=1)
FRAMEWORK = "technical-leadership@1.0.0"


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def test_a_cycle_is_prepared_step_by_step_and_launched(world: World, as_visitor: Visit, data: Path) -> None:
    client = as_visitor("analytics")
    response = client.post("/cycles/new/", {"title": "Winter", "purpose": "selection"})
    cycle = Cycle.objects.get(title="Winter")
    base = f"/cycles/{cycle.pk}/prepare"
    assert response.headers["Location"] == f"{base}/framework/"
    chosen = client.post(f"{base}/framework/", {"framework": FRAMEWORK})
    assert chosen.headers["Location"] == f"{base}/framework/"  # its profiles are offered first
    assert "fintech" in text(client.get(f"{base}/framework/"))
    chosen = client.post(f"{base}/framework/", {"framework": FRAMEWORK, "profiles": ["fintech"]})
    assert chosen.headers["Location"] == f"{base}/people/"
    client.post(f"{base}/people/", {"team": str(world.things["team"].pk)})
    assert cycle.participants.count() == Person.objects.filter(team=world.things["team"]).count()
    rules = {"self_on": "on", "self_source": "line", "self_least": "1", "self_most": "1"}
    rules |= {"peer_on": "on", "peer_source": "line", "peer_least": "3", "peer_most": "4"}
    client.post(f"{base}/raters/", rules)
    numbers = {"self": 1, "manager": 1, "peer": 4, "report": 3, "stakeholder": 3, "all": 4, "comments": 5}
    client.post(f"{base}/protection/", numbers)
    days = {
        name: (today(cycle) + n * DAY).isoformat()
        for name, n in (("opens", 1), ("closes", 15), ("appeal_until", 40))
    }
    done = client.post(
        f"{base}/dates/",
        {**days, "time_zone": "Asia/Shanghai", "reminders": "1, 5，3", "languages": ["en", "zh"]},
    )
    assert done.headers["Location"] == f"{base}/mails/"
    cycle.refresh_from_db()
    assert (cycle.purpose, cycle.profiles, cycle.reminders) == ("selection", ["fintech"], [5, 3, 1])
    assert cycle.thresholds["peer"] == 4
    assert set(cycle.rules) == {"self", "peer"}
    client.post(f"/cycles/{cycle.pk}/do/launch/")
    cycle.refresh_from_db()
    assert cycle.state == "running"
    assert Mailed.objects.filter(cycle=cycle, kind="invite").exists()


def test_preparation_goes_on_where_something_is_missing(world: World, as_visitor: Visit) -> None:
    client = as_visitor("analytics")
    client.post("/cycles/new/", {"title": "Winter", "purpose": "development"})
    cycle = Cycle.objects.get(title="Winter")
    response = client.get(f"/cycles/{cycle.pk}/prepare/")
    assert response.headers["Location"].endswith("/prepare/framework/")
    client.post(f"/cycles/{cycle.pk}/prepare/framework/", {"framework": FRAMEWORK})
    response = client.get(f"/cycles/{cycle.pk}/prepare/")
    assert response.headers["Location"].endswith("/prepare/people/")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_typed_stays_when_a_step_is_refused(world: World, as_visitor: Visit, language: str) -> None:
    world.users["analytics"].language = language
    world.users["analytics"].save()
    client, cycle = as_visitor("analytics"), world.things["cycle_draft"]
    base = f"/cycles/{cycle.pk}/prepare"
    page = text(client.post(f"{base}/purpose/", {"title": "W" * 201, "purpose": "selection"}))
    assert "W" * 201 in page
    page = text(client.post(f"{base}/protection/", {"peer": "2", "self": "7"}))
    assert 'value="7"' in page
    assert "invalid-feedback" in page
    page = text(
        client.post(
            f"{base}/raters/",
            {"peer_on": "on", "peer_source": "line", "peer_least": "9", "peer_most": "2"},
        )
    )
    assert 'value="9"' in page
    page = text(client.post(f"{base}/dates/", {"opens": "", "closes": "2001-01-01", "reminders": "soon"}))
    assert "soon" in page
    mail = {"subject": "Hi {who}", "text": "my own words"}
    page = text(client.post(f"/cycles/{cycle.pk}/mails/invite/{language}/", mail))
    assert "{who}" in page
    assert "my own words" in page
    assert Cycle.objects.get(pk=cycle.pk).mails == {}


def test_own_words_are_kept_and_our_words_are_not_stored_as_own(world: World, as_visitor: Visit) -> None:
    client, cycle = as_visitor("analytics"), world.things["cycle_draft"]
    url = f"/cycles/{cycle.pk}/mails/reminder/en/"
    initial = client.get(url).context["form"].initial
    client.post(url, initial)
    assert Cycle.objects.get(pk=cycle.pk).mails == {"reminder": {"en": {}}}
    shown = client.post(url, {**initial, "subject": "Soon, {name}", "preview": "yes"})
    assert shown.context["sample"].subject == "Soon, Ana Abel"
    assert Cycle.objects.get(pk=cycle.pk).mails == {"reminder": {"en": {}}}
    client.post(url, {**initial, "subject": "Soon, {name}"})
    assert Cycle.objects.get(pk=cycle.pk).mails == {"reminder": {"en": {"subject": "Soon, {name}"}}}


def test_the_check_names_hidden_groups_and_a_missing_date_blocks(world: World, as_visitor: Visit) -> None:
    client, cycle = as_visitor("analytics"), world.things["cycle_draft"]
    page = client.get(f"/cycles/{cycle.pk}/prepare/check/")
    assert [ratee.name for ratee, _ in page.context["lacking"]] == ["Mei Martin", "Tom Tanaka"]
    Cycle.objects.filter(pk=cycle.pk).update(closes=None)
    response = client.post(f"/cycles/{cycle.pk}/do/launch/", follow=True)
    assert "There is no closing day" in text(response)
    assert Cycle.objects.get(pk=cycle.pk).state == "draft"


def test_a_ratee_proposes_hands_in_and_their_manager_approves(world: World, as_visitor: Visit) -> None:
    own: Participant = world.things["nominee_ratee"]
    url = f"/cycles/mine/{own.pk}"
    ravi, mei = as_visitor("ratee"), as_visitor("manager")
    found = ravi.get(f"{url}/", {"find": "chi"}).context["found"]
    assert found == [world.people["chidi"]]
    ravi.post(f"{url}/propose/", {"person": str(found[0].pk), "relationship": "peer"})
    ravi.post(f"{url}/propose_outsider/", {"email": "new@example.org", "name": "Nina", "language": "zh"})
    assert "no e-mail address" in text(ravi.post(f"{url}/propose_outsider/", {"email": "no"}, follow=True))
    ravi.post(f"{url}/hand_in/")
    own.refresh_from_db()
    assert own.state == "proposed"
    chidi = own.assignments.get(rater=world.people["chidi"])
    mei.post(f"{url}/decline/", {"assignment": str(chidi.pk)})
    mei.post(f"{url}/add/", {"person": str(world.people["dana"].pk), "relationship": "peer"})
    mei.post(f"{url}/approve/")
    own.refresh_from_db()
    assert own.state == "approved"
    peers = own.assignments.filter(relationship="peer", state="approved").values_list("rater__key", flat=True)
    assert set(peers) == {"bo", "tom", "dana"}


def test_a_ratee_cannot_approve_and_a_manager_cannot_propose(world: World, as_visitor: Visit) -> None:
    own: Participant = world.things["nominee_ratee"]
    for visitor, deed in (("ratee", "approve"), ("ratee", "decline"), ("manager", "hand_in")):
        assert as_visitor(visitor).post(f"/cycles/mine/{own.pk}/{deed}/").status_code == 404
    self_row = own.assignments.get(relationship="self")
    gone = as_visitor("ratee").post(f"/cycles/mine/{own.pk}/take_away/", {"assignment": str(self_row.pk)})
    assert gone.status_code == 404


@pytest.mark.parametrize("visitor", ["ratee", "manager"])
def test_how_far_it_is_names_no_rater_and_counts_nobody_of_an_anonymous_group(
    world: World, as_visitor: Visit, visitor: str
) -> None:
    own: Participant = world.things["participant_ratee"]
    url = f"/cycles/mine/{own.pk}/"
    raters = [p.name for n, p in world.people.items() if n not in ("ratee", "manager")]
    peers = list(own.assignments.filter(relationship="peer").values_list("pk", flat=True))
    seen = []
    for n in range(len(peers) + 1):
        Assignment.objects.filter(pk__in=peers[:n]).update(submitted=True)
        progress.note(own.cycle, start_of(today(own.cycle) + (n + 1) * DAY, own.cycle.time_zone))
        page = text(as_visitor(visitor).get(url))
        seen.append(page[page.index("list-group") : page.index("card-footer")])
        assert not any(name in page for name in raters)
    # With least 3, the page of two answers is that of none, and that of five is that of three.
    assert seen[0] == seen[1] == seen[2] != seen[3]
    assert seen[3] == seen[4] == seen[5]


def test_progress_is_told_by_group_in_ratees_and_in_groups(world: World, as_visitor: Visit) -> None:
    client, cycle = as_visitor("analytics"), world.things["cycle_running"]
    own = Assignment.objects.filter(participant=world.things["participant_ratee"])
    own.filter(relationship__in=("peer", "self")).update(submitted=True)
    progress.note(cycle, start_of(today(cycle) + DAY, cycle.time_zone))
    rows = {row.relationship: row for row in client.get(f"/cycles/{cycle.pk}/").context["progress"]}
    steps = {name: (row.few, row.enough, row.all) for name, row in rows.items()}
    assert steps == {
        "self": (2, 0, 1),
        "manager": (3, 0, 0),
        "peer": (2, 0, 1),
        "report": (1, 0, 0),
        "stakeholder": (1, 0, 0),
    }
    export = text(client.get(f"/cycles/{cycle.pk}/ratees/", {"export": "csv", "sort": "-n_enough"}))
    assert sorted(export.splitlines()[1:]) == [
        "Elif Eren,Payments,Mei Martin,7,3,0",
        "Petra Pahl,Payments,Mei Martin,7,3,0",
        "Ravi Rao,Payments,Mei Martin,11,3,2",
    ]
    page = text(client.get(f"/cycles/ratees/{world.things['participant_ratee'].pk}/"))
    assert page.count("everyone asked has answered") == 1
    assert page.count("not in yet") == 1


def test_of_raters_it_is_told_in_steps_how_far_they_were_last_night(world: World, as_visitor: Visit) -> None:
    client, cycle = as_visitor("analytics"), world.things["cycle_running"]
    Assignment.objects.filter(rater__in=(world.people["bo"], world.people["gita"])).update(submitted=True)
    Assignment.objects.filter(pk=world.things["assignment_ratee_chidi"].pk).update(submitted=True)
    progress.note(cycle, start_of(today(cycle) + DAY, cycle.time_zone))
    export = text(client.get(f"/cycles/{cycle.pk}/owing/", {"export": "csv"}))
    assert "Bo Berg,bo@acme.example,Payments,all" in export
    assert "Chidi Cole,chidi@acme.example,Payments,some" in export
    assert "Finn Fox,finn@acme.example,Payments,nothing yet" in export
    assert "Gita Gill,gita@acme.example,Payments,not shown" in export
    found = client.get(f"/cycles/{cycle.pk}/owing/", {"sort": "-step", "q": "@acme"}).context["listing"]
    assert "Bo Berg" in [row.rater.name for row in found.all]


@pytest.mark.parametrize(
    ("rater", "status"),
    [("chidi", 302), ("manager", 302), ("elif", 302), ("bo", 404), ("gita", 404), ("stakeholder", 404)],
)
def test_one_is_reminded_alone_who_rates_three_or_more_or_under_their_name(
    world: World, as_visitor: Visit, rater: str, status: int
) -> None:
    client, cycle = as_visitor("analytics"), world.things["cycle_running"]
    Assignment.objects.filter(rater=world.people["bo"]).update(submitted=True)
    progress.note(cycle, start_of(today(cycle) + DAY, cycle.time_zone))
    one = world.people.get(rater) or world.things[rater]
    url = f"/cycles/{cycle.pk}/remind/{one.pk}/"
    assert (url in text(client.get(f"/cycles/{cycle.pk}/owing/"))) == (status == 302)
    assert client.post(url).status_code == status
    to = set(Mailed.objects.filter(kind="reminder").values_list("to", flat=True))
    assert to == ({one.email} if status == 302 else set())


def test_reminding_twice_on_a_day_sends_one_mail(world: World, as_visitor: Visit) -> None:
    client, cycle = as_visitor("analytics"), world.things["cycle_running"]
    for _ in range(2):
        client.post(f"/cycles/{cycle.pk}/remind/")
    to = list(Mailed.objects.filter(kind="reminder").values_list("to", flat=True))
    assert len(to) == len(set(to)) > 5


def test_an_extension_on_the_page_reaches_the_rater(world: World, as_visitor: Visit) -> None:
    client, cycle = as_visitor("analytics"), world.things["cycle_running"]
    url = f"/cycles/{cycle.pk}/extend/{world.people['bo'].pk}/"
    refused = text(client.post(url, {"until": today(cycle).isoformat()}))
    assert "closing day or later" in refused
    client.post(url, {"until": (cycle.closes + 2 * DAY).isoformat()})
    assert Assignment.objects.get(pk=world.things["assignment_ratee_bo"].pk).due == cycle.closes + 2 * DAY


def test_changes_among_people_are_offered_and_followed(world: World, as_visitor: Visit) -> None:
    client, cycle = as_visitor("analytics"), world.things["cycle_running"]
    Person.objects.filter(pk=world.people["ratee"].pk).update(manager=world.people["dana"])
    Person.objects.filter(pk=world.people["elif"].pk).update(left=today(cycle) - DAY)
    page = text(client.get(f"/cycles/{cycle.pk}/changes/"))
    assert "Dana Diaz" in page
    assert "Elif Eren" in page
    client.post(f"/cycles/ratees/{world.things['participant_ratee'].pk}/manager/")
    client.post(f"/cycles/ratees/{world.things['participant_elif'].pk}/withdraw/")
    assert Participant.objects.get(pk=world.things["participant_ratee"].pk).manager == world.people["dana"]
    assert Participant.objects.get(pk=world.things["participant_elif"].pk).withdrawn
    assert "Nothing has changed" in text(client.get(f"/cycles/{cycle.pk}/changes/"))


def test_what_waits_on_the_first_page_is_what_can_be_done(world: World, as_visitor: Visit) -> None:
    assert "Nominations 2026" in text(as_visitor("ratee").get("/"))
    assert "Approve a list of raters" in text(as_visitor("manager").get("/"))
    assert "Nominations 2026" not in text(as_visitor("rater").get("/"))  # handed in already


@pytest.mark.parametrize("deed", ["launch", "close", "reopen", "nonsense", "__class__"])
def test_a_deed_that_is_not_possible_changes_nothing(world: World, as_visitor: Visit, deed: str) -> None:
    cycle = world.things["cycle_closed"]
    client = as_visitor("analytics")
    assert client.post(f"/cycles/{cycle.pk}/do/{deed}/").status_code in (302, 404)
    assert Cycle.objects.get(pk=cycle.pk).state == "review"

"""Cycles of before go on to their end: scored again, decided on, contested, sealed, launched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.sheets import comments
from tests.web.upgrade.conftest import Upgraded
from tests.web.upgrade.loading import records

from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import Membership, User
from leadline.web.cycles import closing, launching, nominating
from leadline.web.cycles.models import Assignment, Cycle
from leadline.web.cycles.moves import move
from leadline.web.rating.models import Submission
from leadline.web.rating.tasks import Task
from leadline.web.results import runs, scoring, sealing
from leadline.web.results.models import Comment

ANA = "ana@northwind.example"
REWORDED = "Reworded after the upgrade."


def actor(email: str = ANA) -> Actor:
    own = Membership.objects.select_related("user", "organisation").get(user__email=email)
    return Actor(own.user, own.organisation, frozenset(own.roles), "192.0.2.7")


def client(email: str = ANA) -> Client:
    own = Client()
    own.force_login(User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
    return own


def told(cycle: Cycle, email: str = ANA) -> dict[str, Any]:
    """Every ratee's result as somebody gets it as a file."""
    visitor = client(email)
    urls = {
        one.name: reverse("results:result_json", kwargs={"participant_id": one.pk})
        for one in cycle.participants.all()
    }
    answers = {name: visitor.get(url) for name, url in urls.items()}
    return {name: answer.json() for name, answer in answers.items() if answer.status_code == 200}


FIGURES = ("figures", "groups", "raters")


def figures(cycle: Cycle) -> dict[str, dict[str, Any]]:
    """Of every ratee, as people analytics get them: seen from then on."""
    return {name: {part: found[part] for part in FIGURES} for name, found in told(cycle).items()}


def test_a_cycle_in_review_that_is_scored_again_unchanged_keeps_every_figure(moved: Upgraded) -> None:
    cycle = Cycle.objects.get(state="review")
    before = figures(cycle)
    assert len(before) == 6
    move(cycle, "rescore", actor())
    scoring.run(runs.start(cycle, actor()))
    assert figures(cycle) == before


@pytest.mark.parametrize("raters", [["petra"], ["petra", "mei", "ravi", "elif"]], ids=len)
def test_what_was_seen_in_the_release_stays_however_many_sheets_change_later(
    moved: Upgraded, raters: list[str]
) -> None:
    """The release kept nothing that a later scoring could hold everybody else to."""
    cycle = Cycle.objects.get(state="review")
    before = figures(cycle)
    cycle = closing.reopen(cycle, actor(), timezone.localdate() + timedelta(days=9))
    for key in raters:
        own = Assignment.objects.get(participant__cycle=cycle, participant__name="Bo Berg", rater__key=key)
        visitor = client(f"{key}@northwind.example")
        way = {"assignment_id": own.pk}
        assert visitor.post(reverse("rating:take_back", kwargs=way)).status_code == 302
        section = Task(own).sections[0]
        sent = {item.id: "5" for item in section.items} | {"form-keep": "yes"}
        url = reverse("rating:form", kwargs={**way, "competency": section.id})
        assert visitor.post(url, sent).status_code == 302
        assert visitor.post(reverse("rating:submit", kwargs=way)).status_code == 302
    cycle = closing.close(cycle, actor())
    scoring.run(runs.start(cycle, actor()))
    assert figures(cycle) == before


@pytest.mark.parametrize("reader", [ANA, "dana@northwind.example", "cora@northwind.example"])
def test_a_released_cycle_is_sealed_and_everybody_finds_what_they_found(moved: Upgraded, reader: str) -> None:
    cycle = Cycle.objects.get(state="released")
    before = told(cycle, reader)
    assert before
    cycle.appeal_until = timezone.localdate() - timedelta(days=2)
    cycle.save()
    sealing.seal(cycle, actor())
    assert not Submission.objects.filter(cycle=cycle).exists()
    after = told(cycle, reader)
    assert after.keys() == before.keys()
    for name, document in before.items():
        for part, known in document.items():
            same = sorted if part == "comments" else list
            assert _plain(after[name][part], same) == _plain(known, same), (name, part)


def _plain(part: Any, order: Any) -> Any:
    return order(map(repr, part)) if isinstance(part, list) else part


def test_a_comment_of_before_is_reworded_and_its_original_is_kept(moved: Upgraded) -> None:
    waiting = [row for row in records("results.Comment") if row["state"] == "waiting"]
    review = next(str(one.pk) for one in Cycle.objects.filter(state="review"))
    ratees = {row["id"] for row in records("cycles.Participant") if row["cycle_id"] == review}
    known = next(row for row in waiting if row["participant_id"] in ratees)
    ana = client()
    sent = {"state": "coach", "text": REWORDED, "show": "waiting"}
    assert ana.post(reverse("results:comment", kwargs={"comment_id": known["id"]}), sent).status_code == 302
    desk = reverse("results:desk", kwargs={"cycle_id": review})
    page = ana.get(f"{desk}?show=coach").content.decode()
    assert REWORDED in page
    assert known["text"] in page


def test_a_contest_of_before_is_answered_and_its_ratee_reads_it(moved: Upgraded) -> None:
    contest = next(row for row in records("results.Contest") if row["state"] == "open")
    said = "Noted: we shall ask those who are in your team now."
    url = reverse("results:answer", kwargs={"contest_id": contest["id"]})
    assert client().post(url, {"text": said}).status_code == 302
    own = reverse("results:result", kwargs={"participant_id": contest["participant_id"]})
    assert said in client("petra@northwind.example").get(own).content.decode()


def test_nominations_of_before_lead_to_a_running_cycle(moved: Upgraded) -> None:
    cycle = Cycle.objects.get(state="nominating")
    ravi = cycle.participants.select_related("cycle", "manager").get(name="Ravi Rao")
    nominating.approve(actor("dana@northwind.example"), ravi)
    launched = launching.launch(cycle, actor())
    assert launched.state == "running"
    asked = Assignment.objects.filter(participant=ravi, state="approved", rater__isnull=False)
    declined = Assignment.objects.get(participant=ravi, rater__key="petra")
    assert declined.state == "declined"
    assert set(asked.values_list("rater__key", flat=True)) >= {"ravi", "dana", "elif"}


def test_of_comments_of_before_group_and_competency_are_known_to_the_key_alone(moved: Upgraded) -> None:
    told = ("group", "competency", "text")
    before = {row["id"]: tuple(row[name] for name in told) for row in records("results.Comment")}
    hidden = list(Comment.objects.exclude(hidden=None).select_related("participant"))
    assert {tuple(getattr(one, name) for name in told) for one in hidden} == {("", "", "")}
    for one in comments(hidden):
        assert tuple(getattr(one, name) for name in told) == before[str(one.pk)]
    for one in Comment.objects.filter(hidden=None):
        assert tuple(getattr(one, name) for name in told) == before[str(one.pk)]

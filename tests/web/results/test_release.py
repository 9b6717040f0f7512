"""Review, release, taking back, contests: who is told what, and what a mail may hold."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client
from tests.web.cast import World
from tests.web.sheets import comments, figures, remark

from leadline.web.accounts.models import AuditRecord, User
from leadline.web.cycles.models import Cycle
from leadline.web.people.joining import ensure_account
from leadline.web.people.models import Person
from leadline.web.results import mails, releasing, reviewing
from leadline.web.results.access import results
from leadline.web.results.models import Comment, Contest, Release
from leadline.web.results.releasing import Decision, ReleaseError

Visit = Callable[[str], Client]
KEYS = {"ratee": "participant__person", "manager": "participant__manager"}
MAILS = Path(__file__).parents[1] / "mails"


def snapshot(name: str) -> None:
    """The last mail, with its one-time address taken out, equals the one that is kept."""
    sent = mail.outbox[-1]
    html = sent.alternatives[0][0]
    text = f"To: {sent.to[0]}\nSubject: {sent.subject}\n\n{sent.body}\n=== HTML\n{html}"
    text = re.sub(r"/account/enter/[^\s\"<]*", "/account/enter/...", text)
    path = MAILS / f"{name}.txt"
    if os.environ.get("LEADLINE_RECORD_MAILS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def review_to(world: World, **fields: object) -> Cycle:
    cycle = world.things["cycle_review"]
    Cycle.objects.filter(pk=cycle.pk).update(purpose="development", **fields)
    cycle.refresh_from_db()
    return cycle


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("audience", ["ratee", "manager"])
def test_the_mail_that_tells_of_a_result(
    world: World, mailoutbox: list[object], audience: str, language: str
) -> None:
    del mailoutbox
    cycle = review_to(world, appeal_until="2026-12-24")
    releasing.release(world.actor("analytics"), cycle, ["manager"])
    person = world.people["ratee" if audience == "ratee" else "manager"]
    Person.objects.filter(pk=person.pk).update(language=language)
    Release.objects.exclude(audience=audience, **{KEYS[audience]: person}).update(told=True)
    mails.tell.func(str(cycle.pk))
    assert mail.outbox[-1].to == [person.email]
    snapshot(f"results-{audience}-{language}")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_mail_that_tells_of_an_answer(world: World, mailoutbox: list[object], language: str) -> None:
    del mailoutbox
    Person.objects.filter(pk=world.people["ratee"].pk).update(language=language)
    answer_told(world)
    snapshot(f"results-answer-{language}")


def answer_told(world: World) -> None:
    Contest.objects.filter(pk=world.things["contest"].pk).update(told=False)
    mails.tell_answer.func(str(world.things["contest"].pk))


def test_mails_about_results_go_to_the_confirmed_address_whatever_was_written_into_the_person(
    world: World, mailoutbox: list[object]
) -> None:
    cycle = review_to(world)
    for person in Person.objects.filter(organisation=world.organisation):
        ensure_account(person)
    confirmed = set(User.objects.values_list("email", flat=True))
    Person.objects.update(email=Concat("key", Value("@evil.example")))
    n = releasing.release(world.actor("analytics"), cycle, ["manager"])
    mails.tell.func(str(cycle.pk))
    answer_told(world)
    Person.objects.update(email="")
    answer_told(world)
    assert len(mailoutbox) == n + 4
    assert {address for sent in mail.outbox for address in sent.to} <= confirmed


def test_everybody_is_told_once_and_no_mail_holds_a_figure_or_a_name_of_another(
    world: World, mailoutbox: list[object]
) -> None:
    cycle = review_to(world)
    n = releasing.release(world.actor("analytics"), cycle, ["manager"])
    for _ in range(2):
        mails.tell.func(str(cycle.pk))
    assert len(mailoutbox) == n + 2  # a mail each, and one to each of two managers
    names = {person.name for person in world.people.values()}
    for sent in mail.outbox:
        others = {name for name in names if name in sent.body} - {sent.body.split("Hello ")[1].split(",")[0]}
        assert others == set()
        assert not re.search(r"\b\d\d\.\d|\d\d–\d\d", sent.body)


def test_a_selection_is_not_released_without_a_name_and_a_reason(world: World, as_visitor: Visit) -> None:
    cycle = world.things["cycle_review"]
    with pytest.raises(ReleaseError) as raised:
        releasing.release(world.actor("analytics"), cycle, [], Decision("Dana Diaz", "  "))
    assert raised.value.code == "web.results.needs_decision"
    page = as_visitor("analytics").post(f"/results/cycles/{cycle.pk}/release/", {"decision": "Dana Diaz"})
    assert "Dana Diaz" in page.content.decode()
    cycle.refresh_from_db()
    assert cycle.state == "review"


def test_counts_before_a_selection_are_figures_that_were_seen(world: World, as_visitor: Visit) -> None:
    cycle = world.things["cycle_review"]
    results(cycle).update(shown=False)
    page = as_visitor("analytics").get(f"/results/cycles/{cycle.pk}/release/")
    assert "overlapping intervals" in page.content.decode()
    assert not results(cycle).filter(shown=False).exists()


def test_a_release_without_a_selection_shows_no_counts_and_marks_nothing(
    world: World, as_visitor: Visit
) -> None:
    cycle = review_to(world)
    results(cycle).update(shown=False)
    as_visitor("analytics").get(f"/results/cycles/{cycle.pk}/release/")
    assert not results(cycle).filter(shown=True).exists()


def test_the_human_decision_stays_with_the_release_and_in_the_audit(world: World, as_visitor: Visit) -> None:
    cycle = world.things["cycle_review"]
    as_visitor("analytics").post(
        f"/results/cycles/{cycle.pk}/release/", {"decision": "Dana Diaz", "reason": "Interviews in May."}
    )
    cycle.refresh_from_db()
    assert cycle.state == "released"
    assert set(Release.objects.filter(participant__cycle=cycle).values_list("decision", "reason")) == {
        ("Dana Diaz", "Interviews in May.")
    }
    record = AuditRecord.objects.get(action="cycles.release", subject=str(cycle.pk))
    assert record.detail == {"decision": "Dana Diaz", "reason": "Interviews in May."}


def test_nobody_but_people_analytics_sees_a_result_before_it_is_released(
    world: World, as_visitor: Visit
) -> None:
    path = f"/results/of/{world.things['result_review'].pk}/"
    got = {v: as_visitor(v).get(path).status_code for v in ("analytics", "ratee", "manager", "coach")}
    assert got == {"analytics": 200, "ratee": 404, "manager": 404, "coach": 404}


def test_a_cycle_whose_least_numbers_rose_must_be_scored_again(world: World) -> None:
    cycle = review_to(world, thresholds={"peer": 5})
    with pytest.raises(ReleaseError) as raised:
        releasing.release(world.actor("analytics"), cycle, [])
    assert raised.value.code == "web.results.thresholds_rose"


def test_a_result_is_taken_back_until_it_was_read_and_can_be_given_again(
    world: World, as_visitor: Visit
) -> None:
    ravi, actor = world.things["result_ratee"], world.actor("analytics")
    releasing.take_back(actor, ravi)
    assert as_visitor("ratee").get(f"/results/of/{ravi.pk}/").status_code == 404
    releasing.give(actor, ravi, ["ratee"])
    assert as_visitor("ratee").get(f"/results/of/{ravi.pk}/").status_code == 200
    with pytest.raises(ReleaseError) as raised:
        releasing.take_back(actor, ravi)
    assert raised.value.code == "web.results.already_read"


def test_every_reading_is_in_the_audit(world: World, as_visitor: Visit) -> None:
    ravi = world.things["result_ratee"]
    for path in ("", "results.csv", "results.json"):
        as_visitor("manager").get(f"/results/of/{ravi.pk}/{path}")
    reads = AuditRecord.objects.filter(action="results.read", subject=str(ravi.pk))
    own = reads.filter(actor=world.users["manager"].email).order_by("number")
    assert [one.detail["how"] for one in own] == ["page", "csv", "json"]


def test_an_edited_comment_keeps_its_original_and_can_go_back(world: World) -> None:
    comment, actor = world.things["comment"], world.actor("analytics")
    before = comments([comment])[0].text
    edited = reviewing.review(actor, comment, "public", "A kinder wording.")
    assert (edited.text, edited.original, edited.state) == ("A kinder wording.", before, "public")
    again = reviewing.review(actor, comment, "waiting", before)
    assert (again.text, again.original, again.state) == (before, "", "waiting")


def test_the_ratee_sees_public_comments_and_the_coach_those_for_them_too(
    world: World, as_visitor: Visit
) -> None:
    ravi = world.things["result_ratee"]
    rows = list(Comment.objects.filter(participant=ravi))
    for row, state in zip(rows, ("public", "coach", "withheld", "waiting"), strict=False):
        remark(row, f"a {state} remark", state=state)
    Comment.objects.filter(pk__in=[row.pk for row in rows[4:]]).delete()
    shown = {
        visitor: {
            state
            for state in ("public", "coach", "withheld", "waiting")
            if f"a {state} remark" in as_visitor(visitor).get(f"/results/of/{ravi.pk}/").content.decode()
        }
        for visitor in ("ratee", "manager", "coach", "analytics")
    }
    both = {"public", "coach"}
    assert shown == {"ratee": {"public"}, "manager": {"public"}, "coach": both, "analytics": both}


def test_a_contest_travels_with_the_result_and_so_does_its_answer(world: World, as_visitor: Visit) -> None:
    ravi = world.things["result_ratee"]
    contest = world.things["contest"]
    as_visitor("analytics").post(f"/results/contests/{contest.pk}/answer/", {"text": "We added two peers."})
    page = as_visitor("manager").get(f"/results/of/{ravi.pk}/").content.decode()
    assert contest.text in page
    assert "We added two peers." in page
    exported = as_visitor("ratee").get(f"/results/of/{ravi.pk}/results.json").json()
    assert [(one["text"], one["answer"]) for one in exported["contests"]] == [
        (contest.text, "We added two peers.")
    ]


def test_only_the_ratee_contests_and_only_while_the_window_is_open(world: World, as_visitor: Visit) -> None:
    ravi = world.things["result_ratee"]
    as_visitor("manager").post(f"/results/of/{ravi.pk}/contest/", {"text": "No."})
    assert Contest.objects.filter(participant=ravi).count() == 1
    as_visitor("ratee").post(f"/results/of/{ravi.pk}/contest/", {"text": "Still no."})
    assert Contest.objects.filter(participant=ravi).count() == 2
    Cycle.objects.filter(pk=ravi.cycle_id).update(appeal_until="2020-01-01")
    as_visitor("ratee").post(f"/results/of/{ravi.pk}/contest/", {"text": "Too late."})
    assert Contest.objects.filter(participant=ravi).count() == 2


def test_a_development_cycle_has_no_ranking_whatever_the_address(world: World, as_visitor: Visit) -> None:
    cycle = world.things["cycle_released"]
    client = as_visitor("analytics")
    assert client.get(f"/results/cycles/{cycle.pk}/ranking/").status_code == 404
    assert client.get(f"/results/cycles/{cycle.pk}/ranking/?export=csv").status_code == 404
    assert "ranking" not in client.get(f"/results/cycles/{cycle.pk}/").content.decode()
    assert not any(one["sheet"]["rank"] for one in figures(cycle.runs.get()).values() if one["sheet"])


def test_an_export_of_one_result_tells_no_place_among_others(world: World, as_visitor: Visit) -> None:
    ravi = world.things["result_review"]
    exported = as_visitor("analytics").get(f"/results/of/{ravi.pk}/results.json").json()
    assert "rank" not in exported["figures"]


def test_the_analyst_sees_means_and_nobody_by_name(world: World, as_visitor: Visit) -> None:
    cycle = world.things["cycle_released"]
    client = as_visitor("analyst")
    page = client.get(f"/results/cycles/{cycle.pk}/overview/").content.decode()
    assert not any(row.participant.name in page for row in results(cycle).select_related("participant"))
    for row in results(cycle):
        assert client.get(f"/results/of/{row.participant_id}/").status_code == 404

"""Scoring a closed cycle: what is stored, what a second run keeps, and what happens when it fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.web.cast import World
from tests.web.worlds.results import SAID

from leadline.web.cycles.models import Cycle, Participant
from leadline.web.cycles.moves import move
from leadline.web.rating.models import Submission
from leadline.web.results import runs, scoring, sheets
from leadline.web.results.access import results
from leadline.web.results.models import Comment, Result, Run

Visit = Callable[[str], Client]


def again(world: World, cycle: Cycle) -> Run:
    move(cycle, "rescore", world.actor("analytics"))
    run = runs.start(cycle, world.actor("analytics"))
    scoring.run(run)
    cycle.refresh_from_db()
    return run


def late(cycle: Cycle, person: str, group: str = "peer", rating: int = 1) -> None:
    participant = cycle.participants.get(name="Ravi Rao")
    like = Submission.objects.filter(participant=participant, relationship="peer").first()
    Submission.objects.create(
        cycle=cycle,
        participant=participant,
        relationship=group,
        pseudonym=person,
        answers=dict.fromkeys(like.answers, rating),
    )


def test_a_scored_cycle_is_in_review_with_figures_versions_and_hash(world: World) -> None:
    run, cycle = world.things["run"], world.things["cycle_review"]
    assert (cycle.state, run.state, len(run.input_hash)) == ("review", "done", 64)
    assert run.versions["framework"] == "technical-leadership@1.0.0"
    sheet = run.results.get(participant__name="Ravi Rao").figures["sheet"]
    assert sheet["overall"]["lower"] < sheet["overall"]["score"] < sheet["overall"]["upper"]


def test_a_ratee_whom_too_few_rated_has_the_sheet_of_one_whom_nobody_rated(world: World) -> None:
    thin = world.things["run"].results.get(participant__name="Tom Tanaka").figures
    assert thin["sheet"]["overall"] is None
    assert set(thin["sheet"]["competencies"].values()) == {None}
    assert (thin["groups"], thin["raters"]) == ({}, {})
    nobody = again_without(world, "Tom Tanaka")
    assert thin["groups"] == nobody["groups"]
    assert thin["raters"] == nobody["raters"]
    assert nobody["sheet"] in (None, thin["sheet"])


def again_without(world: World, name: str) -> dict[str, object]:
    cycle = world.things["cycle_review"]
    Submission.objects.filter(participant__name=name, cycle=cycle).exclude(relationship="self").delete()
    return again(world, cycle).results.get(participant__name=name).figures


def test_evidence_names_no_rater(world: World) -> None:
    ratings = scoring.evidence_of(world.things["cycle_review"]).ratings
    keys = {str(person.pk) for person in world.people.values()} | {p.name for p in world.people.values()}
    assert keys.isdisjoint(ratings.get_column("rater").to_list())
    own = ratings.filter(ratings["relationship"] == "self")
    assert own["ratee"].to_list() == own["rater"].to_list()


def test_the_same_answers_give_the_same_figures(world: World) -> None:
    cycle, first = world.things["cycle_review"], world.things["run"]
    second = again(world, cycle)
    assert (second.number, second.input_hash) == (2, first.input_hash)
    figures = [dict(run.results.values_list("participant", "figures")) for run in (first, second)]
    assert figures[0] == figures[1]


def test_the_order_of_rows_in_the_database_changes_nothing(world: World) -> None:
    cycle, first = world.things["cycle_review"], world.things["run"]
    before = scoring.evidence_of(cycle).hash
    stored = dict(first.results.values_list("participant", "figures"))
    sets = dict(first.results.values_list("participant", "sets"))
    participants, submissions = list(cycle.participants.all()), list(Submission.objects.filter(cycle=cycle))
    cycle.participants.all().delete()
    Participant.objects.bulk_create(reversed(participants))
    for submission in submissions:
        submission.pk = uuid4()
    Submission.objects.bulk_create(reversed(submissions))
    assert scoring.evidence_of(cycle).hash == before
    second = again(world, cycle)
    assert second.input_hash == first.input_hash
    assert dict(second.results.values_list("participant", "figures")) == stored
    assert dict(second.results.values_list("participant", "sets")) == sets


def test_comments_of_one_writer_are_not_kept_together(world: World) -> None:
    cycle = world.things["cycle_review"]
    ravi = cycle.participants.get(name="Ravi Rao")
    asked = [one.id for one in sheets.framework_of(cycle).competencies][:8]
    for number, submission in enumerate(Submission.objects.filter(participant=ravi, relationship="peer")):
        submission.comments = dict.fromkeys(asked, f"Writer {number}")
        submission.save()
    rules = sheets.rules_of(sheets.framework_of(cycle))
    first, second = (sheets.sheets_of(cycle, [ravi.pk], rules)[ravi.pk].comments for _ in range(2))
    assert sorted(first) == sorted(second)
    assert first != second, "forty comments in the same order twice are not shuffled"


def test_after_one_late_answer_a_ratee_keeps_the_figures_that_were_seen(world: World) -> None:
    cycle, first = world.things["cycle_review"], world.things["run"]
    Result.objects.filter(run=first).update(shown=True)
    late(cycle, "late one")
    again(world, cycle)
    ravi = results(cycle).get(participant__name="Ravi Rao")
    assert ravi.kept == 1
    assert ravi.figures == first.results.get(participant__name="Ravi Rao").figures


def test_after_enough_late_answers_the_new_figures_stand(world: World) -> None:
    cycle, first = world.things["cycle_review"], world.things["run"]
    Result.objects.filter(run=first).update(shown=True)
    for person in ("late one", "late two", "late three"):
        late(cycle, person)
    again(world, cycle)
    ravi = results(cycle).get(participant__name="Ravi Rao")
    assert ravi.kept is None
    assert ravi.figures != first.results.get(participant__name="Ravi Rao").figures


def test_scoring_again_reads_nothing_of_what_was_seen_but_what_it_was_made_of(world: World) -> None:
    cycle, first = world.things["cycle_review"], world.things["run"]
    Result.objects.filter(run=first).update(shown=True)
    Run.objects.filter(pk=first.pk).update(shown=True)
    with CaptureQueriesContext(connection) as captured:
        second = again(world, cycle)
    assert set(second.results.values_list("kept", flat=True)) == {None}
    read = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
    seen = [sql for sql in read if '"shown"' in sql.partition("WHERE")[2]]
    assert len(seen) == 2
    assert not [sql for sql in seen if '"figures"' in sql or '"tables"' in sql]


def test_a_page_reads_nothing_of_what_its_figures_were_made_of(world: World, as_visitor: Visit) -> None:
    participant = world.things["cycle_review"].participants.get(name="Ravi Rao")
    with CaptureQueriesContext(connection) as captured:
        assert as_visitor("analytics").get(f"/results/of/{participant.pk}/").status_code == 200
    assert [query["sql"] for query in captured if '"results_result"."figures"' in query["sql"]]
    assert not [query["sql"] for query in captured if '."sets"' in query["sql"]]


def test_figures_nobody_saw_are_no_reason_to_keep_them(world: World) -> None:
    cycle = world.things["cycle_review"]
    late(cycle, "late one")
    again(world, cycle)
    assert results(cycle).get(participant__name="Ravi Rao").kept is None


def test_only_comments_of_which_enough_people_wrote_are_there_at_all(world: World) -> None:
    cycle = world.things["cycle_review"]
    toms = Comment.objects.filter(participant__cycle=cycle, participant__name="Tom Tanaka")
    assert set(toms.values_list("group", flat=True)) == {"manager"}
    mine = Comment.objects.filter(participant__cycle=cycle, participant__name="Ravi Rao")
    assert set(mine.values_list("group", flat=True)) <= {"manager", "peer", "colleagues"}
    assert set(mine.values_list("text", flat=True)) <= set(SAID)


def test_what_the_desk_decided_on_a_comment_survives_a_second_run(world: World) -> None:
    cycle = world.things["cycle_review"]
    comment = Comment.objects.filter(participant__cycle=cycle, participant__name="Ravi Rao").first()
    Comment.objects.filter(pk=comment.pk).update(state="coach", text="Shorter.", original=comment.text)
    again(world, cycle)
    assert Comment.objects.filter(participant=comment.participant, text="Shorter.", state="coach").exists()


def test_a_cycle_without_answers_fails_with_what_to_do_and_can_be_tried_again(world: World) -> None:
    cycle = Cycle.objects.create(
        organisation=world.organisation, title="x", state="scoring", framework="technical-leadership@1.0.0"
    )
    run = runs.start(cycle, world.organisation)
    runs.score.func(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.failure["code"]) == ("failed", "web.results.no_answers")
    runs.retry(run, world.actor("analytics"))
    run.refresh_from_db()
    assert (run.state, run.failure) == ("waiting", None)


def test_nothing_stored_with_a_result_names_a_rater_or_their_pseudonym(world: World) -> None:
    pseudonyms = set(Submission.objects.values_list("pseudonym", flat=True))
    for result in Result.objects.all():
        text = json.dumps([result.figures, result.sets])
        assert not any(one in text for one in pseudonyms)

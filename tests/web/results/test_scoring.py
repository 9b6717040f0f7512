"""Scoring a closed cycle: what is stored, what a second run keeps, and what happens when it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.web.cast import World
from tests.web.sheets import comments, figures, figures_of, on, put, remark, sets, sheet
from tests.web.worlds.results import SAID

from leadline.evidence import Evidence
from leadline.web.cycles import keys
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.cycles.moves import move
from leadline.web.rating.models import Submission
from leadline.web.results import access, hidden, runs, scoring, sheets, showing
from leadline.web.results.access import results
from leadline.web.results.models import Comment, Result, Run

Visit = Callable[[str], Client]


def again(world: World, cycle: Cycle) -> Run:
    move(cycle, "rescore", world.actor("analytics"))
    run = runs.start(cycle, world.actor("analytics"))
    scoring.run(run)
    cycle.refresh_from_db()
    return run


def evidence(cycle: Cycle) -> Evidence:
    return scoring.evidence_of(cycle, keys.of(cycle.pk))


def late(cycle: Cycle, person: str, group: str = "peer", rating: int = 1) -> None:
    participant = cycle.participants.get(name="Ravi Rao")
    like = next(one for _, one in on(participant) if one.relationship == "peer")
    sheet(participant, group, person, dict.fromkeys(like.answers, rating))


def test_a_scored_cycle_is_in_review_with_figures_versions_and_hash(world: World) -> None:
    run, cycle = world.things["run"], world.things["cycle_review"]
    assert (cycle.state, run.state, len(run.input_hash)) == ("review", "done", 64)
    assert run.versions["framework"] == "technical-leadership@1.0.0"
    sheet = figures_of(run.results.get(participant__name="Ravi Rao"))["sheet"]
    assert sheet["overall"]["lower"] < sheet["overall"]["score"] < sheet["overall"]["upper"]


def test_a_ratee_whom_too_few_rated_has_the_sheet_of_one_whom_nobody_rated(world: World) -> None:
    thin = figures_of(world.things["run"].results.get(participant__name="Tom Tanaka"))
    assert thin["sheet"]["overall"] is None
    assert set(thin["sheet"]["competencies"].values()) == {None}
    assert (thin["groups"], thin["raters"]) == ({}, {})
    nobody = again_without(world, "Tom Tanaka")
    assert thin["groups"] == nobody["groups"]
    assert thin["raters"] == nobody["raters"]
    assert nobody["sheet"] in (None, thin["sheet"])


def again_without(world: World, name: str) -> dict[str, object]:
    cycle = world.things["cycle_review"]
    for row, _ in on(cycle.participants.get(name=name), but="self"):
        row.delete()
    return figures_of(again(world, cycle).results.get(participant__name=name))


def test_evidence_names_no_rater(world: World) -> None:
    ratings = evidence(world.things["cycle_review"]).ratings
    known = {str(person.pk) for person in world.people.values()} | {p.name for p in world.people.values()}
    assert known.isdisjoint(ratings.get_column("rater").to_list())
    own = ratings.filter(ratings["relationship"] == "self")
    assert own["ratee"].to_list() == own["rater"].to_list()


def test_the_same_answers_give_the_same_figures(world: World) -> None:
    cycle, first = world.things["cycle_review"], world.things["run"]
    stored = figures(first)
    second = again(world, cycle)
    assert (second.number, second.input_hash) == (2, first.input_hash)
    assert figures(second) == stored


def test_the_order_of_rows_in_the_database_changes_nothing(world: World) -> None:
    cycle, first = world.things["cycle_review"], world.things["run"]
    before = evidence(cycle).hash
    stored, known = figures(first), sets(first)
    participants, submissions = list(cycle.participants.all()), list(Submission.objects.filter(cycle=cycle))
    panels = list(Assignment.objects.filter(participant__cycle=cycle))
    cycle.participants.all().delete()
    Participant.objects.bulk_create(reversed(participants))
    Assignment.objects.bulk_create(reversed(panels))
    for submission in submissions:
        submission.pk = uuid4()
    Submission.objects.bulk_create(reversed(submissions))
    assert evidence(cycle).hash == before
    second = again(world, cycle)
    assert second.input_hash == first.input_hash
    assert figures(second) == stored
    assert sets(second) == known


def test_comments_of_one_writer_are_not_kept_together(world: World) -> None:
    cycle = world.things["cycle_review"]
    ravi = cycle.participants.get(name="Ravi Rao")
    asked = [one.id for one in sheets.framework_of(cycle).competencies][:8]
    for number, (row, one) in enumerate(on(ravi)):
        if one.relationship == "peer":
            row.delete()
            put(ravi, replace(one, comments=dict.fromkeys(asked, f"Writer {number}")))
    rules, key = sheets.rules_of(sheets.framework_of(cycle)), keys.of(cycle.pk)
    first, second = (sheets.sheets_of(cycle, key, [ravi.pk], rules)[ravi.pk].comments for _ in range(2))
    assert sorted(first) == sorted(second)
    assert first != second, "forty comments in the same order twice are not shuffled"


def test_after_one_late_answer_a_ratee_keeps_the_figures_that_were_seen(world: World) -> None:
    cycle, first = world.things["cycle_review"], world.things["run"]
    Result.objects.filter(run=first).update(shown=True)
    late(cycle, "late one")
    again(world, cycle)
    ravi = results(cycle).get(participant__name="Ravi Rao")
    assert ravi.kept == 1
    assert figures_of(ravi) == figures_of(first.results.get(participant__name="Ravi Rao"))


def test_after_enough_late_answers_the_new_figures_stand(world: World) -> None:
    cycle, first = world.things["cycle_review"], world.things["run"]
    Result.objects.filter(run=first).update(shown=True)
    for person in ("late one", "late two", "late three", "late four"):
        late(cycle, person)
    again(world, cycle)
    ravi = results(cycle).get(participant__name="Ravi Rao")
    assert ravi.kept is None
    assert figures_of(ravi) != figures_of(first.results.get(participant__name="Ravi Rao"))


def exports(client: Client, cycle: Cycle) -> dict[str, tuple[bytes, bytes]]:
    """Everything that can be read of each ratee, by name."""
    return {
        one.name: tuple(
            client.get(f"/results/of/{one.pk}/{path}").content for path in ("results.json", "results.csv")
        )
        for one in cycle.participants.all()
    }


@pytest.mark.parametrize("n_late", [1, 2, 3, 4, 6])
def test_nobody_else_moves_by_a_byte_and_a_ratee_only_when_enough_sheets_changed(
    world: World, as_visitor: Visit, n_late: int
) -> None:
    cycle, client = world.things["cycle_review"], as_visitor("analytics")
    before = exports(client, cycle)
    overview = client.get(f"/results/cycles/{cycle.pk}/overview/?export=csv").content
    for number in range(n_late):
        late(cycle, f"late {number}")
    again(world, cycle)
    after = exports(client, cycle)
    moved = {name for name in before if after[name] != before[name]}
    assert moved == ({"Ravi Rao"} if n_late >= 4 else set())
    assert client.get(f"/results/cycles/{cycle.pk}/overview/?export=csv").content == overview


def test_a_sheet_that_was_changed_or_taken_away_moves_nobody(world: World, as_visitor: Visit) -> None:
    cycle, client = world.things["cycle_review"], as_visitor("analytics")
    before = exports(client, cycle)
    ravi = cycle.participants.get(name="Ravi Rao")
    (row, one), (gone, _) = [pair for pair in on(ravi) if pair[1].relationship == "peer"][:2]
    row.delete()
    gone.delete()
    put(ravi, replace(one, answers=dict.fromkeys(one.answers, 1)))
    again(world, cycle)
    assert exports(client, cycle) == before
    assert results(cycle).get(participant=ravi).kept == 1


def test_what_a_raised_least_number_forbids_is_taken_out_and_nothing_else_moves(
    world: World, as_visitor: Visit
) -> None:
    cycle, client = world.things["cycle_review"], as_visitor("analytics")
    exports(client, cycle)
    before = {pk: one["sheet"] for pk, one in figures(cycle.runs.get()).items()}
    Cycle.objects.filter(pk=cycle.pk).update(thresholds={**cycle.thresholds, "report": 4})
    cycle.refresh_from_db()
    run = again(world, cycle)
    ravi = cycle.participants.get(name="Ravi Rao")
    assert not any("report" in found for found in figures(run)[ravi.pk]["groups"].values())
    assert {pk: one["sheet"] for pk, one in figures(run).items()} == before


def test_scoring_again_reads_nothing_of_what_was_seen_but_what_it_was_made_of(world: World) -> None:
    cycle, first = world.things["cycle_review"], world.things["run"]
    Result.objects.filter(run=first).update(shown=True)
    Run.objects.filter(pk=first.pk).update(shown=True)
    with CaptureQueriesContext(connection) as captured:
        second = again(world, cycle)
    assert set(second.results.values_list("kept", flat=True)) == {None}
    read = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
    seen = [sql for sql in read if '"results_result"."shown"' in sql.partition("WHERE")[2]]
    assert seen
    assert not [sql for sql in seen if '"results_result"."hidden"' in sql]


def test_a_page_reads_nothing_of_what_its_figures_were_made_of(world: World, as_visitor: Visit) -> None:
    participant = world.things["cycle_review"].participants.get(name="Ravi Rao")
    with CaptureQueriesContext(connection) as captured:
        assert as_visitor("analytics").get(f"/results/of/{participant.pk}/").status_code == 200
    assert [query["sql"] for query in captured if '"results_result"."hidden"' in query["sql"]]
    assert not [query["sql"] for query in captured if '."sets"' in query["sql"]]


def test_figures_nobody_saw_are_no_reason_to_keep_them(world: World) -> None:
    cycle = world.things["cycle_review"]
    late(cycle, "late one")
    again(world, cycle)
    assert results(cycle).get(participant__name="Ravi Rao").kept is None


def test_who_saw_the_mean_of_everybody_knows_everybody_s_figures(world: World, as_visitor: Visit) -> None:
    cycle, ana = world.things["cycle_review"], as_visitor("analytics")
    ana.get(f"/results/cycles/{cycle.pk}/overview/")
    before = figures(cycle.runs.get())
    late(cycle, "late one")
    again(world, cycle)
    exports(ana, cycle)
    overall = [one["sheet"]["overall"] for one in figures(cycle.runs.last()).values() if one["sheet"]]
    known = sum(one["score"] for one in overall if one)
    n = sum(one is not None for one in overall)
    mean = hidden.run(cycle.runs.first()).tables["overview"]["overall"]["everybody"]["mean"]
    assert mean * n - known == pytest.approx(0, abs=0.001), "mean less the others is what Ravi had before"
    assert figures(cycle.runs.last()) == before


def test_comments_that_were_read_are_not_joined_by_those_of_one_late_rater(
    world: World, as_visitor: Visit
) -> None:
    cycle, ana = world.things["cycle_review"], as_visitor("analytics")
    ana.get(f"/results/cycles/{cycle.pk}/comments/")
    ravi = cycle.participants.get(name="Ravi Rao")
    like = next(one for _, one in on(ravi) if one.relationship == "peer")
    put(ravi, replace(like, pseudonym="late", comments={"clarity": "I came late."}))
    again(world, cycle)
    assert "I came late." not in ana.get(f"/results/cycles/{cycle.pk}/comments/").content.decode()


@pytest.mark.parametrize(("n_writers", "there"), [(1, False), (4, False), (5, True)])
def test_new_comments_come_only_where_enough_late_raters_wrote_some(
    world: World, as_visitor: Visit, n_writers: int, *, there: bool
) -> None:
    cycle, ana = world.things["cycle_review"], as_visitor("analytics")
    ana.get(f"/results/cycles/{cycle.pk}/comments/")
    ravi = cycle.participants.get(name="Ravi Rao")
    like = next(one for _, one in on(ravi) if one.relationship == "peer")
    for n in range(5):
        said = {"clarity": f"Late {n}."} if n < n_writers else {}
        put(ravi, replace(like, pseudonym=f"late {n}", comments=said))
    again(world, cycle)
    assert results(cycle).get(participant=ravi).kept is None
    now = {one.text for one in comments(Comment.objects.filter(participant=ravi))}
    assert {f"Late {n}." for n in range(n_writers)} <= now if there else not any("Late" in one for one in now)


def test_a_page_that_a_run_overtook_shows_nothing(world: World) -> None:
    cycle, ana = world.things["cycle_review"], world.actor("analytics")
    ravi = cycle.participants.get(name="Ravi Rao")
    seen = access.seen(ana, ravi.pk)
    late(cycle, "late one")
    again(world, cycle)
    with pytest.raises(Http404):
        showing.opened(ana, seen, "page")


def test_only_comments_of_which_enough_people_wrote_are_there_at_all(world: World) -> None:
    cycle = world.things["cycle_review"]
    toms = Comment.objects.filter(participant__cycle=cycle, participant__name="Tom Tanaka")
    assert {one.group for one in comments(toms)} == {"manager"}
    mine = comments(Comment.objects.filter(participant__cycle=cycle, participant__name="Ravi Rao"))
    assert {one.group for one in mine} <= {"manager", "peer", "colleagues"}
    assert {one.text for one in mine} <= set(SAID)


def test_what_the_desk_decided_on_a_comment_survives_a_second_run(world: World) -> None:
    cycle = world.things["cycle_review"]
    comment = Comment.objects.filter(participant__cycle=cycle, participant__name="Ravi Rao").first()
    remark(comment, "Shorter.", comments([comment])[0].text, state="coach")
    again(world, cycle)
    there = comments(Comment.objects.filter(participant=comment.participant, state="coach"))
    assert [one.text for one in there] == ["Shorter."]


def test_a_cycle_without_answers_fails_with_what_to_do_and_can_be_tried_again(world: World) -> None:
    cycle = Cycle.objects.create(
        organisation=world.organisation, title="x", state="scoring", framework="technical-leadership@1.0.0"
    )
    keys.create(cycle)
    run = runs.start(cycle, world.organisation)
    runs.score.func(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.failure["code"]) == ("failed", "web.results.no_answers")
    runs.retry(run, world.actor("analytics"))
    run.refresh_from_db()
    assert (run.state, run.failure) == ("waiting", None)


def test_nothing_stored_with_a_result_can_be_read_without_the_key(world: World) -> None:
    cycle = world.things["cycle_review"]
    for row in Result.objects.filter(run__cycle=cycle):
        assert row.figures == {}
    for comment in Comment.objects.filter(participant__cycle=cycle):
        assert (comment.text, comment.original) == ("", "")
    stored = b"".join(
        bytes(part) for row in Result.objects.all() for part in (row.hidden, row.brief, row.sets)
    )
    assert not any(word in stored for word in (b"overall", b"score", b"peer", b"manager"))


def test_figures_nobody_saw_are_deleted_when_others_stand(world: World) -> None:
    cycle, first = world.things["cycle_review"], world.things["run"]
    again(world, cycle)
    assert not Run.objects.filter(pk=first.pk).exists()
    second = cycle.runs.get()
    Result.objects.filter(run=second, participant__name="Ravi Rao").update(shown=True)
    again(world, cycle)
    assert [row.participant.name for row in second.results.all()] == ["Ravi Rao"]

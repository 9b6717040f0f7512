"""Nothing of a rater is in a submission, and nothing tells which one came last."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from tests.web.cast import World
from tests.web.rating.conftest import RATERS, Round
from tests.web.sheets import draft, drafted, sheets
from tests.web.worlds.rating import FRAMEWORK

from leadline.frameworks import load_framework
from leadline.web.cycles import keys, panels
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.look.secrecy import UnreadableError
from leadline.web.people.models import Person
from leadline.web.rating import answers, drafts
from leadline.web.rating.models import Draft, Submission
from leadline.web.rating.submitting import SubmissionError, submit, take_back


def in_their_order() -> list[Submission]:
    """Submissions as the database lays them."""
    place = "ctid" if connection.vendor == "postgresql" else "rowid"
    return list(Submission.objects.raw(f"SELECT * FROM rating_submission ORDER BY {place}"))


def pseudonym(assignment: Assignment) -> str:
    key = keys.of(assignment.participant.cycle_id)
    return key.pseudonym(keys.rater_of(assignment), assignment.participant_id)


def everything_in(table: str) -> list[tuple[object, ...]]:
    """Rows as the database holds them, in its own order, with its own columns."""
    place = "ctid::text, xmin::text" if connection.vendor == "postgresql" else "rowid"
    order = "ctid" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {place}, * FROM {table} ORDER BY {order}")
        return list(cursor.fetchall())


def test_a_submission_holds_the_answers_and_nothing_of_the_rater(round_: Round, world: World) -> None:
    assignment = round_.answer("ratee", "bo")
    submit(assignment)
    held = str(everything_in("rating_submission"))
    bo = world.people["bo"]
    for trace in (bo.pk, bo.name, bo.email, assignment.pk, assignment.participant.person_id):
        assert str(trace) not in held
        assert str(trace).replace("-", "") not in held.replace("-", "")
    assert sheets()[0].answers == {"clarity_1": None, "clarity_2": 3, "delegation_1": 4}


def test_the_draft_is_gone_and_the_assignment_knows_only_that_it_is_in(round_: Round) -> None:
    assignment = round_.answer("ratee", "bo")
    submit(assignment)
    assert not Draft.objects.exists()
    assignment.refresh_from_db()
    assert assignment.submitted


def test_submitting_twice_is_refused(round_: Round) -> None:
    submit(round_.answer("ratee", "bo"))
    with pytest.raises(SubmissionError, match="nothing to submit"):
        submit(round_.by["ratee", "bo"])


@pytest.mark.parametrize("change", ["closed", "withdrawn", "removed"])
def test_nothing_is_submitted_or_taken_back_once_it_is_over(round_: Round, change: str) -> None:
    submit(round_.answer("ratee", "rater"))
    assignment = round_.answer("ratee", "bo")
    if change == "closed":
        round_.cycle.state = "scoring"
        round_.cycle.save()
    elif change == "withdrawn":
        Participant.objects.update(withdrawn=True)
    else:
        Assignment.objects.update(state="removed")
    with pytest.raises(SubmissionError, match="no longer"):
        submit(assignment)
    with pytest.raises(SubmissionError, match="no longer"):
        take_back(round_.by["ratee", "rater"])


def test_a_rater_has_another_pseudonym_on_every_ratee_and_with_every_key(round_: Round) -> None:
    for ratee in ("ratee", "elif"):
        submit(round_.answer(ratee, "bo"))
    first, second = (one.pseudonym for one in sheets())
    assert first != second
    assert re.fullmatch(r"[0-9a-f]{64}", first)
    keys.destroy(round_.cycle)
    keys.create(round_.cycle)
    assert pseudonym(round_.by["ratee", "bo"]) not in (first, second)


def test_what_was_submitted_can_be_taken_back_and_changed(round_: Round) -> None:
    for rater in RATERS:
        submit(round_.answer("ratee", rater))
    take_back(round_.by["ratee", "bo"])
    written = drafted(round_.by["ratee", "bo"])
    assert written.comments == {"clarity": "from bo"}
    assert Submission.objects.count() == len(RATERS) - 1
    submit(draft(round_.by["ratee", "bo"], answers={**written.answers, "delegation_1": 1}))
    assert sorted(s.answers["delegation_1"] for s in sheets()) == [1, 4, 4, 4, 4]


def test_the_list_says_no_minutes_where_only_submitting_is_left(
    round_: Round, as_visitor: Callable[[str], Client]
) -> None:
    petra = as_visitor("rater")
    answers = {item.id: 3 for item in load_framework(FRAMEWORK).items}
    draft(round_.by["ratee", "rater"], answers=answers)
    assert "2 people to rate, about 9 min" in petra.get("/rate/").content.decode()
    draft(round_.by["elif", "rater"], answers=answers)
    page = petra.get("/rate/").content.decode()
    assert "2 forms are complete and not submitted yet." in page
    assert "about 0" not in page


def test_what_was_not_submitted_cannot_be_taken_back(round_: Round) -> None:
    with pytest.raises(SubmissionError, match="nothing to take back"):
        take_back(round_.by["ratee", "bo"])


def test_every_submission_of_a_ratee_gets_a_new_key_when_one_arrives(round_: Round) -> None:
    submit(round_.answer("ratee", "bo"))
    submit(round_.answer("elif", "bo"))
    before = set(Submission.objects.values_list("pk", flat=True))
    submit(round_.answer("ratee", "chidi"))
    after = set(Submission.objects.values_list("pk", flat=True))
    assert len(before & after) == 1, "only the other ratee's row is untouched"


def test_the_newest_submission_is_anywhere_in_the_table(round_: Round) -> None:
    """In 20 rounds the newest of five is last four times by chance; twelve times has odds of 1 to 10,000."""
    for rater in [r for r in RATERS if r != "bo"]:
        submit(round_.answer("ratee", rater))
    own = pseudonym(round_.by["ratee", "bo"])
    last = 0
    for _ in range(20):
        submit(round_.answer("ratee", "bo"))
        last += sheets([in_their_order()[-1]])[0].pseudonym == own
        take_back(round_.by["ratee", "bo"]).delete()
    assert last < 12


def test_all_rows_of_a_ratee_are_written_by_the_same_transaction(round_: Round) -> None:
    """On PostgreSQL each row names the transaction that wrote it: the same one for all of a ratee."""
    for rater in RATERS:
        submit(round_.answer("ratee", rater))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT xmin::text) FROM rating_submission")
            assert cursor.fetchone() == (1,)
            key = round_.by["ratee", "bo"].participant_id
            cursor.execute(
                "SELECT count(DISTINCT xmin::text) FROM cycles_assignment WHERE participant_id = %s", [key]
            )
            assert cursor.fetchone() == (1,)
    assert Assignment.objects.filter(submitted=True).count() == len(RATERS)


def table_of(cycle: Cycle) -> list[dict[str, object]]:
    """The ratings table that the scorer gets, as rows."""
    ratees = set(cycle.participants.values_list("pk", flat=True))
    items = {item for one in sheets() for item in one.answers}
    columns = answers.ratings(cycle, keys.of(cycle.pk), ratees, items)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_the_scorer_gets_ratings_by_pseudonym_and_self_ratings_by_ratee(round_: Round) -> None:
    for rater in ("ratee", "bo", "customer"):
        submit(round_.answer("ratee", rater))
    table = table_of(round_.cycle)
    ratee = str(round_.by["ratee", "bo"].participant_id)
    assert {row["ratee"] for row in table} == {ratee}
    assert {row["rater"] for row in table if row["relationship"] == "self"} == {ratee}
    assert all(re.fullmatch(r"[0-9a-f]{16}", str(r["rater"])) for r in table if r["relationship"] != "self")
    assert [row["rating"] for row in table if row["item"] == "clarity_1"] == [None, None, None]


def test_the_same_submissions_give_the_same_table_in_whatever_order_they_came(round_: Round) -> None:
    for rater in RATERS:
        submit(round_.answer("ratee", rater))
    before = table_of(round_.cycle)
    take_back(round_.by["ratee", "bo"])
    submit(round_.by["ratee", "bo"])
    assert table_of(round_.cycle) == before


def test_a_rater_is_the_same_to_the_scorer_on_every_ratee_until_the_assignment_is_gone(round_: Round) -> None:
    for ratee in ("ratee", "elif"):
        for rater in ("bo", "chidi"):
            submit(round_.answer(ratee, rater))
    assert len({row["rater"] for row in table_of(round_.cycle)}) == 2
    round_.by["elif", "bo"].delete()
    assert len({row["rater"] for row in table_of(round_.cycle)}) == 3, "counted as somebody else"


def test_somebody_taken_off_finds_nothing_to_do_done_or_not_and_what_is_in_counts(
    round_: Round, world: World, as_visitor: Callable[[str], Client]
) -> None:
    own, queues = round_.by["ratee", "rater"], []
    round_.answer("ratee", "rater")
    for is_in in (False, True):
        if is_in:
            Assignment.objects.filter(pk=own.pk).update(state="approved")
            submit(own)
        panels.remove(world.actor("analytics"), own)
        page = as_visitor("rater").get("/rate/").content.decode()
        queues.append(page[page.index("<main") : page.index("</main>")])
        assert as_visitor("rater").get(f"/rate/{own.pk}/").status_code == 404
    assert queues[0] == queues[1]
    assert [row["relationship"] for row in table_of(round_.cycle)] == ["peer"] * 3


def test_all_sheets_on_a_ratee_have_one_length_however_much_somebody_wrote(round_: Round) -> None:
    submit(round_.answer("ratee", "bo"))
    long = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(3000))
    submit(draft(round_.by["ratee", "chidi"], answers={"delegation_1": 4}, comments={"clarity": long}))
    submit(round_.answer("elif", "bo"))
    lengths = {row.participant_id: len(row.content) for row in Submission.objects.all()}
    on = Submission.objects.filter(participant=round_.by["ratee", "bo"].participant)
    assert {len(row.content) for row in on} == {max(lengths.values())}


def test_a_sheet_laid_under_another_ratee_cannot_be_read(round_: Round) -> None:
    submit(round_.answer("ratee", "bo"))
    Submission.objects.update(participant=round_.by["elif", "bo"].participant)
    with pytest.raises(UnreadableError, match="cannot be decrypted"):
        sheets()


def test_answers_handed_in_from_another_account_cannot_be_taken_back(round_: Round, world: World) -> None:
    submit(round_.answer("ratee", "rater"))
    round_.answer("elif", "rater")
    Person.objects.filter(pk=world.people["rater"].pk).update(user=world.users["coach"])
    with pytest.raises(SubmissionError, match="another account"):
        take_back(Assignment.objects.get(pk=round_.by["ratee", "rater"].pk))
    assert drafts.read(Assignment.objects.get(pk=round_.by["elif", "rater"].pk)) is None


def test_without_the_key_nobody_reads_or_hands_in_anything(round_: Round) -> None:
    submit(round_.answer("ratee", "bo"))
    own = round_.answer("ratee", "chidi")
    keys.destroy(round_.cycle)
    for deed in (lambda: submit(own), lambda: take_back(round_.by["ratee", "bo"]), sheets):
        with pytest.raises(keys.KeyGoneError):
            deed()

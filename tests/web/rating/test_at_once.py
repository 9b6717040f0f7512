"""Many at the same moment: nothing is lost, nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from tests.web.rating.conftest import RATERS, Round
from tests.web.sheets import sheets

from leadline.web.cycles.models import Assignment
from leadline.web.rating.models import Draft, Submission
from leadline.web.rating.saving import Given, Page, save
from leadline.web.rating.submitting import SubmissionError, submit
from leadline.web.rating.tasks import Task

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs: Callable[[], object]) -> list[object]:
    """Run each in a thread with a connection of its own; what they gave, or the refusal."""

    def one(job: Callable[[], object]) -> object:
        try:
            return job()
        except SubmissionError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(one, jobs))


def test_all_raters_of_a_ratee_submit_at_the_same_moment(round_: Round) -> None:
    own = [round_.answer("ratee", rater, rating=n % 5 + 1) for n, rater in enumerate(RATERS)]
    results = at_once(*(lambda one=one: submit(one) for one in own))
    assert results == [None] * len(RATERS)
    assert Submission.objects.count() == len(RATERS)
    assert not Draft.objects.exists()
    assert Assignment.objects.filter(submitted=True).count() == len(RATERS)


def test_submitting_on_two_devices_at_once_gives_one_submission(round_: Round) -> None:
    one = round_.answer("ratee", "bo")
    results = at_once(lambda: submit(one), lambda: submit(one))
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "SubmissionError"]
    assert Submission.objects.count() == 1


def test_a_save_beside_a_submission_is_in_it_or_refused(round_: Round) -> None:
    for rater in RATERS:
        one = round_.answer("ratee", rater)
        section = Task(one).sections[0]
        given = Given({section.items[0].id: 5}, "", Page())
        saved, _ = at_once(lambda one=one, s=section, g=given: save(one, s, g), lambda one=one: submit(one))
        held = [s for s in sheets() if section.items[0].id in s.answers]
        assert (not isinstance(saved, SubmissionError)) == bool(held)
        Submission.objects.all().delete()
    assert not Draft.objects.exists()

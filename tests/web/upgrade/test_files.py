"""After the upgrade no file of the database holds what a rater wrote: not in a row, not where a row was."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.web.upgrade.conftest import Upgraded
from tests.web.upgrade.loading import records

from leadline.web.cycles.models import Cycle
from leadline.web.rating.models import Draft, Submission

WRITTEN = ("rating.Submission", "rating.Draft")


SEALED = {row["id"] for row in records("cycles.Cycle") if row["state"] == "sealed"}
OF_SEALED = {row["id"] for row in records("cycles.Participant") if row["cycle_id"] in SEALED}


def needles() -> Iterator[bytes]:
    """Comments, and names of items that were answered, in every way in which a database writes them.

    What was released of a sealed cycle is what stays of it.
    """
    rows = [row for label in WRITTEN for row in records(label)]
    texts = {text for row in rows for text in row["comments"].values()}
    comments = records("results.Comment")
    texts |= {row[name] for row in comments for name in ("text", "original") if row[name]}
    texts |= {dict(row["fields"])["form-comment"] for row in records("accounts.Kept")}
    texts -= {row["text"] for row in comments if row["participant_id"] in OF_SEALED}
    for text in texts:
        yield text.encode()
        yield json.dumps(text)[1:-1].encode()
    for item in {item for row in rows for item in row["answers"]}:
        yield item.encode()


def test_before_the_upgrade_everything_was_there_to_be_found(upgraded: Upgraded) -> None:
    found = [needle for needle in set(needles()) if needle in upgraded.kept["before"]]
    assert len(found) > 40


def test_no_answer_and_no_comment_is_in_a_file_of_the_database(upgraded: Upgraded) -> None:
    assert [needle for needle in set(needles()) if needle in upgraded.kept["after"]] == []


def test_a_sealed_cycle_has_lost_its_sheets_and_a_running_one_has_them_all(moved: Upgraded) -> None:
    for cycle in Cycle.objects.all():
        before = sum(row["cycle_id"] == str(cycle.pk) for row in records("rating.Submission"))
        now = Submission.objects.filter(cycle=cycle).count()
        assert now == (0 if cycle.state == "sealed" else before), cycle.title
    assert Draft.objects.count() == len(records("rating.Draft"))

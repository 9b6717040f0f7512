"""What was submitted in a cycle, as the scorer needs it: without raters, but with who is the same rater."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any
from uuid import UUID

from leadline.web.cycles.keys import Key, rater_of
from leadline.web.cycles.ledger import ChangedError
from leadline.web.cycles.models import Assignment, Cycle
from leadline.web.rating.models import Submission
from leadline.workflows import SELF

AT_ONCE = 500
"""Submissions read at once, of some 1 KB each."""
COLUMNS = ("ratee", "rater", "relationship", "cycle", "item", "rating")


@dataclass(frozen=True)
class Sheet:
    """An answer sheet.

    Attributes
    ----------
    pseudonym : str
        The rater on this ratee (:meth:`leadline.web.cycles.keys.Key.pseudonym`).
    relationship : str
    answers : mapping of item to int or None
    comments : mapping of competency to str
    account : str
        Who handed it in, and alone may take it back.
    """

    pseudonym: str
    relationship: str
    answers: Mapping[str, int | None] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    account: str = ""


def opened(rows: Iterable[Submission], key: Key) -> list[Sheet]:
    """Sheets of some submissions.

    Raises
    ------
    UnreadableError
        ``web.look.unreadable``.
    """
    return [Sheet(**key.decrypt(row.content, "sheet", row.participant_id)) for row in rows]


def sheets(cycle: Cycle, key: Key, ratees: Collection[UUID] | None = None) -> Iterator[tuple[UUID, Sheet]]:
    """Sheets of a cycle, on all or some participants, each with its participant's key.

    A part of them is in memory at once.
    """
    rows = Submission.objects.filter(cycle=cycle).values_list("participant", "content")
    for participant, content in rows.iterator(AT_ONCE):
        if ratees is None or participant in ratees:
            yield participant, Sheet(**key.decrypt(content, "sheet", participant))


def raters(cycle: Cycle, key: Key, ratees: Collection[UUID]) -> dict[tuple[UUID, str], tuple[str, str]]:
    """Who is the same rater: a name for each by participant and pseudonym, known to the key alone.

    With the relationship that each was assigned.
    """
    rows = Assignment.objects.filter(participant__cycle=cycle)
    rows = rows.only("participant_id", "rater_id", "stakeholder_id", "relationship")
    return {
        (row.participant_id, key.pseudonym(rater_of(row), row.participant_id)): (
            key.rater(rater_of(row)),
            row.relationship,
        )
        for row in rows.iterator(AT_ONCE)
        if row.participant_id in ratees
    }


def ratings(cycle: Cycle, key: Key, ratees: Collection[UUID], items: Collection[str]) -> dict[str, list[Any]]:
    """The ratings table of design 3 by columns: ``ratee, rater, relationship, item, rating, cycle``.

    Parameters
    ----------
    cycle : Cycle
    key : Key
        The cycle's.
    ratees : collection of UUID
        Of participants.
    items : collection of str
        Rows of others are left out.

    Returns
    -------
    dict of column to list
        Sorted. Ratees are keys of participants; a self-rating has the ratee as its rater. A rater whose
        assignment is gone is somebody else on every ratee. A rating of None means "could not observe".

    Raises
    ------
    ChangedError
        ``web.rating.relationship_changed``: an assignment says something else than its sheet.
    """
    known, own, same = sorted(items), str(cycle.pk), raters(cycle, key, ratees)
    found = []
    for participant, sheet in sheets(cycle, key, ratees):
        # Each document read has texts of its own for the same items: the row keeps those of ``known``.
        given = [item for item in known if item in sheet.answers]
        rating = [sheet.answers[item] for item in given]
        alone = (sheet.pseudonym, sheet.relationship)
        rater, assigned = same.get((participant, sheet.pseudonym), alone)
        if assigned != sheet.relationship:
            raise ChangedError("web.rating.relationship_changed", cycle)
        found.append((str(participant), rater, sheet.relationship, given, rating))
    # Sorted, so that the same submissions always give the same input, whatever order they were written in.
    found.sort(key=itemgetter(0, 1))
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for ratee, rater, relationship, given, rating in found:
        who = ratee if relationship == SELF else rater
        for name, value in zip(COLUMNS, (ratee, who, relationship, own), strict=False):
            columns[name] += [value] * len(given)
        columns["item"] += given
        columns["rating"] += rating
    return columns

"""What was submitted in a cycle, as the scorer needs it: without raters."""

from __future__ import annotations

from collections.abc import Collection
from operator import itemgetter
from typing import Any

from leadline.web.cycles.models import Cycle
from leadline.web.rating.models import Submission

SELF = "self"
AT_ONCE = 500
"""Submissions read at once, of some 10 KB each."""
COLUMNS = ("ratee", "rater", "relationship", "cycle", "item", "rating")


def ratings(cycle: Cycle, ratees: Collection[str], items: Collection[str]) -> dict[str, list[Any]]:
    """The ratings table of design 3 by columns: ``ratee, rater, relationship, item, rating, cycle``.

    Parameters
    ----------
    cycle : Cycle
    ratees, items : collection of str
        Rows of others are left out.

    Returns
    -------
    dict of column to list
        Sorted. Ratees are keys of participants, raters pseudonyms; a self-rating has the ratee as its rater.
        A rating of None means "could not observe".
    """
    found = Submission.objects.filter(cycle=cycle).values_list(
        "participant", "pseudonym", "relationship", "answers"
    )
    known, own = sorted(items), str(cycle.pk)
    sheets = []
    for key, pseudonym, relationship, answers in found.iterator(AT_ONCE):
        if (ratee := str(key)) in ratees:
            # Each document read has texts of its own for the same items: the sheet keeps those of ``known``.
            given = [item for item in known if item in answers]
            rating = [answers[item] for item in given]
            sheets.append((ratee, pseudonym, relationship, given, rating))
    # Sorted, so that the same submissions always give the same input, whatever order they were written in.
    sheets.sort(key=itemgetter(0, 1))
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for ratee, pseudonym, relationship, given, rating in sheets:
        rater = ratee if relationship == SELF else pseudonym
        for name, value in zip(COLUMNS, (ratee, rater, relationship, own), strict=False):
            columns[name] += [value] * len(given)
        columns["item"] += given
        columns["rating"] += rating
    return columns

"""What was submitted in a cycle, as the scorer needs it: without raters."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from leadline.web.cycles.models import Cycle
from leadline.web.rating.models import Submission

SELF = "self"
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
    named = ((str(ratee), *rest) for ratee, *rest in found.iterator())
    # Sorted, so that the same submissions always give the same input, whatever order they were written in.
    sheets = sorted((sheet for sheet in named if sheet[0] in ratees), key=lambda sheet: sheet[:2])
    known, own = sorted(items), str(cycle.pk)
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for ratee, pseudonym, relationship, answers in sheets:
        given = [item for item in known if item in answers]
        rater = ratee if relationship == SELF else pseudonym
        for name, value in zip(COLUMNS, (ratee, rater, relationship, own), strict=False):
            columns[name] += [value] * len(given)
        columns["item"] += given
        columns["rating"] += [answers[item] for item in given]
    return columns

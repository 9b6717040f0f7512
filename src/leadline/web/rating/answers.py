"""What was submitted in a cycle, as the scorer needs it: without raters."""

from __future__ import annotations

from leadline.web.cycles.models import Cycle
from leadline.web.rating.models import Submission

SELF = "self"


def rows(cycle: Cycle) -> list[dict[str, object]]:
    """The ratings table of design 3: ``ratee, rater, relationship, item, rating, cycle``.

    Parameters
    ----------
    cycle : Cycle

    Returns
    -------
    list of dict
        Sorted. Ratees are keys of participants, raters pseudonyms; a self-rating has the ratee as its rater.
        A rating of None means "could not observe".
    """
    found = Submission.objects.filter(cycle=cycle).values_list(
        "participant", "pseudonym", "relationship", "answers"
    )
    # Sorted, so that the same submissions always give the same input, whatever order they were written in.
    table = sorted(((str(ratee), *rest) for ratee, *rest in found.iterator()), key=lambda row: row[:2])
    return [
        {
            "ratee": ratee,
            "rater": ratee if relationship == SELF else pseudonym,
            "relationship": relationship,
            "item": item,
            "rating": rating,
            "cycle": str(cycle.pk),
        }
        for ratee, pseudonym, relationship, answers in table
        for item, rating in sorted(answers.items())
    ]

"""Hints a rater sees before submitting, and nobody else: does this look like careful answers?"""

from __future__ import annotations

from collections.abc import Mapping

SECONDS_AN_ITEM = 2.0
"""Quicker than this nobody reads: Huang et al. (2012), Journal of Business and Psychology 27, 99-114."""

LEAST_ANSWERS = 8
"""With fewer answers all the same, or quick ones, say little."""

SHARE_OPEN, SHARE_UNSEEN = 1 / 3, 1 / 2


def hints(answers: Mapping[str, int | None], total: int, seconds: float) -> tuple[str, ...]:
    """Names of the hints that apply.

    Parameters
    ----------
    answers : mapping of item to rating
        None is "could not observe"; an item without an answer is absent.
    total : int
        Items asked.
    seconds : float
        Time spent on the form; 0 when it is not known.

    Returns
    -------
    tuple of {"same", "fast", "unanswered", "unseen"}

    Examples
    --------
    >>> hints({f"item_{n}": 4 for n in range(10)}, total=10, seconds=15)
    ('same', 'fast')
    """
    ratings = [rating for rating in answers.values() if rating is not None]
    found = {
        "same": len(ratings) >= LEAST_ANSWERS and len(set(ratings)) == 1,
        "fast": len(answers) >= LEAST_ANSWERS and 0 < seconds < SECONDS_AN_ITEM * len(answers),
        "unanswered": total - len(answers) > SHARE_OPEN * total,
        "unseen": len(answers) >= LEAST_ANSWERS and len(answers) - len(ratings) > SHARE_UNSEEN * len(answers),
    }
    return tuple(name for name, applies in found.items() if applies)

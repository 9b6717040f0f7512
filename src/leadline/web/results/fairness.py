"""What whoever decides in a selection must have read: how sure the order is, and what was not tested."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import comb

from leadline.web.accounts.access import Actor
from leadline.web.cycles.models import Cycle
from leadline.web.look.templatetags.look import language, text
from leadline.web.results.access import counting
from leadline.web.results.showing import opened_all


def notes(actor: Actor, cycle: Cycle) -> tuple[str, ...]:
    """Notes in the language of the page; everybody's figures count as seen from then on.

    Counts of figures nobody saw, beside those of a later run, would tell what came in between.

    Parameters
    ----------
    actor : Actor
        Who reads them.
    cycle : Cycle
        Scored.

    Returns
    -------
    tuple of str
        Counts only: nobody is named.
    """
    rows = opened_all(actor, cycle, "release")
    run = counting(cycle)
    spans = [(row.overall["lower"], row.overall["upper"]) for row in rows if row.overall]
    said = [text("results.fairness.untested")]
    if len(spans) > 1:
        said.append(text("results.fairness.overlap", n=overlaps(spans), pairs=comb(len(spans), 2)))
    if without := len(rows) - len(spans):
        said.append(text("results.fairness.without", n=without))
    if partial := sum(row.partial for row in rows if row.overall):
        said.append(text("results.fairness.partial", n=partial))
    if kept := sum(row.kept is not None for row in rows):
        said.append(text("results.fairness.kept", n=kept))
    found = run.tables["notices"].get(language(), []) if run else []
    return (*said, *found)


def overlaps(spans: Sequence[tuple[float, float]]) -> int:
    """Pairs of intervals that have a point in common.

    Two have none when one ends before the other begins, which is counted for each without looking at pairs:
    10,000 ratees are 50 million of them.

    Examples
    --------
    >>> overlaps([(0, 2), (1, 3), (2.5, 4)])
    2
    """
    ends = sorted(upper for _, upper in spans)
    return comb(len(spans), 2) - sum(bisect_left(ends, lower) for lower, _ in spans)

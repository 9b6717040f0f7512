"""The only place that knows how the product keeps sheets and merges groups. The truth needs it, no attack."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from uuid import UUID

from leadline.frameworks import load_framework
from leadline.scoring.disclosure import least_numbers, named_counts
from leadline.web.cycles import keys
from leadline.web.cycles.keys import rater_of
from leadline.web.cycles.models import Assignment, Cycle
from leadline.web.rating.answers import opened
from leadline.web.rating.models import Submission
from leadline.web.results import hidden
from leadline.web.results.models import Comment
from leadline.web.results.sheets import rules_of

Composition = tuple[tuple[str, int], ...]


def rows_of(
    cycle: Cycle, assignments: Iterable[Assignment], participant: UUID | None = None
) -> dict[str, str]:
    """Keys of the rows that hold sheets, each with the key of its assignment."""
    if not keys.exists(cycle):
        return {}
    key = keys.of(cycle.pk)
    names = {(a.participant_id, key.pseudonym(rater_of(a), a.participant_id)): a.pk.hex for a in assignments}
    rows = Submission.objects.filter(cycle=cycle)
    rows = list(rows.filter(participant=participant) if participant else rows)
    sheets = zip(rows, opened(rows, key), strict=True)
    return {row.pk.hex: names[row.participant_id, sheet.pseudonym] for row, sheet in sheets}


def comments_of(cycle: Cycle) -> list[Comment]:
    """Comments as they are under review, or stay."""
    return hidden.comments(Comment.objects.filter(participant__cycle=cycle).select_related("participant"))


def homes() -> dict[Composition, tuple[dict[str, int], dict[str, int]]]:
    """What files and browser name of a manager or none with up to five of each other group."""
    framework = load_framework("technical-leadership")
    files, rules, found = least_numbers(framework), rules_of(framework), {}
    for manager, peer, report, stakeholder in product(range(2), range(6), range(6), range(6)):
        counts = {"manager": manager, "peer": peer, "report": report, "stakeholder": stakeholder}
        found[tuple(counts.items())] = (named_counts(counts, files), named_counts(counts, rules))
    return found

"""What somebody wrote about others, for as long as their form shows it to them; never what others wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.cycles import keys
from leadline.web.cycles.deadlines import is_open
from leadline.web.cycles.models import Assignment
from leadline.web.look.holding import Part, Rows
from leadline.web.rating import access, drafts
from leadline.web.rating.answers import Sheet, opened
from leadline.web.rating.drafts import Written
from leadline.web.rating.models import Submission

AT_ONCE = 50


def _written(actor: Actor) -> Rows:
    rows = access.queue(actor).iterator(AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        known = _submissions(some)
        for one in filter(is_open, some):
            yield from _row(one, known.get(one.participant_id, ()))


def _submissions(assignments: Sequence[Assignment]) -> dict[Any, list[Submission]]:
    """Sheets on those they have handed in something about, still closed, by ratee."""
    about = {one.participant_id for one in assignments if one.submitted}
    found: dict[Any, list[Submission]] = {}
    for row in Submission.objects.filter(participant__in=about):
        found.setdefault(row.participant_id, []).append(row)
    return found


def _row(one: Assignment, rows: Sequence[Submission]) -> Iterator[Mapping[str, Any]]:
    about = {"cycle": one.participant.cycle.title, "ratee": one.participant.name}
    try:
        said = _sheet(one, rows) if one.submitted else drafts.read(one)
    except LeadlineError as fault:  # its key file is away: everything else is told all the same
        yield {**about, "submitted": one.submitted, "answers": {}, "comments": {}, "unreadable": fault.code}
        return
    if said is not None:
        answers, comments = dict(said.answers), dict(said.comments)
        yield {
            **about,
            "submitted": one.submitted,
            "answers": answers,
            "comments": comments,
            "unreadable": "",
        }


def _sheet(one: Assignment, rows: Sequence[Submission]) -> Sheet | Written | None:
    """What the account that asks has handed in; None where another account of the rater did."""
    key = keys.of(one.participant.cycle_id)
    pseudonym = key.pseudonym(keys.rater_of(one), one.participant_id)
    return next(
        (
            sheet
            for sheet in opened(rows, key)
            if sheet.pseudonym == pseudonym and drafts.is_of(sheet.account, one)
        ),
        None,
    )


PARTS = (Part("written", _written, ("Draft.assignment",)),)
LEFT_OUT: Mapping[str, str] = {
    "Submission.participant": "what others wrote about somebody reaches them through their released results",
}

"""Saving a draft: a section at a time, never over something newer unnoticed.

A save names the revision its page was opened with, the page, and how many saves that page sent before. A
section that another page saved since is a conflict, which the rater decides; what the same page sent earlier
but the network delivered later is dropped.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.db import transaction

from leadline.web.cycles.access import account_of
from leadline.web.cycles.models import Assignment
from leadline.web.rating import drafts
from leadline.web.rating.drafts import Written
from leadline.web.rating.questionnaire import Section
from leadline.web.rating.submitting import SubmissionError, refuse_another

NONE = "none"
LONGEST = 4000
MOST_SECONDS = 120
"""Between two saves; whoever takes longer was elsewhere."""


@dataclass(frozen=True)
class Page:
    """One opening of the form: ``id`` is random, ``since`` the time (epoch seconds) of its last save."""

    revision: int = 0
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    count: int = 0
    since: int = field(default_factory=lambda: int(time.time()))

    @property
    def seconds(self) -> int:
        """Time spent since the last save."""
        return min(max(int(time.time()) - self.since, 0), MOST_SECONDS)


@dataclass(frozen=True)
class Given:
    """What was sent for a section: ratings (None is "could not observe"), the comment, and the page.

    ``relationship`` is the one the page told the rater.
    """

    answers: Mapping[str, int | None]
    comment: str
    page: Page
    relationship: str = ""

    def chosen(self) -> dict[str, str]:
        """Ratings as the form marks them."""
        return chosen(self.answers)


def chosen(answers: Mapping[str, int | None]) -> dict[str, str]:
    """Ratings as values of the radio buttons."""
    return {item: NONE if rating is None else str(rating) for item, rating in answers.items()}


def read(section: Section, levels: set[int], sent: Mapping[str, str]) -> Given:
    """What a browser sent; anything that is not on the scale is left out."""
    allowed = {str(level): level for level in levels} | {NONE: None}
    asked = ((item.id, sent.get(item.id, "")) for item in section.items)
    page = Page(
        revision=_number(sent.get("form-revision", "")),
        id=sent.get("form-page", "")[:32],
        count=_number(sent.get("form-count", "")),
        since=_number(sent.get("form-since", "")) or int(time.time()),
    )
    answers = {item: allowed[value] for item, value in asked if value in allowed}
    comment = sent.get("form-comment", "").replace("\r\n", "\n").strip()[:LONGEST]
    return Given(answers, comment, page, sent.get("form-as", ""))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


@dataclass(frozen=True)
class Saved:
    """The draft afterwards, and whether the section was left as it was for a newer save stands there."""

    draft: Written
    conflict: bool = False


def save(assignment: Assignment, section: Section, given: Given, *, keep: bool = False) -> Saved:
    """Save one section.

    Parameters
    ----------
    assignment : Assignment
    section : Section
    given : Given
    keep : bool
        Save although another page was faster: the rater has seen that and decided.

    Returns
    -------
    Saved

    Raises
    ------
    SubmissionError
        ``web.rating.in_already``: submitted meanwhile, perhaps on another device; ``web.rating.not_running``:
        another account acts for the rater meanwhile.
    ChangedError
        ``web.rating.relationship_changed``: the rater was told another one, or began to write as another.
    """
    with transaction.atomic():
        # The lock is the one that submitting takes, so that no save slips in behind a submission. The draft
        # is read after it: PostgreSQL would join it as it was before.
        own = (
            Assignment.objects.select_for_update(no_key=True, of=("self",))
            .select_related("rater")
            .get(pk=assignment.pk)
        )
        own.participant = assignment.participant
        refuse_another(own, assignment)
        if own.submitted:
            raise SubmissionError("web.rating.in_already")
        drafts.refuse_changed(given.relationship, own)
        draft = drafts.read(own) or Written()
        before = {item.id: draft.answers[item.id] for item in section.items if item.id in draft.answers}
        if before == given.answers and draft.comments.get(section.id, "") == given.comment:
            return Saved(draft)
        last = draft.saved.get(section.id, {"page": given.page.id, "revision": 0, "count": 0})
        if last["page"] == given.page.id and last["count"] > given.page.count:
            return Saved(draft)
        if last["page"] != given.page.id and last["revision"] > given.page.revision and not keep:
            return Saved(draft, conflict=True)
        laid = replace(_laid(draft, section, given), account=account_of(own))
        drafts.write(own, laid)
    return Saved(laid)


def _laid(draft: Written, section: Section, given: Given) -> Written:
    """The draft with a section as it was sent."""
    asked = {item.id for item in section.items}
    comments = {k: v for k, v in draft.comments.items() if k != section.id}
    if given.comment:
        comments[section.id] = given.comment
    revision = draft.revision + 1
    mark = {"page": given.page.id, "revision": revision, "count": given.page.count}
    return Written(
        answers={k: v for k, v in draft.answers.items() if k not in asked} | dict(given.answers),
        comments=comments,
        seconds=draft.seconds + given.page.seconds,
        revision=revision,
        saved={**draft.saved, section.id: mark},
    )

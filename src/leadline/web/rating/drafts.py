"""Drafts: what a rater has typed so far, which only the account that typed it may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadline.web.cycles import keys
from leadline.web.cycles.access import account_of
from leadline.web.cycles.ledger import ChangedError
from leadline.web.cycles.models import Assignment, Cycle
from leadline.web.cycles.progress import UNFINISHED
from leadline.web.rating.models import Draft

ROOM = 4096
"""Bytes of any draft, but for whoever writes several thousand letters. A draft belongs to its rater: a length
of its own named those who write much, whose comments are the long ones on the review desk."""


@dataclass(frozen=True)
class Written:
    """Answers so far.

    Attributes
    ----------
    answers : mapping of item to int or None
        None is "could not observe"; an item not yet answered is absent.
    comments : mapping of competency to str
    seconds : int
        Time spent on the form, for the private hint.
    revision : int
        Counts saves.
    saved : mapping of competency to mapping
        Which page of the form saved it last and with which revision, so that an older device does not
        overwrite a newer one unnoticed.
    account : str
        Who typed it: key of a user or a stakeholder.
    relationship : str
        As what it was typed; empty in drafts of before.
    """

    answers: Mapping[str, int | None] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    seconds: int = 0
    revision: int = 0
    saved: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    account: str = ""
    relationship: str = ""


def is_of(account: str, assignment: Assignment) -> bool:
    """Whether what an account wrote may be read by the one that acts now.

    What was written while nobody had an account, as in a demonstration, belongs to whoever gets it.
    """
    return account in ("", account_of(assignment))


def read(assignment: Assignment) -> Written | None:
    """The draft of an assignment; None where there is none, or another account typed it.

    Raises
    ------
    KeyGoneError
        The cycle's key is missing.
    ChangedError
        ``web.rating.relationship_changed``.
    """
    row: Draft | None = getattr(assignment, "draft", None)
    if row is None:
        return None
    participant = assignment.participant
    found = keys.of(participant.cycle_id).decrypt(row.content, "draft", participant.pk, assignment.pk)
    written = Written(**found)
    if not is_of(written.account, assignment):
        return None
    refuse_changed(written.relationship, assignment)
    return written


def refuse_changed(relationship: str, assignment: Assignment) -> None:
    """Refuse what was written as something else than the assignment now says.

    Nothing in the application changes that once a form was opened, and it decides who reads what one wrote.

    Raises
    ------
    ChangedError
        ``web.rating.relationship_changed``.
    """
    if relationship not in ("", assignment.relationship):
        raise ChangedError("web.rating.relationship_changed", assignment.participant.cycle)


def write(assignment: Assignment, written: Written) -> Draft:
    """Keep a draft in place of what there was, as written under the assignment's relationship.

    Raises
    ------
    KeyGoneError
        The cycle's key is missing.
    """
    participant = assignment.participant
    key = keys.of(participant.cycle_id)
    bound = {**vars(written), "relationship": assignment.relationship}
    content = key.encrypt(bound, "draft", participant.pk, assignment.pk, least=ROOM)
    draft = Draft(assignment=assignment, content=content)
    draft.save()
    return draft


def unfinished(cycle: Cycle) -> int:
    """Forms of a cycle that were begun and not submitted: what closing would lose."""
    rows = Draft.objects.filter(assignment__participant__cycle=cycle, assignment__state="approved")
    return rows.filter(assignment__participant__withdrawn=False).count()


UNFINISHED.append(unfinished)

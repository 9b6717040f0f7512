"""Submitting, taking back, sealing: the only place where a rater and a submission are ever seen together.

Whatever arrives, all submissions and all assignments of the ratee are written anew in one transaction and in
random order. So neither keys nor the order of rows, nor row versions or transaction numbers of the database,
tell which submission is the newest, or that it came when an assignment changed.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from random import SystemRandom
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import BooleanField, Case, F, Value, When

from leadline.errors import LeadlineError
from leadline.web.accounts.keeping import forget
from leadline.web.cycles import keys
from leadline.web.cycles.deadlines import is_open
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.rating.models import Draft, Submission

_SHUFFLE = SystemRandom().shuffle
BATCH = 500


class SubmissionError(LeadlineError):
    """Something that the state of an assignment does not allow."""


def submit(assignment: Assignment) -> None:
    """Turn the draft of an assignment into a submission; the draft is gone.

    Raises
    ------
    SubmissionError
        ``web.rating.not_running``; ``web.rating.nothing_to_submit``: there is no draft, or it is in already;
        ``web.rating.empty``: it holds no answer.
    KeyGoneError
        The cycle's key is missing.
    """
    with transaction.atomic():
        own = _locked(assignment)
        draft = Draft.objects.filter(assignment=own).first()
        if draft is None or own.submitted:
            raise SubmissionError("web.rating.nothing_to_submit")
        if not draft.answers:
            raise SubmissionError("web.rating.empty")
        newcomer = Submission(
            cycle_id=own.participant.cycle_id,
            participant_id=own.participant_id,
            relationship=own.relationship,
            pseudonym=keys.pseudonym(own),
            answers=_in_order(draft.answers),
            comments=_in_order(draft.comments),
        )
        _rewrite([*Submission.objects.filter(participant=own.participant_id), newcomer], own.participant_id)
        _mark(own, submitted=True)
        draft.delete()
        forget(own.pk)


def take_back(assignment: Assignment) -> Draft:
    """Turn the submission of an assignment into a draft again, while the cycle runs.

    Raises
    ------
    SubmissionError
        ``web.rating.not_running``; ``web.rating.nothing_to_take_back``.
    KeyGoneError
        The cycle's key is missing.
    """
    with transaction.atomic():
        own = _locked(assignment)
        pseudonym = keys.pseudonym(own)
        rows = list(Submission.objects.filter(participant=own.participant_id))
        found = [row for row in rows if row.pseudonym == pseudonym]
        if not found:
            raise SubmissionError("web.rating.nothing_to_take_back")
        _rewrite([row for row in rows if row.pseudonym != pseudonym], own.participant_id)
        _mark(own, submitted=False)
        return Draft.objects.create(assignment=own, answers=found[0].answers, comments=found[0].comments)


def seal(cycle: Cycle) -> None:
    """Cut the last threads of a cycle: fresh pseudonyms, no comments, flags collapsed into counts, no key.

    Called when the appeal window is over. Nothing of a rater can be joined or taken back afterwards.
    """
    with transaction.atomic():
        rows = list(Submission.objects.select_for_update().filter(cycle=cycle))
        counts: dict[object, Counter[str]] = {}
        for row in rows:
            counts.setdefault(row.participant_id, Counter())[row.relationship] += 1
            row.pseudonym, row.comments = secrets.token_hex(32), {}
        Submission.objects.filter(cycle=cycle).delete()
        _insert(rows)
        participants = list(Participant.objects.filter(cycle=cycle))
        for participant in participants:
            participant.counts = dict(sorted(counts.get(participant.pk, Counter()).items()))
        Participant.objects.bulk_update(participants, ["counts"], batch_size=BATCH)
        Draft.objects.filter(assignment__participant__cycle=cycle).delete()
        Assignment.objects.filter(participant__cycle=cycle).update(opened=False, submitted=False)
        transaction.on_commit(lambda: keys.destroy(cycle))


def _locked(assignment: Assignment) -> Assignment:
    """The assignment as it is now; its ratee is locked, so that two submissions on one take turns.

    The assignment is locked too, against a save of the draft from another device.
    """
    Participant.objects.select_for_update(no_key=True).get(pk=assignment.participant_id)
    own = (
        Assignment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("participant__cycle")
        .get(pk=assignment.pk)
    )
    if not is_open(own) or own.participant.withdrawn or own.state != "approved":
        raise SubmissionError("web.rating.not_running")
    return own


def _in_order(answers: dict[str, object]) -> dict[str, object]:
    """By key: the order in which a rater answered would be a trace of them."""
    return dict(sorted(answers.items()))


def _rewrite(rows: Sequence[Submission], participant_id: UUID) -> None:
    Submission.objects.filter(participant=participant_id).delete()
    _insert(list(rows))


def _insert(rows: list[Submission]) -> None:
    for row in rows:
        row.pk = uuid4()
    _SHUFFLE(rows)
    Submission.objects.bulk_create(rows, batch_size=BATCH)


def _mark(assignment: Assignment, *, submitted: bool) -> None:
    """Set the flag of one assignment by writing every assignment on the ratee."""
    flag = Case(
        When(pk=assignment.pk, then=Value(submitted)), default=F("submitted"), output_field=BooleanField()
    )
    Assignment.objects.filter(participant=assignment.participant_id).update(submitted=flag)

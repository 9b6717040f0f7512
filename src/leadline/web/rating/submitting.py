"""Submitting, taking back, sealing: the only place where a rater and a submission are ever seen together.

Whatever arrives, all submissions and all assignments of the ratee are written anew in one transaction and in
random order. So neither keys nor the order of rows, nor row versions or transaction numbers of the database,
tell which submission is the newest, or that it came when an assignment changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import SystemRandom
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import BooleanField, Case, F, Value, When

from leadline.errors import LeadlineError
from leadline.web.accounts.keeping import forget
from leadline.web.cycles import keys
from leadline.web.cycles.deadlines import is_open
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.rating.models import Draft, Submission

_SHUFFLE = SystemRandom().shuffle
_FRESH = {
    "sqlite": ("lower(hex(randomblob(16)))", "lower(hex(randomblob(32)))"),
    "postgresql": (
        "gen_random_uuid()",
        "replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')",
    ),
}
"""A random key and a random pseudonym, made by the database."""
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
        rows = Submission.objects.select_for_update().filter(cycle=cycle)
        old = list(rows.values_list("pk", "participant", "relationship"))
        _write_again(cycle)
        for start in range(0, len(old), BATCH):
            # By key alone: SQLite would look for them among all of the cycle's.
            Submission.objects.filter(pk__in=[pk for pk, *_ in old[start : start + BATCH]]).delete()
        _count(cycle, Counter((ratee, relationship) for _, ratee, relationship in old))
        Draft.objects.filter(assignment__participant__cycle=cycle).delete()
        Assignment.objects.filter(participant__cycle=cycle).update(opened=False, submitted=False)
        transaction.on_commit(lambda: keys.destroy(cycle))


def _write_again(cycle: Cycle) -> None:
    """All submissions of a cycle once more within the database, in the order of their random new keys.

    Twelve raters each of 10,000 people wrote 240 MB: read and written from here they took half a minute, for
    which nobody else could save anything in SQLite.
    """
    key, pseudonym = _FRESH[connection.vendor]
    table, cycle_id = Submission._meta.db_table, Cycle._meta.pk.get_db_prep_value(cycle.pk, connection)
    kept = "cycle_id, participant_id, relationship, answers"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, pseudonym, comments, {kept})"  # noqa: S608  names are ours
            f" SELECT {key} AS fresh, {pseudonym}, '{{}}', {kept} FROM {table}"
            " WHERE cycle_id = %s ORDER BY fresh",
            [cycle_id],
        )


def _count(cycle: Cycle, submitted: Mapping[tuple[UUID, str], int]) -> None:
    """Leave how many of each relationship there were."""
    counts: dict[UUID, dict[str, int]] = {}
    for (ratee, relationship), n in sorted(submitted.items()):
        counts.setdefault(ratee, {})[relationship] = n
    alike: dict[tuple[tuple[str, int], ...], list[UUID]] = {}
    for participant in cycle.participants.values_list("pk", flat=True):
        alike.setdefault(tuple(counts.get(participant, {}).items()), []).append(participant)
    for found, participants in alike.items():
        for start in range(0, len(participants), BATCH):
            some = Participant.objects.filter(pk__in=participants[start : start + BATCH])
            some.update(counts=dict(found))


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

"""Submitting and taking back: the only place where a rater and a submission are ever seen together.

Whatever arrives, all submissions and all assignments of the ratee are written anew in one transaction and in
random order, and the submissions are encrypted anew. So neither keys nor the order of rows, nor row versions
or transaction numbers of the database, tell which submission is the newest, or that it came when an
assignment changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import SystemRandom

from django.db import connection, transaction
from django.db.models import BooleanField, Case, F, Value, When

from leadline.errors import LeadlineError
from leadline.web.accounts.keeping import forget
from leadline.web.cycles import keys
from leadline.web.cycles.access import account_of
from leadline.web.cycles.deadlines import is_open
from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Assignment, Participant
from leadline.web.rating import drafts
from leadline.web.rating.answers import Sheet, opened
from leadline.web.rating.models import Draft, Submission

_SHUFFLE = SystemRandom().shuffle
ROOM = 1900
"""Bytes of a sheet with three thousand letters of comments. If one more sheet made all on its ratee longer,
it would be known who wrote much. A row of 2,000 bytes PostgreSQL still keeps in its place."""


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
        written = None if own.submitted else drafts.read(own)
        if written is None:
            raise SubmissionError("web.rating.nothing_to_submit")
        if not written.answers:
            raise SubmissionError("web.rating.empty")
        key = keys.of(own.participant.cycle_id)
        sheet = Sheet(
            pseudonym=key.pseudonym(keys.rater_of(own), own.participant_id),
            relationship=own.relationship,
            answers=written.answers,
            comments=written.comments,
            account=account_of(own),
        )
        rewrite(own.participant, [*sheets_on(own.participant, key), sheet], key)
        _mark(own, submitted=True)
        Draft.objects.filter(assignment=own).delete()
        forget(own.pk)


def take_back(assignment: Assignment) -> Draft:
    """Turn the submission of an assignment into a draft again, while the cycle runs.

    Raises
    ------
    SubmissionError
        ``web.rating.not_running``; ``web.rating.nothing_to_take_back``; ``web.rating.other_account``: it was
        handed in by another account of the rater.
    KeyGoneError
        The cycle's key is missing.
    """
    with transaction.atomic():
        own = _locked(assignment)
        key = keys.of(own.participant.cycle_id)
        there = sheets_on(own.participant, key)
        sheet = _sheet_of(own, there, key)
        if sheet is None:
            raise SubmissionError("web.rating.nothing_to_take_back")
        if not drafts.is_of(sheet.account, own):
            raise SubmissionError("web.rating.other_account")
        drafts.refuse_changed(sheet.relationship, own)
        rewrite(own.participant, [one for one in there if one is not sheet], key)
        _mark(own, submitted=False)
        written = drafts.Written(answers=sheet.answers, comments=sheet.comments, account=account_of(own))
        return drafts.write(own, written)


def is_own(assignment: Assignment) -> bool:
    """Whether the account that acts for the rater handed in what is in, and so may take it back.

    Raises
    ------
    KeyGoneError
        The cycle's key is missing.
    """
    key = keys.of(assignment.participant.cycle_id)
    sheet = _sheet_of(assignment, sheets_on(assignment.participant, key), key)
    return sheet is not None and drafts.is_of(sheet.account, assignment)


def _sheet_of(assignment: Assignment, sheets: Sequence[Sheet], key: Key) -> Sheet | None:
    pseudonym = key.pseudonym(keys.rater_of(assignment), assignment.participant_id)
    return next((sheet for sheet in sheets if sheet.pseudonym == pseudonym), None)


def sheets_on(participant: Participant, key: Key) -> list[Sheet]:
    """All sheets on a ratee."""
    return opened(Submission.objects.filter(participant=participant), key)


def rewrite(participant: Participant, sheets: Sequence[Sheet], key: Key) -> None:
    """Put sheets in place of all there are on a ratee, as rows of one length in random order."""
    Submission.objects.filter(participant=participant).delete()
    contents = key.encrypt_alike(map(plain, sheets), "sheet", participant.pk, least=ROOM)
    _SHUFFLE(contents)
    Submission.objects.bulk_create(
        Submission(cycle_id=participant.cycle_id, participant=participant, content=one) for one in contents
    )
    _scatter(participant)


def _scatter(participant: Participant) -> None:
    """Lay a ratee's rows anywhere in SQLite's table, which otherwise keeps them in the order they came in."""
    if connection.vendor == "sqlite":
        table, key = Submission._meta.db_table, Participant._meta.pk
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET rowid = random() WHERE participant_id = %s",  # noqa: S608  names are ours
                [key.get_db_prep_value(participant.pk, connection)],
            )


def plain(sheet: Sheet) -> dict[str, object]:
    """By key: the order in which a rater answered would be a trace of them."""
    ordered = {name: dict(sorted(getattr(sheet, name).items())) for name in ("answers", "comments")}
    return {**vars(sheet), **ordered}


def _locked(assignment: Assignment) -> Assignment:
    """The assignment as it is now; its ratee is locked, so that two submissions on one take turns.

    The assignment is locked too, against a save of the draft from another device. The draft is read after the
    lock: PostgreSQL would join it as it was before.
    """
    Participant.objects.select_for_update(no_key=True).get(pk=assignment.participant_id)
    own = (
        Assignment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("participant__cycle", "rater")
        .get(pk=assignment.pk)
    )
    refuse_another(own, assignment)
    if not is_open(own) or own.participant.withdrawn or own.state != "approved":
        raise SubmissionError("web.rating.not_running")
    return own


def refuse_another(own: Assignment, assignment: Assignment) -> None:
    """Refuse work for an account that no longer acts for the rater.

    A page lets somebody in, a fresh account is opened, then the assignment is locked: what the old account
    sent would be written down as the fresh one's.

    Raises
    ------
    SubmissionError
        ``web.rating.not_running``.
    """
    if account_of(own) != account_of(assignment):
        raise SubmissionError("web.rating.not_running")


def _mark(assignment: Assignment, *, submitted: bool) -> None:
    """Set the flag of one assignment by writing every assignment on the ratee."""
    flag = Case(
        When(pk=assignment.pk, then=Value(submitted)), default=F("submitted"), output_field=BooleanField()
    )
    Assignment.objects.filter(participant=assignment.participant_id).update(submitted=flag)

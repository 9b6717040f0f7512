"""What is encrypted, as tests put it there and read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from leadline.web.cycles import keys
from leadline.web.cycles.access import account_of
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.rating import drafts
from leadline.web.rating.answers import Sheet, opened
from leadline.web.rating.drafts import Written
from leadline.web.rating.models import Draft, Submission
from leadline.web.rating.submitting import plain
from leadline.web.results import hidden, storing
from leadline.web.results.models import Basis, Comment, Result, Run
from leadline.web.results.storing import Part


def fixed_key(cycle: Cycle) -> None:
    """A key that is the same in every world: what was encrypted in one can be read in the next."""
    path = Path(settings.LEADLINE_DATA) / "keys" / f"{cycle.pk}.key"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_bytes(sha256(cycle.title.encode()).digest())


def draft(assignment: Assignment, **written: Any) -> Assignment:
    """Answers so far, kept as the form keeps them."""
    drafts.write(assignment, Written(**{"account": account_of(assignment), **written}))
    return Assignment.objects.get(pk=assignment.pk)


def drafted(assignment: Assignment) -> Written:
    """Them again."""
    found = drafts.read(Assignment.objects.get(pk=assignment.pk))
    assert found is not None
    return found


def sheet(
    participant: Participant,
    relationship: str,
    rater: UUID | str,
    answers: Mapping[str, int | None],
    comments: Mapping[str, str] | None = None,
) -> Submission:
    """An answer sheet, as the form would have left it; a rater by name has no assignment."""
    key = keys.of(participant.cycle_id)
    pseudonym = (
        key.pseudonym(rater, participant.pk)
        if isinstance(rater, UUID)
        else sha256(f"{participant.pk}{rater}".encode()).hexdigest()
    )
    return put(participant, Sheet(pseudonym, relationship, answers, comments or {}))


def put(participant: Participant, sheet: Sheet) -> Submission:
    """A sheet as it is."""
    content = keys.of(participant.cycle_id).encrypt(plain(sheet), "sheet", participant.pk)
    return Submission.objects.create(cycle_id=participant.cycle_id, participant=participant, content=content)


def sheets(rows: Iterable[Submission] | None = None) -> list[Sheet]:
    """Sheets as they were submitted."""
    found = Submission.objects.all() if rows is None else rows
    return [one for row in found for one in opened([row], keys.of(row.cycle_id))]


def on(participant: Participant, *, but: str = "") -> list[tuple[Submission, Sheet]]:
    """Sheets on a ratee, each with its row, without those of a relationship."""
    rows = list(Submission.objects.filter(participant=participant))
    pairs = zip(rows, sheets(rows), strict=True)
    return [(row, one) for row, one in pairs if one.relationship != but]


def figures(run: Run) -> dict[UUID, dict[str, Any]]:
    """Figures of a run by ratee."""
    return {row.participant_id: figures_of(row) for row in run.results.select_related("run")}


def figures_of(row: Result) -> dict[str, Any]:
    """Of one result."""
    return hidden.result(Result.objects.select_related("run").get(pk=row.pk)).figures


def sets(run: Run) -> dict[UUID, dict[str, Any]]:
    """Of which sheets figures were made, by ratee."""
    key = keys.of(run.cycle_id)
    return {row.participant_id: hidden.sets(row, key) for row in run.results.all()}


def comments(rows: Iterable[Comment]) -> list[Comment]:
    """With their texts."""
    return [one for row in rows for one in hidden.comments([row])]


def remark(comment: Comment, text: str, original: str = "", state: str = "waiting") -> None:
    """Give a comment another text, as the desk would."""
    (own,) = comments([comment])
    said = {"text": text, "original": original, "group": own.group, "competency": own.competency}
    content = hidden.sealed_comment(own, said, keys.of(comment.participant.cycle_id))
    Comment.objects.filter(pk=comment.pk).update(hidden=content, state=state)


def has_draft(assignment: Assignment) -> bool:
    """Whether there is a draft."""
    return Draft.objects.filter(assignment=assignment).exists()


def result(run: Run, participant: Participant, figures: Mapping[str, Any]) -> None:
    """Figures of one more ratee."""
    storing.row_of(
        run, Part(participant, dict(figures), dict(hidden.NOTHING), None, None), keys.of(run.cycle_id)
    ).save()


def tables(run: Run, **changed: Any) -> None:
    """Other tables of a run."""
    known = hidden.run(Run.objects.get(pk=run.pk)).tables
    content = keys.of(run.cycle_id).encrypt({**known, **changed}, "run", run.pk)
    Run.objects.filter(pk=run.pk).update(hidden=content)


def copied(run: Run) -> Run:
    """The same figures as those of another run after it, which nobody has seen."""
    key, found = keys.of(run.cycle_id), figures(run)
    known, basis = sets(run), key.decrypt(run.basis.sets, "overview", run.pk)
    tables = hidden.run(Run.objects.get(pk=run.pk)).tables
    again = Run.objects.get(pk=run.pk)
    again.pk, again.number = uuid4(), run.number + 1
    again.hidden = key.encrypt(tables, "run", again.pk)
    again._state.adding = True
    again.save(force_insert=True)
    Basis.objects.create(
        run=again,
        sets=key.encrypt(basis, "overview", again.pk),
        held=key.encrypt_bytes(key.decrypt_bytes(run.basis.held, "held", run.pk), "held", again.pk),
        record=key.encrypt(key.decrypt(run.basis.record, "record", run.pk), "record", again.pk),
    )
    for participant in Participant.objects.filter(pk__in=found):
        part = Part(participant, found[participant.pk], known[participant.pk], None, None)
        storing.row_of(again, part, key).save()
    return again

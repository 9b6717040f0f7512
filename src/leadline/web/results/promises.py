"""What must be in every state of results: runs, mails about them, and files rewritten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from leadline.web.cycles.models import Cycle
from leadline.web.look.promises import Promise
from leadline.web.look.queue import is_given_up, is_left, put
from leadline.web.results import mails
from leadline.web.results.models import Contest, Correction, Release, Run
from leadline.web.results.runs import OPEN, fail, score, start


def _never_scored(_: datetime) -> Iterable[Cycle]:
    """Closed, and neither scored nor failed: of a release whose queue was no part of the transaction."""
    last = Run.objects.filter(cycle=OuterRef("pk"), state__in=(*OPEN, "failed"))
    return Cycle.objects.filter(~Exists(last), state="scoring").select_related("organisation")


def _left_runs(_: datetime) -> Iterable[Run]:
    return [run for run in Run.objects.filter(state__in=OPEN) if not is_left(score, str(run.pk))]


def _score(run: Run) -> None:
    if is_given_up(score, str(run.pk)):
        fail(run, "web.results.lost", {})
        return
    Run.objects.filter(pk=run.pk).update(state="waiting", started=None, share=0, step="")
    put(score, str(run.pk))


def _reached(audience: str, person: str) -> Q:
    """Whose audience has an address."""
    own = f"participant__{person}"
    return Q(audience=audience) & (Q(**{f"{own}__user__isnull": False}) | Q(**{f"{own}__email__gt": ""}))


def _untold(_: datetime) -> Iterable[UUID]:
    waiting = Release.objects.filter(told=False, participant__cycle__state="released")
    waiting = waiting.filter(_reached("ratee", "person") | _reached("manager", "manager"))
    cycles = waiting.values_list("participant__cycle", flat=True).distinct()
    return [cycle for cycle in cycles if not is_left(mails.tell, str(cycle))]


def _unanswered(_: datetime) -> Iterable[UUID]:
    waiting = Contest.objects.filter(told=False).values_list("pk", flat=True)
    return [contest for contest in waiting if not is_left(mails.tell_answer, str(contest))]


def _uncorrected(_: datetime) -> Iterable[UUID]:
    waiting = Correction.objects.exclude(tell="").values_list("participant", flat=True)
    return [ratee for ratee in waiting if not is_left(mails.tell_corrected, str(ratee))]


PROMISES = (
    Promise(
        "a cycle that is to be scored",
        "a run waits, runs or has failed",
        _never_scored,
        lambda cycle: start(cycle, cycle.organisation),
    ),
    Promise("a run that waits or runs", "a task scores, or it has failed", _left_runs, _score),
    Promise(
        "a release nobody was told of", "a task sends mails", _untold, lambda pk: put(mails.tell, str(pk))
    ),
    Promise(
        "an answered contest nobody was told of",
        "a task sends a mail",
        _unanswered,
        lambda pk: put(mails.tell_answer, str(pk)),
    ),
    Promise(
        "a result withdrawn or given back nobody was told of",
        "a task sends a mail",
        _uncorrected,
        lambda pk: put(mails.tell_corrected, str(pk)),
    ),
)

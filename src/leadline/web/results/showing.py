"""Noting that figures were seen, which later runs must fit, and by whom whose results were read."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record, record_read
from leadline.web.cycles import ledger
from leadline.web.cycles.models import Cycle
from leadline.web.results.access import SCORED, Brief, Seen, briefs, counting, results
from leadline.web.results.models import Comment, Contest, Release, Result, Run


def opened(actor: Actor, seen: Seen, how: str) -> None:
    """Note that somebody read a result.

    Parameters
    ----------
    actor : Actor
    seen : Seen
    how : {"page", "csv", "json"}
    """
    if seen.is_withdrawn:
        record(actor, "results.read", seen.participant, audience=seen.audience, how=how, withdrawn=True)
        return
    if not seen.result.shown:
        with transaction.atomic():
            if not _mark(_lock(seen.participant.cycle), Result.objects.filter(pk=seen.result.pk)):
                raise Http404  # a run replaced it since it was read
    if seen.audience in ("ratee", "manager"):
        own = Release.objects.filter(participant=seen.participant, audience=seen.audience, read=False)
        own.update(read=True)
    record(actor, "results.read", seen.participant, audience=seen.audience, how=how)


def opened_all(actor: Actor, cycle: Cycle, how: str) -> list[Brief]:
    """Results of everybody in a cycle in brief, noted as seen; by name."""
    with transaction.atomic():
        now = _lock(cycle)
        _mark(now, results(cycle).filter(shown=False))
        found = briefs(results(cycle))
    record(actor, "results.read_all", cycle, how=how)
    return found


def opened_overview(actor: Actor, cycle: Cycle, how: str) -> Run:
    """The run that counts, its overview noted as seen, and with it everybody's figures.

    The mean of everybody less the figures of all others, read later, is what the last one had then.
    """
    run = counting(cycle)
    if run is None:
        raise Http404
    if not run.shown:
        with transaction.atomic():
            now = _lock(cycle)
            if now.state != "sealed":
                ledger.note_overview(now, run.pk)
            if not Run.objects.filter(pk=run.pk).update(shown=True):
                raise Http404
            _mark(now, Result.objects.filter(run=run, shown=False))
    record(actor, "results.read_overview", cycle, how=how)
    return run


def opened_comments(actor: Actor, cycle: Cycle, comments: Sequence[Comment]) -> None:
    """Note whose comments somebody read at the review desk: a comment that is not among them later is new."""
    if comments:
        about = {one.participant_id for one in comments}
        unseen = results(cycle).filter(participant__in=about, shown=False)
        if unseen.exists():
            with transaction.atomic():
                _mark(_lock(cycle), unseen)
    _noted(actor, "results.read_comments", cycle, comments)


def opened_contests(actor: Actor, cycle: Cycle, contests: Sequence[Contest]) -> None:
    """Note whose contests somebody read."""
    _noted(actor, "results.read_contests", cycle, contests)


def _noted(actor: Actor, action: str, cycle: Cycle, rows: Sequence[Comment | Contest]) -> None:
    if rows:
        record_read(actor, action, cycle, (row.participant_id for row in rows))


def _mark(cycle: Cycle, rows: QuerySet[Result]) -> int:
    """Mark results of one run as seen, first of all in the ledger; how many there are."""
    found = list(rows.values_list("pk", "run", "participant"))
    if not found:
        return 0
    if cycle.state != "sealed":  # then there is no key, and no later run
        ledger.note_figures(cycle, found[0][1], (participant for *_, participant in found))
    return Result.objects.filter(pk__in=rows.values("pk")).update(shown=True)


def _lock(cycle: Cycle) -> Cycle:
    """A run that is being scored must not decide while figures it does not know of come to be seen.

    While ratings of one ratee are collected anew the others' released results can be read.
    """
    now = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if now.state not in (*SCORED, "running"):
        raise Http404
    return now

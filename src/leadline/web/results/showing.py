"""Noting that figures were seen, which later runs must fit, and by whom whose results were read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record, record_read
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
            _lock(seen.participant.cycle)
            _mark(Result.objects.filter(pk=seen.result.pk))
    if seen.audience in ("ratee", "manager"):
        own = Release.objects.filter(participant=seen.participant, audience=seen.audience, read=False)
        own.update(read=True)
    record(actor, "results.read", seen.participant, audience=seen.audience, how=how)


def opened_all(actor: Actor, cycle: Cycle, how: str) -> list[Brief]:
    """Results of everybody in a cycle in brief, noted as seen; by name."""
    with transaction.atomic():
        _lock(cycle)
        unseen = results(cycle).filter(shown=False)
        if unseen.exists():
            Result.objects.filter(pk__in=unseen.values("pk")).update(shown=True)
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
            _lock(cycle)
            _mark(Run.objects.filter(pk=run.pk))
            Result.objects.filter(run=run).update(shown=True)
    record(actor, "results.read_overview", cycle, how=how)
    return run


def opened_comments(actor: Actor, cycle: Cycle, comments: Sequence[Comment]) -> None:
    """Note whose comments somebody read at the review desk: a comment that is not among them later is new."""
    if comments:
        about = {one.participant_id for one in comments}
        unseen = results(cycle).filter(participant__in=about, shown=False)
        if unseen.exists():
            with transaction.atomic():
                _lock(cycle)
                Result.objects.filter(pk__in=unseen.values("pk")).update(shown=True)
    _noted(actor, "results.read_comments", cycle, comments)


def opened_contests(actor: Actor, cycle: Cycle, contests: Sequence[Contest]) -> None:
    """Note whose contests somebody read."""
    _noted(actor, "results.read_contests", cycle, contests)


def _noted(actor: Actor, action: str, cycle: Cycle, rows: Sequence[Comment | Contest]) -> None:
    if rows:
        record_read(actor, action, cycle, (row.participant_id for row in rows))


def _mark(rows: QuerySet[Any]) -> None:
    """Mark as seen; what a run replaced since it was read is not shown any more."""
    if not rows.update(shown=True):
        raise Http404


def _lock(cycle: Cycle) -> None:
    """A run that is being scored must not decide while figures it does not know of come to be seen.

    While ratings of one ratee are collected anew the others' released results can be read.
    """
    if Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk).state not in (*SCORED, "running"):
        raise Http404

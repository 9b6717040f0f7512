"""Runs of the scorer, the figures they gave, comments under review, what was seen, releases, contests."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from leadline.web.accounts.models import User
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.look.models import DocumentField, Keyed


class Run(Keyed):
    """One run of ``workflows.assess`` on a cycle.

    ``state`` is ``waiting``, ``running``, ``done`` or ``failed``; ``step`` and ``share`` tell the progress;
    ``failure`` is a code with fields. ``tables`` holds what concerns everybody: charts, notices, the counts
    that a re-run is compared by. ``options`` are the least numbers it was made with. ``sets`` and
    ``shown`` are of the overview of all ratees, as those of a :class:`Result`.
    """

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, default="waiting")
    step = models.CharField(max_length=60, blank=True)
    share = models.FloatField(default=0)
    failure = models.JSONField(null=True, blank=True)
    options = models.JSONField(default=dict)
    versions = models.JSONField(default=dict)
    input_hash = models.CharField(max_length=64, blank=True)
    tables = models.JSONField(default=dict)
    sets = models.JSONField(default=dict)
    shown = models.BooleanField(default=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    asked = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        """Runs of a cycle count up."""

        constraints = (models.UniqueConstraint(fields=("cycle", "number"), name="run_number"),)


class Result(Keyed):
    """One ratee's figures of a run: what :mod:`leadline.web.results.disclosure` lets through, nothing else.

    ``sets`` says of which answer sheets each figure was made, for the engine; gone once the cycle is sealed.
    ``shown`` is whether anybody has seen the figures: then later runs must fit them. ``kept`` is the number
    of the run whose figures these are, where those of this run would have given away a late answer.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="results")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="results")
    figures = DocumentField(default=dict)
    sets = DocumentField(default=dict)
    shown = models.BooleanField(default=False)
    kept = models.PositiveIntegerField(null=True)

    class Meta:
        """One a run and ratee."""

        constraints = (models.UniqueConstraint(fields=("run", "participant"), name="result_once"),)


class Comment(Keyed):
    """A comment on a ratee that enough people wrote beside, cut off from the submission it came with.

    ``group`` is the one it may be shown under, which may be ``colleagues``; its own is not kept. ``state`` is
    ``waiting``, ``public``, ``coach`` or ``withheld``. ``original`` is kept, once edited, until sealing.
    """

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="comments")
    group = models.CharField(max_length=40)
    competency = models.CharField(max_length=80, blank=True)
    text = models.TextField()
    original = models.TextField(blank=True)
    state = models.CharField(max_length=20, default="waiting")
    by = models.ForeignKey(User, models.SET_NULL, null=True)


class Release(Keyed):
    """A ratee's result was given to an audience (``ratee``, ``manager``).

    ``decision`` names, in a selection, the human being who decided, and ``reason`` why. ``read`` is whether
    the audience has opened it: until then a release can be taken back.
    """

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="releases")
    audience = models.CharField(max_length=20)
    decision = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    read = models.BooleanField(default=False)
    told = models.BooleanField(default=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    time = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Once a ratee and audience."""

        constraints = (models.UniqueConstraint(fields=("participant", "audience"), name="released_once"),)


class Contest(Keyed):
    """A ratee's objection, which travels with the result, and its answer."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="contests")
    text = models.TextField()
    answer = models.TextField(blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    state = models.CharField(max_length=20, default="open")
    time = models.DateTimeField(auto_now_add=True)

"""Runs of the scorer, the figures they gave, comments under review, releases and what was disclosed."""

from __future__ import annotations

from django.db import models

from leadline.web.accounts.models import User
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.look.models import Keyed


class Run(Keyed):
    """One run of ``workflows.assess`` on a cycle.

    ``state`` is ``waiting``, ``running``, ``done`` or ``failed``; ``step`` and ``share`` tell the progress;
    ``failure`` is a code with fields. ``tables`` holds the scorecard's tables as rows, ready for pages.
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
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        """Runs of a cycle count up."""

        constraints = (models.UniqueConstraint(fields=("cycle", "number"), name="run_number"),)


class Result(Keyed):
    """One ratee's figures of a run, as the scorer gave them: nothing here may be shown except through
    :mod:`leadline.web.results.disclosure`.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="results")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="results")
    figures = models.JSONField(default=dict)

    class Meta:
        """One a run and ratee."""

        constraints = (models.UniqueConstraint(fields=("run", "participant"), name="result_once"),)


class Comment(Keyed):
    """A comment on a ratee, cut off from the submission it came with when the cycle closed.

    ``state`` is ``waiting``, ``public``, ``coach`` or ``withheld``. ``original`` is kept until sealing.
    """

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="comments")
    group = models.CharField(max_length=40)
    competency = models.CharField(max_length=80, blank=True)
    text = models.TextField()
    original = models.TextField(blank=True)
    state = models.CharField(max_length=20, default="waiting")
    by = models.ForeignKey(User, models.SET_NULL, null=True)


class Release(Keyed):
    """A run's figures on a ratee were given to an audience (``ratee``, ``manager``)."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="releases")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="releases")
    audience = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    time = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Once a run, ratee and audience."""

        constraints = (
            models.UniqueConstraint(fields=("run", "participant", "audience"), name="released_once"),
        )


class Disclosed(models.Model):
    """A figure that was shown, made of which groups and how many: the history the disclosure engine asks."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="disclosed")
    run = models.ForeignKey(Run, models.CASCADE, related_name="disclosed")
    figure = models.CharField(max_length=160)
    groups = models.JSONField(default=dict)

    class Meta:
        """Once a run and figure."""

        constraints = (
            models.UniqueConstraint(fields=("participant", "run", "figure"), name="disclosed_once"),
        )


class Contest(Keyed):
    """A ratee's objection, which travels with the result."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="contests")
    text = models.TextField()
    answer = models.TextField(blank=True)
    state = models.CharField(max_length=20, default="open")
    time = models.DateTimeField(auto_now_add=True)

"""Runs of the scorer, the figures they gave, comments under review, what was seen, releases, contests.

Until a cycle is sealed, everything made of what raters wrote is encrypted with the cycle's key, in columns
named ``hidden``; :mod:`leadline.web.results.hidden` opens them. Sealing writes what stays as plain columns.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from leadline.web.accounts.models import User
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.look.models import DocumentField, Keyed


class Run(Keyed):
    """One run of ``workflows.assess`` on a cycle.

    ``state`` is ``waiting``, ``running``, ``done`` or ``failed``; ``step`` and ``share`` tell the progress;
    ``failure`` is a code with fields. ``tables`` holds what concerns everybody: charts, notices, the overview
    of all ratees; before sealing they are ``hidden``. ``options`` are the least numbers it was made with.
    ``shown`` is whether anybody has seen the overview. ``input_hash`` is one with the cycle's key: nobody
    can compare a guess with it.
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
    hidden = models.BinaryField(null=True)
    shown = models.BooleanField(default=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    asked = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        """Runs of a cycle count up."""

        constraints = (models.UniqueConstraint(fields=("cycle", "number"), name="run_number"),)


class Basis(models.Model):
    """What the scorer keeps of a run for itself, encrypted; gone once the cycle is sealed.

    ``held`` is what a later run holds to (:class:`leadline.web.results.earlier.Held`); runs of release 0.1.0
    have none. ``sets`` says of whom the overview was made, ``record`` is what of the measurement may stay
    after sealing (:func:`leadline.workflows.calibration_record`).
    """

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="basis")
    held = models.BinaryField(null=True)
    sets = models.BinaryField()
    record = models.BinaryField(null=True)


class Result(Keyed):
    """One ratee's figures of a run: what :mod:`leadline.web.results.disclosure` lets through, nothing else.

    ``figures`` are plain once the cycle is sealed, before they are ``hidden``, and what lists show of them
    once more by itself in ``brief``. ``sets`` says, encrypted, of which answer sheets each figure was made,
    for the engine; gone once the cycle is sealed.
    ``shown`` is whether anybody has seen the figures: then later runs must fit them. ``kept`` is the number
    of the run whose figures these are, where those of this run would have given away a late answer.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="results")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="results")
    figures = DocumentField(default=dict)
    hidden = models.BinaryField(null=True)
    brief = models.BinaryField(null=True)
    sets = models.BinaryField(null=True)
    shown = models.BooleanField(default=False)
    kept = models.PositiveIntegerField(null=True)

    class Meta:
        """One a run and ratee."""

        constraints = (models.UniqueConstraint(fields=("run", "participant"), name="result_once"),)


class Record(models.Model):
    """What stays of a sealed cycle's measurement, for later cycles to be linked to."""

    cycle = models.OneToOneField(Cycle, models.CASCADE, primary_key=True, related_name="record")
    content = models.JSONField()


class Comment(Keyed):
    """A comment on a ratee that enough people wrote beside, cut off from the submission it came with.

    ``group`` is the one it may be shown under, which may be ``colleagues``; its own is not kept. ``state`` is
    ``waiting``, ``public``, ``coach`` or ``withheld``. Until sealing its ``text``, ``group`` and
    ``competency`` are ``hidden``, with the ``original`` wording once it was edited: a group of one, and the
    same competencies on several ratees, name a writer. What was released is plain afterwards.
    """

    original = ""
    """No column: :mod:`leadline.web.results.hidden` puts it there."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="comments")
    group = models.CharField(max_length=40, blank=True)
    competency = models.CharField(max_length=80, blank=True)
    text = models.TextField(blank=True)
    hidden = models.BinaryField(null=True)
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


class Correction(models.Model):
    """What was done about a result in which something is wrong; travels with it.

    ``withdrawn`` is the day on which it was taken from everybody, for a ``reason`` that stands in its place.
    ``note`` is what people analytics say to it, ``noted`` on which day. ``asked`` is the day until which
    ratings were collected anew, and ``enough`` whether enough of them changed for new figures. ``tell`` is
    the mail about it that is not sent yet: ``withdrawn`` or ``restored``.
    """

    participant = models.OneToOneField(
        Participant, models.CASCADE, primary_key=True, related_name="correction"
    )
    withdrawn = models.DateField(null=True)
    reason = models.TextField(blank=True)
    note = models.TextField(blank=True)
    noted = models.DateField(null=True)
    asked = models.DateField(null=True)
    enough = models.BooleanField(null=True)
    tell = models.CharField(max_length=20, blank=True)


class Contest(Keyed):
    """A ratee's objection, which travels with the result, and its answer; ``told`` is whether of that."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="contests")
    text = models.TextField()
    answer = models.TextField(blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    state = models.CharField(max_length=20, default="open")
    told = models.BooleanField(default=True)
    time = models.DateTimeField(auto_now_add=True)

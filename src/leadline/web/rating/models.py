"""Answers: a draft belongs to its assignment, a submission to nobody.

What ties them together is only the cycle's key outside the database: ``pseudonym = HMAC(key, rater)``.
"""

from __future__ import annotations

from django.db import models

from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.look.models import DocumentField, Keyed


class Draft(models.Model):
    """Answers so far; gone once submitted.

    ``answers`` maps item to rating or null ("could not observe"); an item not yet answered is absent.
    ``comments`` maps competency to text. ``seconds`` is the time spent on the form, for the private hint.
    ``revision`` counts saves, and ``saved`` holds by competency which page of the form saved it last and with
    which revision, so that an older device does not overwrite a newer one unnoticed.
    """

    assignment = models.OneToOneField(Assignment, models.CASCADE, primary_key=True, related_name="draft")
    answers = models.JSONField(default=dict)
    comments = models.JSONField(default=dict)
    seconds = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    saved = models.JSONField(default=dict)


class Submission(Keyed):
    """Answers of one rater on one ratee, without the rater and without a time.

    Written by :mod:`leadline.web.rating.submitting` alone, which rewrites all submissions on the ratee in
    random order whenever one arrives. After sealing, ``pseudonym`` is a fresh random value for each row.
    """

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="+")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    relationship = models.CharField(max_length=40)
    pseudonym = models.CharField(max_length=64)
    answers = DocumentField(default=dict)
    comments = DocumentField(default=dict)

    class Meta:
        """One a rater and ratee, found only by the pseudonym."""

        constraints = (models.UniqueConstraint(fields=("participant", "pseudonym"), name="submitted_once"),)
        indexes = (models.Index(fields=("cycle", "participant")),)

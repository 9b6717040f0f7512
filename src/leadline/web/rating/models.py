"""Answers: a draft belongs to its assignment, a submission to nobody.

Both hold one document that only the cycle's key opens (:mod:`leadline.web.cycles.keys`): see
:class:`leadline.web.rating.drafts.Written` and :class:`leadline.web.rating.answers.Sheet`.
"""

from __future__ import annotations

from django.db import models

from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.look.models import Keyed


class Draft(models.Model):
    """Answers so far; gone once submitted. Read and written by :mod:`leadline.web.rating.drafts` alone."""

    assignment = models.OneToOneField(Assignment, models.CASCADE, primary_key=True, related_name="draft")
    content = models.BinaryField()


class Submission(Keyed):
    """Answers of one rater on one ratee, without the rater, the relationship and a time.

    Written by :mod:`leadline.web.rating.submitting` alone, which encrypts and writes all submissions on the
    ratee anew, in random order and of one length, whenever one arrives: no two versions of a row can be told
    to be of the same rater.
    """

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="+")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    content = models.BinaryField()

    class Meta:
        """Read by cycle, and by ratee within it."""

        indexes = (models.Index(fields=("cycle", "participant")),)

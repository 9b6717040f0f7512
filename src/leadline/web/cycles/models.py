"""Cycles, who is rated in them, and who rates whom.

Nothing here may be joined with what a rater answered: an assignment knows *that* it was submitted, never
when, and no key of it is anywhere in :mod:`leadline.web.rating.models`' ``Submission``.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from leadline.web.accounts.models import Organisation, User
from leadline.web.look.models import Keyed
from leadline.web.people.models import Person


class Cycle(Keyed):
    """One assessment round.

    Attributes
    ----------
    purpose : {"development", "selection"}
    framework, framework_hash, profiles
        Reference (``id@version``), the hash it had at launch, and profiles applied.
    state
        A name of :data:`leadline.web.cycles.moves.STATES`; changed by ``moves.move`` alone.
    rules
        By relationship: ``{"source": "line|nomination|stakeholders", "least": n, "most": n}``.
    thresholds
        Least numbers by relationship, and ``all`` and ``comments``; after launch they may only rise.
    reminders
        Days before the closing day on which those who owe something are reminded.
    mails
        Own wording by mail and language: ``{"invite": {"en": {"subject": ..., "text": ...}}}``.
    scheduled
        Whether the clock launches it at the start of the opening day.
    late
        Whether the closing day is over and only personal extensions are still open.
    noted
        The day at whose beginning progress was last noted (:mod:`.progress`).
    grace
        Days after the closing day on which answers are still taken.
    unfinished
        About how many forms were begun and not submitted then, in the whole cycle.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="cycles")
    title = models.CharField(max_length=200)
    purpose = models.CharField(max_length=20, default="development")
    framework = models.CharField(max_length=120, blank=True)
    framework_hash = models.CharField(max_length=64, blank=True)
    profiles = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=20, default="draft")
    languages = models.JSONField(default=list, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    opens = models.DateField(null=True, blank=True)
    nominate_until = models.DateField(null=True, blank=True)
    closes = models.DateField(null=True, blank=True)
    appeal_until = models.DateField(null=True, blank=True)
    rules = models.JSONField(default=dict, blank=True)
    thresholds = models.JSONField(default=dict, blank=True)
    reminders = models.JSONField(default=list, blank=True)
    mails = models.JSONField(default=dict, blank=True)
    scheduled = models.BooleanField(default=False)
    late = models.BooleanField(default=False)
    noted = models.DateField(null=True)
    grace = models.PositiveSmallIntegerField(default=0)
    unfinished = models.PositiveIntegerField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Listed by organisation and state."""

        indexes = (models.Index(fields=("organisation", "state")),)

    def __str__(self) -> str:
        return self.title


class Participant(Keyed):
    """A ratee of a cycle. ``name`` and ``team`` are as they were at launch; so is ``manager``.

    ``state`` is that of the nomination: ``open``, ``proposed``, ``approved``.
    """

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="participants")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="participations")
    manager = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200)
    team = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=20, default="open")
    withdrawn = models.BooleanField(default=False)

    class Meta:
        """A person takes part once."""

        constraints = (models.UniqueConstraint(fields=("cycle", "person"), name="participant_once"),)

    def __str__(self) -> str:
        return self.name


class Stakeholder(Keyed):
    """A rater from outside, by personal link."""

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="stakeholders")
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField()
    language = models.CharField(max_length=8, blank=True)

    class Meta:
        """One an address and cycle."""

        constraints = (models.UniqueConstraint(fields=("cycle", "email"), name="stakeholder_once"),)

    def __str__(self) -> str:
        return self.name or self.email


class Assignment(Keyed):
    """Who rates whom, and whether they did.

    ``state`` is ``proposed``, ``approved``, ``declined`` or ``removed``: after launch, somebody who was asked
    and taken off the panel, while what they submitted counts. ``origin`` is ``rule``, ``nomination`` or
    ``late``, and ``due`` a personal extension; both are forgotten at close. There is no time of opening or
    submitting.
    ``submitted`` is for the rater, the scorer and :mod:`.progress`: no page of anybody else reads it.
    """

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="assignments")
    rater = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="assignments")
    stakeholder = models.ForeignKey(
        Stakeholder, models.CASCADE, null=True, blank=True, related_name="assignments"
    )
    relationship = models.CharField(max_length=40)
    state = models.CharField(max_length=20, default="approved")
    origin = models.CharField(max_length=20, default="rule")
    due = models.DateField(null=True, blank=True)
    invited = models.BooleanField(default=False)
    opened = models.BooleanField(default=False)
    submitted = models.BooleanField(default=False)

    class Meta:
        """A rater rates a ratee once, and is either a person or a stakeholder."""

        constraints = (
            models.UniqueConstraint(fields=("participant", "rater"), name="assigned_once"),
            models.UniqueConstraint(fields=("participant", "stakeholder"), name="stakeholder_assigned_once"),
            models.CheckConstraint(
                condition=Q(rater__isnull=True) ^ Q(stakeholder__isnull=True), name="one_kind_of_rater"
            ),
        )


class GroupProgress(models.Model):
    """How far a group of a ratee's raters was last night; steps are those of :mod:`.progress`.

    ``first`` is how many had been asked when it was first noted.
    """

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="progress")
    relationship = models.CharField(max_length=40)
    step = models.PositiveSmallIntegerField(default=0)
    first = models.PositiveIntegerField()

    class Meta:
        """One a group."""

        constraints = (
            models.UniqueConstraint(fields=("participant", "relationship"), name="group_noted_once"),
        )


class RaterProgress(models.Model):
    """How far a rater was last night in a cycle; without ``step`` nobody is told. Forgotten at close.

    ``first`` is about how many people they had been asked when they were first noted.
    """

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="raters")
    rater = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    stakeholder = models.ForeignKey(Stakeholder, models.CASCADE, null=True, related_name="+")
    step = models.PositiveSmallIntegerField(null=True)
    first = models.PositiveIntegerField()

    class Meta:
        """One a rater and cycle."""

        constraints = (
            models.UniqueConstraint(fields=("cycle", "rater"), name="rater_noted_once"),
            models.UniqueConstraint(fields=("cycle", "stakeholder"), name="stakeholder_noted_once"),
        )

    @property
    def word(self) -> str:
        """Name of the step, as in the words under ``cycles.given``."""
        return "untold" if self.step is None else ("nothing", "some", "all")[self.step]


class Job(Keyed):
    """Long work on a cycle that the worker does (:mod:`.jobs`).

    ``kind`` is a name of ``jobs.DEEDS``; ``state`` is ``waiting``, ``running``, ``done`` or ``failed``;
    ``failure`` holds a code with fields, and ``n`` how many ratees it was about.
    """

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=20)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=20, default="waiting")
    failure = models.JSONField(null=True)
    n = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    address = models.CharField(max_length=64, blank=True)
    asked = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True)


class PersonalLink(models.Model):
    """Opens one stakeholder's queue without an account; the token itself is only in the mail."""

    stakeholder = models.ForeignKey(Stakeholder, models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, primary_key=True)
    expires = models.DateTimeField()


class Mailed(models.Model):
    """A mail of a cycle to somebody on a day: waiting, then sent, once.

    ``state`` is ``waiting``, ``sending``, ``sent`` or ``failed``. What was sent is forgotten when the cycle
    closes: it tells who was asked late, reminded or given longer.
    """

    cycle = models.ForeignKey(Cycle, models.CASCADE, related_name="mailed")
    kind = models.CharField(max_length=40)
    to = models.EmailField()
    day = models.DateField()
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    stakeholder = models.ForeignKey(Stakeholder, models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=20, default="waiting")
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """Once a day."""

        constraints = (models.UniqueConstraint(fields=("cycle", "kind", "to", "day"), name="mailed_once"),)
        indexes = (models.Index(fields=("state",)),)

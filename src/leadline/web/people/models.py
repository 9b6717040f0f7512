"""People, teams, and every change to them."""

from __future__ import annotations

from django.db import models

from leadline.web.accounts.models import Organisation, User
from leadline.web.look.models import Keyed


class Team(Keyed):
    """A team, perhaps inside another."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="teams")
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")

    class Meta:
        """Names are unique in an organisation."""

        constraints = (models.UniqueConstraint(fields=("organisation", "name"), name="team_once"),)

    def __str__(self) -> str:
        return self.name


class Person(Keyed):
    """Somebody in the organisation, with or without an account.

    ``key`` is the organisation's own identifier (the ``person`` column of an import). ``left`` is the last
    day; a leaver stays, with what was measured, until erased. ``email`` is what the organisation says, and
    may be edited; what counts is :attr:`address`. ``asked`` is when the account was last asked to confirm
    another ``email``.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="people")
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="people")
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="people")
    manager = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reports")
    coach = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="coached")
    role = models.CharField(max_length=100, blank=True)
    stage = models.CharField(max_length=100, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    level = models.CharField(max_length=100, blank=True)
    started = models.DateField(null=True, blank=True)
    left = models.DateField(null=True, blank=True)
    asked = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Keys are unique in an organisation, and so are its accounts."""

        constraints = (
            models.UniqueConstraint(fields=("organisation", "key"), name="person_once"),
            models.UniqueConstraint(fields=("organisation", "user"), name="person_one_account"),
        )
        indexes = (
            models.Index(fields=("organisation", "name")),
            models.Index(fields=("organisation", "email")),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Where every mail to them goes: the confirmed address of their account, if they have one."""
        return self.user.email if self.user else self.email.lower()

    @property
    def waits(self) -> bool:
        """Whether ``email`` is new and not confirmed: until it is, everything goes to the old one."""
        return bool(self.user and self.email) and self.email.lower() != self.address


class Notice(Keyed):
    """A mail about somebody's address that waits to be sent (:mod:`.notices`); gone once it is.

    ``to`` is empty where it goes to the person's address at that time.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    to = models.EmailField(blank=True)
    language = models.CharField(max_length=8)
    tries = models.PositiveSmallIntegerField(default=0)


class Import(Keyed):
    """One file of people: read, shown as differences, applied, perhaps undone.

    Attributes
    ----------
    rows
        The file as it was read: ``headings``, ``rows`` of number and cells, ``faults`` and ``notices`` of
        reading. Kept while it is a trial, so that it can be read otherwise.
    reading
        How it was read: its ``headings``, and ``columns``, our name of each or nothing; ``others_left``;
        ``blanks_clear``.
    faults, notices
        What is wrong with rows, and what is applied otherwise than it stands in the file.
    changes
        What it would do or did, each with the values before, so that it can be undone.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="imports")
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    file_name = models.CharField(max_length=255)
    time = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=20, default="trial")
    rows = models.JSONField(default=dict)
    reading = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    notices = models.JSONField(default=list)
    changes = models.JSONField(default=list)


class Heading(Keyed):
    """What an organisation said a heading of its files means; without ``column`` it is to be ignored."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="headings")
    heading = models.CharField(max_length=200)
    column = models.CharField(max_length=20, blank=True)

    class Meta:
        """One meaning a heading."""

        constraints = (models.UniqueConstraint(fields=("organisation", "heading"), name="heading_once"),)


class PersonChange(Keyed):
    """One field of one person, before and after."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="history")
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    source = models.ForeignKey(Import, models.SET_NULL, null=True, related_name="person_changes")
    time = models.DateTimeField(auto_now_add=True)
    field = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)


class DataRequest(Keyed):
    """What somebody asks about their own data, for those who keep the people to decide.

    Attributes
    ----------
    kind : {"correction", "erasure"}
        An erasure that is granted takes the request along.
    field
        Which datum is wrong: a name of :data:`leadline.web.people.asking.FIELDS`.
    state : {"open", "done", "declined"}
    by, answer, answered
        Who decided, in which words, when.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="data_requests")
    kind = models.CharField(max_length=20)
    field = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    time = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=20, default="open")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    answer = models.TextField(blank=True)
    answered = models.DateTimeField(null=True)


class Periods(models.Model):
    """For how many days an organisation keeps what (:mod:`leadline.web.look.forgetting`), where it chose."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="periods"
    )
    days = models.JSONField(default=dict)

"""Organisations, users, what each user is granted, invitations, and the audit chain."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import formats, timezone

from leadline.web.look.models import Keyed
from leadline.web.look.templatetags.look import has_text, text

ROLES = ("operator", "analytics", "coach", "analyst", "auditor")
"""What a user may be granted. Manager and member are no grants: they follow from the reporting lines."""


class Organisation(Keyed):
    """One tenant: nothing of it is seen from another."""

    name = models.CharField(max_length=200)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """Create a user; without a password only a link sent to the address signs in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(Keyed, AbstractBaseUser):
    """Somebody who can sign in."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        """One user an address."""

        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_once"),)

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """A user belongs to an organisation and is granted roles in it.

    ``roles`` holds names of :data:`ROLES`; a member without grants sees what concerns them.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    roles = models.JSONField(default=list, blank=True)

    class Meta:
        """One membership a user and organisation."""

        constraints = (models.UniqueConstraint(fields=("user", "organisation"), name="member_once"),)


class Invitation(Keyed):
    """An address asked to join with certain roles; the token itself is only in the mail."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    roles = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()
    accepted = models.BooleanField(default=False)

    @property
    def is_open(self) -> bool:
        """Whether its link still works."""
        return self.expires > timezone.now()

    @property
    def day(self) -> str:
        """The day until which it does, as the reader writes dates."""
        return formats.date_format(timezone.localtime(self.expires))


class Kept(Keyed):
    """A form that was sent after the session had ended, for the one user on whose page it was typed.

    ``fields`` is a list of ``[name, value]``, encrypted, in base64. Gone once sent again, or when it
    ``expires``: a midnight, for an hour would tell when somebody wrote about whom.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    path = models.CharField(max_length=500)
    fields = models.TextField()
    expires = models.DateTimeField()

    class Meta:
        """The last one of a page."""

        constraints = (models.UniqueConstraint(fields=("user", "path"), name="kept_once"),)


class AuditRecord(models.Model):
    """One link of an organisation's chain: who did or read what, when, from where.

    ``hash`` covers the content, the ratees and the hash before it, with a key outside the database
    (:mod:`leadline.web.accounts.chain`). ``cycle`` is the key of the cycle it is about, if of one; names are
    looked up when the record is shown, so that nothing here outlives them. ``erased`` seals the record anew
    since the address of an erased person was taken out of it.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="audit")
    number = models.PositiveBigIntegerField()
    time = models.DateTimeField()
    actor = models.CharField(max_length=254)
    action = models.CharField(max_length=64)
    kind = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    address = models.CharField(max_length=64, blank=True)
    cycle = models.UUIDField(null=True)
    before = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    erased = models.CharField(max_length=64, blank=True)

    class Meta:
        """A chain has one record a number."""

        constraints = (models.UniqueConstraint(fields=("organisation", "number"), name="audit_chain"),)
        indexes = (models.Index(fields=("organisation", "-number")),)

    @property
    def said(self) -> str:
        """What was done, in words; as it is where somebody else than Leadline wrote it."""
        app, _, action = self.action.partition(".")
        key, how = f"{app}.audit.{action}", f"{app}.audit_how.{self.detail.get('how')}"
        said = text(key) if has_text(key) else self.action
        return text("accounts.with_how", said=said, how=text(how)) if has_text(how) else said


class AuditRatee(models.Model):
    """One of those whose results a record is about, by the key of the participant."""

    record = models.ForeignKey(AuditRecord, models.CASCADE, related_name="ratees")
    participant = models.UUIDField(db_index=True)

    class Meta:
        """Once a record."""

        constraints = (models.UniqueConstraint(fields=("record", "participant"), name="audit_ratee_once"),)

"""Frameworks an organisation made from a built-in one."""

from __future__ import annotations

from django.db import models

from leadline.web.accounts.models import Organisation, User
from leadline.web.look.models import Keyed
from leadline.workflows import Text


class OwnFramework(Keyed):
    """One version of an organisation's own framework; a published one never changes.

    ``base`` names what it was made from (``technical-leadership@1.0.0``); ``choices`` holds the competencies
    kept, wordings and weights (:class:`leadline.web.catalogue.tailoring.Choices`), from which the whole is
    built again. ``hash`` and ``published`` are set when it is published.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="own_frameworks")
    name = models.SlugField(max_length=80)
    version = models.PositiveIntegerField(default=1)
    title_en = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200)
    base = models.CharField(max_length=120)
    choices = models.JSONField(default=dict)
    state = models.CharField(max_length=20, default="draft")
    hash = models.CharField(max_length=64, blank=True)
    published = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        """Versions of a name count up in an organisation."""

        constraints = (
            models.UniqueConstraint(fields=("organisation", "name", "version"), name="own_framework_version"),
        )

    @property
    def title(self) -> Text:
        """The title in both languages."""
        return Text(self.title_en, self.title_zh)

    @property
    def number(self) -> str:
        """The version as frameworks write it."""
        return f"{self.version}.0.0"

    @property
    def reference(self) -> str:
        """What a cycle names it by."""
        return f"{self.name}@{self.number}"

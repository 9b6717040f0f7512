"""What tables share: a random key, which tells neither order nor time, and a column for whole documents."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models


class Keyed(models.Model):
    """A row with a random key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        """No table of its own."""

        abstract = True


class DocumentField(models.JSONField):
    """JSON that many rows at once are written of.

    Django gives PostgreSQL many rows as arrays, and in an array every quotation mark is escaped in Python:
    500 results took 2 s and 60 MB. A field with a placeholder of its own is written by values.
    """

    def get_placeholder(self, _value: object, _compiler: object, _connection: object) -> str:
        """Nothing but the value."""
        return "%s"

    def deconstruct(self) -> Any:
        """To migrations it is the JSON column it is."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

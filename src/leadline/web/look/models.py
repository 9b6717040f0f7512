"""What every table shares: a random key, which tells neither order nor time."""

from __future__ import annotations

import uuid

from django.db import models


class Keyed(models.Model):
    """A row with a random key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        """No table of its own."""

        abstract = True

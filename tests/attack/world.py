"""Plays one cycle through the real services, in a process, folder and database of its own; keeps the loot.

``python -m tests.attack.world FOLDER SEED``, with ``DJANGO_SETTINGS_MODULE`` and ``LEADLINE_*`` set.
"""

from __future__ import annotations

import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
from django.utils import timezone

START = datetime(2026, 3, 2, 9, 7, tzinfo=UTC)
PAIRS, POLLS = 60, 16
BY_HTTP = 16


def seeded(seed: int) -> None:
    """Keys, tokens and shuffles by the seed, so that a verdict is the same in every run."""
    made = random.Random(seed)  # noqa: S311  a world of no secrets
    os.urandom = made.randbytes
    random._urandom = made.randbytes  # type: ignore[attr-defined]  # what SystemRandom and secrets draw from


class Clock:
    """Time as the world has it: some milliseconds pass with every look, days when they are told to."""

    def __init__(self) -> None:
        self.moment = START
        timezone.now = self.now

    def now(self) -> datetime:
        """Look at it."""
        self.moment += timedelta(milliseconds=7)
        return self.moment

    def at(self, hour: int, minute: int = 0) -> datetime:
        """Wait until it is so late."""
        then = self.moment.replace(hour=hour, minute=minute, second=0)
        self.moment = then if then > self.moment else then + timedelta(days=1)
        return self.moment


if __name__ == "__main__":
    seeded(int(sys.argv[2]))
    django.setup()
    from django.conf import settings
    from django.template import Template
    from django.test.utils import instrumented_test_render

    Template._render = instrumented_test_render  # so that answers carry their context
    Path(settings.LEADLINE_DATA).mkdir(parents=True, exist_ok=True)
    from tests.attack.playing import play

    play(Path(sys.argv[1]), int(sys.argv[2]), Clock())

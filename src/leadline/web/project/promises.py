"""What must be in every state of the files of the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leadline.web.look.promises import Promise
from leadline.web.look.queue import have_failed, try_again
from leadline.web.project import erasure
from leadline.web.results import sealing

REWRITING = (sealing.settle, sealing.compact, erasure.compact)


def _failed(now: datetime) -> Iterable[datetime]:
    return [now] if have_failed(*REWRITING).exists() else []


PROMISES = (
    Promise(
        "tables that hold what was deleted, whose rewriting failed",
        "it is tried again in a minute",
        _failed,
        lambda now: try_again(now, *REWRITING),
    ),
)

"""What the database may not take back of a cycle: its ledger, a file beside its key, gone with it.

Whoever may write to the database could lower the least numbers of a running cycle, or have it forget which
figures were seen, and subtract the next ones. So both are also appended here, in lines that only the key
writes and reads. A line comes before what it tells of is shown; one that a crash cut short counts as none.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from leadline.errors import LeadlineError
from leadline.web.accounts.audit import record
from leadline.web.cycles import keys
from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Cycle
from leadline.web.look.secrecy import UnreadableError

ROOM = 512
"""Bytes of most lines."""
FROZEN = ("framework", "framework_hash", "profiles", "purpose")
"""Columns of a cycle that launch froze and that decide what is shown."""


class ChangedError(LeadlineError):
    """The database says something else than what the key vouches for: it was changed from outside."""

    def __init__(self, code: str, cycle: Cycle, **fields: object) -> None:
        super().__init__(code, **fields)
        self.cycle = cycle


@dataclass
class Ledger:
    """What a ledger says: the highest least numbers, frozen columns, seen figures and overviews by run."""

    least: dict[str, int] = field(default_factory=dict)
    frozen: dict[str, Any] = field(default_factory=dict)
    figures: set[tuple[UUID, UUID]] = field(default_factory=set)
    overviews: set[UUID] = field(default_factory=set)


def exists(cycle: Cycle) -> bool:
    """Whether a cycle has one: those of releases before this do not."""
    return keys.path(cycle.pk, "ledger").exists()


def note_rules(cycle: Cycle) -> None:
    """Hold on to the least numbers of a launched cycle, and to what launch froze."""
    frozen = {name: getattr(cycle, name) for name in FROZEN}
    _append(cycle.pk, {"least": cycle.thresholds, "frozen": frozen})


def note_figures(cycle: Cycle, run: UUID, participants: Iterable[UUID]) -> None:
    """Hold on to that figures of some ratees in a run are seen."""
    _append(cycle.pk, {"run": str(run), "of": [one.hex for one in participants]})


def note_overview(cycle: Cycle, run: UUID) -> None:
    """Hold on to that figures of a run on everybody together are seen."""
    _append(cycle.pk, {"overview": str(run)})


def read(cycle: Cycle, key: Key) -> Ledger:
    """What the ledger of a cycle says; nothing where there is none."""
    found = Ledger()
    for line in _lines(cycle.pk, key):
        for name, least in line.get("least", {}).items():
            found.least[name] = max(least, found.least.get(name, 0))
        found.frozen = found.frozen or line.get("frozen", {})
        if "run" in line:
            found.figures |= {(UUID(line["run"]), UUID(one)) for one in line["of"]}
        if "overview" in line:
            found.overviews.add(UUID(line["overview"]))
    return found


def refuse_changed_rules(cycle: Cycle, known: Ledger) -> None:
    """Refuse to decide what is shown by rules that are not those of the launch, or weaker.

    Raises
    ------
    ChangedError
        ``web.cycles.least_lowered``, ``web.cycles.rules_changed``.
    """
    for name, least in sorted(known.least.items()):
        if cycle.thresholds.get(name, 0) < least:
            raise ChangedError("web.cycles.least_lowered", cycle, group=name, least=least)
    for name, value in known.frozen.items():
        if getattr(cycle, name) != value:
            raise ChangedError("web.cycles.rules_changed", cycle, field=name)


def record_refusal(fault: ChangedError) -> None:
    """Leave a record of a refusal, outside the transaction that it ended.

    About the cycle alone: that a rater was at work on a certain ratee is nobody's business.
    """
    record(fault.cycle.organisation, "cycles.refused", fault.cycle, code=fault.code)


def _append(cycle_id: UUID, entry: dict[str, Any]) -> None:
    sealed = keys.of(cycle_id).encrypt(entry, "ledger", cycle_id, least=ROOM)
    path = keys.path(cycle_id, "ledger")
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(b"\n" + b64encode(sealed) + b"\n")  # what a crash left of a line ends here
        file.flush()
        os.fsync(file.fileno())


def _lines(cycle_id: UUID, key: Key) -> Iterator[dict[str, Any]]:
    path = keys.path(cycle_id, "ledger")
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in filter(None, map(bytes.strip, file)):
            try:
                yield key.decrypt(b64decode(line, validate=True), "ledger", cycle_id)
            except (Error, UnreadableError):
                continue

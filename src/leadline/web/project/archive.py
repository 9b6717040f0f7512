"""Everything about somebody in one archive: each part of each app as JSON and as CSV, made while it is sent.

An app says what it keeps of them in a module ``holding`` with ``PARTS`` and ``LEFT_OUT``. Every row is read
once, so that both files say the same and reading a result is recorded once: JSON goes out at once, CSV waits
in memory, compressed, until its part has been told.
"""

from __future__ import annotations

import csv
import json
import zlib
from collections.abc import Iterator, Mapping
from io import RawIOBase, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder

from leadline.web.accounts.access import Actor
from leadline.web.look.holding import Part
from leadline.web.look.listing import harmless
from leadline.web.project.modules import modules

README = "README.txt"
BLOCK = 2**16


def parts() -> Iterator[tuple[str, Part]]:
    """Every part with the name of its app, from the lowest app up."""
    for module in modules("holding"):
        app = module.__name__.split(".")[-2]
        for part in module.PARTS:
            yield app, part


def stream(actor: Actor, readme: str) -> Iterator[bytes]:
    """The archive, block by block.

    Parameters
    ----------
    actor : Actor
        Whose.
    readme : str
        What stands in it, in words.
    """
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:  # a sink cannot be gone back in: sizes come after
        archive.writestr(README, readme)
        for app, part in parts():
            table = _Table()
            with archive.open(f"{app}/{part.name}.json", "w") as file:
                before = b"[\n"
                for row in part.rows(actor):
                    file.write(before + _json(row).encode())
                    table.add(row)
                    before = b",\n"
                    yield sink.taken()
                file.write(b"\n]\n" if before == b",\n" else b"[]\n")
            with archive.open(f"{app}/{part.name}.csv", "w") as file:
                for block in table.blocks():
                    file.write(block)
                    yield sink.taken()
    yield sink.taken()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)


class _Sink(RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        """All since the last time."""
        found = bytes(self._held)
        self._held.clear()
        return found


class _Table:
    """Rows as CSV, compressed: some bytes a row."""

    def __init__(self) -> None:
        self._packing, self._packed = zlib.compressobj(), bytearray()
        self._headed = False

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row; the first one names the columns."""
        if not self._headed:
            self._headed = True
            self._line(["\ufeff" + next(iter(row)), *list(row)[1:]])
        self._line([harmless(_cell(value)) for value in row.values()])

    def _line(self, cells: list[Any]) -> None:
        text = StringIO()
        csv.writer(text).writerow(cells)
        self._packed += self._packing.compress(text.getvalue().encode())

    def blocks(self) -> Iterator[bytes]:
        """The file."""
        self._packed += self._packing.flush()
        unpacking, rest = zlib.decompressobj(), bytes(self._packed)
        while rest:
            yield unpacking.decompress(rest, BLOCK)
            rest = unpacking.unconsumed_tail


def _cell(value: Any) -> Any:
    """Days and times as JSON writes them, whatever is more than one value as JSON."""
    if value is None or isinstance(value, str | int | float):
        return value
    said = _json(value)
    return json.loads(said) if said.startswith('"') else said

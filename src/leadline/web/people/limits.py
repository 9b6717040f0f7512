"""What an uploaded file may hold, looked at before anything parses it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from leadline.errors import SourceError

MOST_ROWS = 100_000
MOST_CELLS = 1_000_000
UNPACKED = 150 * 2**20
"""Bytes of a workbook's parts together; a zip can promise far more than memory has."""
PARTS = 1_000

UNREADABLE = (BadZipFile, ParseError, DefusedXmlException, zlib.error, EOFError, OSError)
"""What a damaged zip or its XML raises; its reader raises more (:mod:`.reading`)."""

_CHUNK = 1 << 20
_CELL = re.compile(rb"<(?:\w+:)?(?:c|si)[\s/>]")
_LONGEST_TAG = 16


def check_workbook(path: Path) -> None:
    """Refuse a workbook that unpacks to too much, or whose XML has a document type.

    Nothing in a workbook needs one, and entities declared in it can grow without bound. Sizes are those the
    zip states: its reader gives no byte more.

    Raises
    ------
    SourceError
        ``web.people.unpacked``, ``web.people.too_many_cells``, ``web.people.doctype``,
        ``web.people.damaged``.
    """
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise SourceError("web.people.unpacked", n=UNPACKED >> 20)
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    with archive.open(part) as content:
                        # A document type stands before the first element, or nowhere.
                        next(iterparse(content, ("start",), forbid_dtd=True), None)
                    if part.filename.startswith("xl/"):
                        with archive.open(part) as content:
                            _count_cells(content)
    except DefusedXmlException as cause:
        raise SourceError("web.people.doctype") from cause
    except (*UNREADABLE, RuntimeError, ValueError) as cause:  # encrypted; not compressed in a known way
        raise SourceError("web.people.damaged") from cause


def _count_cells(content: IO[bytes]) -> None:
    n, before = 0, b""
    for chunk in _chunks(content):
        n += len(_CELL.findall(before + chunk))
        # What was cut in two is found with the next chunk, what was found is not found again.
        before = re.sub(_CELL, b"", chunk[-_LONGEST_TAG:])
        if n > MOST_CELLS:
            raise SourceError("web.people.too_many_cells", n=MOST_CELLS)


def check_text(path: Path) -> None:
    """Refuse a text file of too many lines or cells.

    Raises
    ------
    SourceError
        ``web.people.too_long``, ``web.people.too_many_cells``.
    """
    lines = cells = 0
    with path.open("rb") as content:
        for chunk in _chunks(content):
            lines += max(chunk.count(b"\n"), chunk.count(b"\r"))
            cells += max(chunk.count(mark) for mark in (b",", b";", b"\t", b"|"))
    if lines > MOST_ROWS:
        raise SourceError("web.people.too_long", n=MOST_ROWS)
    if cells + lines > MOST_CELLS:
        raise SourceError("web.people.too_many_cells", n=MOST_CELLS)


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    return iter(partial(content.read, _CHUNK), b"")

"""What kind of file a file is: by its name, and by the bytes it begins with."""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType

from leadline.errors import SourceError
from leadline.evidence.rules import alike

HEAD = 4096

KIND_OF_SUFFIX = MappingProxyType(
    {
        ".csv": "text",
        ".tsv": "text",
        ".tab": "text",
        ".txt": "text",
        ".parquet": "parquet",
        ".pq": "parquet",
        ".json": "json",
        ".jsonl": "json_lines",
        ".ndjson": "json_lines",
        ".xlsx": "excel",
        ".xlsm": "excel",
        ".xlsb": "excel",
        ".xls": "excel",
        ".ods": "excel",
        ".sqlite": "sqlite",
        ".sqlite3": "sqlite",
        ".db": "sqlite",
    }
)
"""Kind of file by the end of its name, in lower case."""

_MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\xd0\xcf\x11\xe0", "old_office"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
)
_EXPECTED = MappingProxyType({"parquet": {"parquet"}, "sqlite": {"sqlite"}, "excel": {"zip", "old_office"}})


def kind_of_bytes(head: bytes) -> str:
    """Kind of content by its first bytes; ``text`` where nothing else is known.

    Examples
    --------
    >>> kind_of_bytes(b"PK\\x03\\x04...."), kind_of_bytes(b"ratee,rater"), kind_of_bytes(b" <!DOCTYPE html>")
    ('zip', 'text', 'html')
    """
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    return "html" if start.startswith((b"<!doctype html", b"<html")) else "text"


def kind_of_file(path: Path, place: str) -> str:
    """Kind of a file by its name, after a look at its first bytes.

    Parameters
    ----------
    path : Path
    place : str
        How messages call the file.

    Returns
    -------
    {"text", "parquet", "json", "json_lines", "excel", "sqlite"}

    Raises
    ------
    SourceError
        The file is not there, may not be read, is empty, has an unknown name, or holds something
        else than its name says.
    """
    head = check_is_there(path, place)
    kind = KIND_OF_SUFFIX.get(path.suffix.lower())
    if kind is None:
        raise SourceError(
            "evidence.unknown_kind", place=place, value=path.suffix, allowed=", ".join(KIND_OF_SUFFIX)
        )
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise SourceError("evidence.empty_file", place=place)
    found = kind_of_bytes(head)
    if found not in _EXPECTED.get(kind, {"text"}):
        raise SourceError("evidence.wrong_kind", place=place, expected=path.suffix.lower(), found=found)
    return kind


def check_is_there(path: Path, place: str) -> bytes:
    """First bytes of a file.

    Raises
    ------
    SourceError
        The file is not there, is no file, or may not be read.
    """
    if path.is_dir():
        raise SourceError("evidence.is_folder", place=place)
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except FileNotFoundError:
        beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        raise SourceError("evidence.not_found", place=place, **alike(path.name, beside)) from None
    except PermissionError:
        raise SourceError("evidence.no_permission", place=place) from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise SourceError("evidence.unreadable", place=place, reason=reason) from None

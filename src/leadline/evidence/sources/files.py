"""One file, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from leadline.errors import LeadlineError, SourceError
from leadline.evidence.blocks import Blocks
from leadline.evidence.sources.delimited import delimited_blocks
from leadline.evidence.sources.kind import kind_of_file
from leadline.evidence.sources.parquet import parquet_blocks
from leadline.evidence.sources.raw import Book

_READERS = MappingProxyType(
    {
        "text": ("delimited", "open_delimited"),
        "parquet": ("parquet", "open_parquet"),
        "json": ("json_text", "open_json"),
        "json_lines": ("json_text", "open_json_lines"),
        "excel": ("excel", "open_excel"),
        "sqlite": ("sqlite", "open_sqlite"),
        "postgresql": ("postgres", "open_postgres"),
        "http": ("http", "open_http"),
    }
)
_EXTRAS = MappingProxyType({"fastexcel": "Excel", "psycopg": "PostgreSQL", "urllib3": "HTTP"})


def opener(kind: str) -> Callable[..., Book]:
    """The function that opens a kind of source; its module is imported here, on first use.

    Raises
    ------
    LeadlineError
        ``errors.missing_extra``: the kind needs a package that is not installed.
    """
    module, function = _READERS[kind]
    try:
        found: Callable[..., Book] = getattr(import_module(f"leadline.evidence.sources.{module}"), function)
    except ModuleNotFoundError as error:
        if error.name is None or error.name not in _EXTRAS:
            raise
        raise LeadlineError(
            "errors.missing_extra", feature=_EXTRAS[error.name], package=error.name, extra="sources"
        ) from error
    return found


def open_blocks(path: Path) -> Blocks | None:
    """A file as blocks; None where its kind, or what is wrong with it, asks for the whole.

    Raises
    ------
    SourceError
        The file cannot be read.
    """
    kind = kind_of_file(path, path.name)
    if kind == "parquet":
        return parquet_blocks(path, path.name)
    return delimited_blocks(path, path.name) if kind == "text" else None


def open_file(path: Path, place: str | None = None, *, query: str | None = None) -> Book:
    """Open a file as its name and its first bytes say.

    Parameters
    ----------
    path : Path
    place : str, optional
        How messages call the file; its name by default.
    query : str, optional
        SQL, for a SQLite file.

    Returns
    -------
    Book

    Raises
    ------
    SourceError
        The file cannot be read.
    """
    place = place or path.name
    kind = kind_of_file(path, place)
    if kind == "sqlite":
        return opener(kind)(path, place, query=query)
    if query is not None:
        raise SourceError("evidence.query_without_database", place=place)
    return opener(kind)(path, place)

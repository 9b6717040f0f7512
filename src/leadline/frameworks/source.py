"""The files of a framework version, read and merged, with the place of every part kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten
from typing import Any, TypeAlias

from leadline.errors import Fault, SourceError

Keys: TypeAlias = tuple[str | int, ...]

MAIN_FILE = "framework.toml"
_SHOWN = 60
_UNREADABLE = ("frameworks.not_utf8", "frameworks.not_toml")


@dataclass(frozen=True)
class _Origin:
    """File of a part; for an element of a merged list also its number there and its line."""

    file: str
    number: int | None = None
    line: int | None = None


@dataclass(frozen=True)
class Source:
    """The merged content of all ``.toml`` files of a folder.

    Attributes
    ----------
    content : dict
        Top-level keys of all files; lists of the same name are joined in the order of file names.
    origins : dict
        For each top-level key, or key and index of a merged list, the file it came from.
    faults : list of Fault
        Files that are no UTF-8 or no TOML, and keys given in two files.
    """

    content: dict[str, Any] = field(default_factory=dict)
    origins: dict[Keys, _Origin] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every file could be read, so that what is missing is missing indeed."""
        return not any(fault.code in _UNREADABLE for fault in self.faults)

    def fault(self, code: str, keys: Keys, value: object = None, **fields: object) -> Fault:
        """A fault at a key path, with file, line and readable path."""
        origin = self.origins.get(keys[:2]) or self.origins.get(keys[:1]) or _Origin(MAIN_FILE)
        shown = None if value is None else shorten(str(value), _SHOWN, placeholder="…")
        return Fault(code, origin.file, origin.line, self.path(keys), shown, fields)

    def path(self, keys: Keys) -> str:
        """Key path for a reader: ``items[delegation_2].anchors[3]``.

        An element is named by its id, or by its number in its file, counted from 1.
        """
        path, part = "", self.content
        for depth, key in enumerate(keys):
            part = _inside(part, key)
            if isinstance(key, str):
                path += f".{key}" if path else key
                continue
            name = part.get("id") if isinstance(part, dict) else None
            origin = self.origins.get(keys[:2]) if depth == 1 else None
            number = origin.number if origin and origin.number else key + 1
            path += f"[{name if isinstance(name, str) and name else number}]"
        return path


def _inside(part: Any, key: str | int) -> Any:
    if isinstance(part, dict):
        return part.get(str(key))
    if isinstance(part, list) and isinstance(key, int) and key < len(part):
        return part[key]
    return None


def read_source(folder: Path) -> Source:
    """Read and merge all ``.toml`` files of a folder.

    Raises
    ------
    SourceError
        No such folder, no ``.toml`` file in it, or one that may not be read.
    """
    if not folder.is_dir():
        raise SourceError("frameworks.no_folder", place=str(folder))
    paths = sorted(path for path in folder.glob("*.toml") if path.is_file())
    if not paths:
        raise SourceError("frameworks.no_files", place=str(folder))
    source = Source()
    for path in paths:
        try:
            text = path.read_bytes().decode("utf-8-sig")
            table = tomllib.loads(text)
        except UnicodeDecodeError as error:
            source.faults.append(Fault("frameworks.not_utf8", path.name, fields={"byte": error.start + 1}))
        except OSError as error:
            reason = error.strerror or str(error)
            raise SourceError("frameworks.not_readable", place=str(path), reason=reason) from error
        # A number of many thousand digits and very deep nesting are refused by Python, not by tomllib.
        except (ValueError, RecursionError) as error:
            source.faults.append(_not_toml(path.name, str(error)))
        else:
            _merge(source, path.name, text, table)
    return source


def _not_toml(file: str, reason: str) -> Fault:
    line = re.search(r"at line (\d+)", reason)
    return Fault("frameworks.not_toml", file, int(line[1]) if line else None, fields={"reason": reason})


def _merge(source: Source, file: str, text: str, table: dict[str, Any]) -> None:
    for key, value in table.items():
        held = source.content.get(key)
        if isinstance(value, list) and isinstance(held, list | None):
            start = len(held or ())
            source.content[key] = [*(held or ()), *value]
            lines = _header_lines(text, key, value)
            for n, line in enumerate(lines):
                source.origins[key, start + n] = _Origin(file, n + 1, line)
        elif held is None:
            source.content[key] = value
        elif held != value or key != "format":
            first = source.origins[key,].file
            source.faults.append(Fault("frameworks.given_twice", file, column=key, fields={"first": first}))
        source.origins.setdefault((key,), _Origin(file))


def _header_lines(text: str, key: str, elements: Sequence[object]) -> Sequence[int | None]:
    """Line of the header of each element; none where the list is not written with headers."""
    header = re.compile(rf"\s*\[\[\s*{re.escape(key)}\s*\]\]")
    lines = [n for n, line in enumerate(text.split("\n"), 1) if header.match(line)]
    return lines if len(lines) == len(elements) else [None] * len(elements)

"""Plain dictionaries as TOML; the standard library only reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(table: Mapping[str, Any]) -> str:
    """A document: values first, then a header for each table and each element of a list of tables.

    Examples
    --------
    >>> print(toml_text({"id": "a", "items": [{"text": {"en": "x"}}]}), end="")
    id = "a"
    <BLANKLINE>
    [[items]]
    text = { en = "x" }
    """
    blocks = [_lines({key: value for key, value in table.items() if not _is_table(value)})]
    for key, value in table.items():
        if isinstance(value, Mapping):
            blocks.append(f"[{_key(key)}]\n{_lines(value)}")
        elif _is_table(value):
            blocks.extend(f"[[{_key(key)}]]\n{_lines(part)}" for part in value)
    return "\n".join(block for block in blocks if block)


def _is_table(value: object) -> bool:
    tables = value if isinstance(value, list) and value else [value]
    return all(isinstance(part, Mapping) for part in tables)


def _lines(table: Mapping[str, Any]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list):
        joint = ",\n  " if _is_table(value) else ", "
        return "[" + joint.join(_value(part) for part in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value)
    # JSON and TOML write whole numbers, truth values and text alike but for the delete character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

"""Frozen values as plain dictionaries, lists and numbers, and the hash of their content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from hashlib import sha256
from typing import Any


def plain(value: Any, *, whole: bool = False) -> Any:
    """Dictionaries, lists, texts and numbers of a value made of dataclasses.

    Fields that hold their default are left out unless ``whole``: a field added to the format
    later therefore changes neither the files nor the hashes of frameworks that do not use it.

    Examples
    --------
    >>> from leadline.frameworks.model import Formula
    >>> plain(Formula("geometric")), plain(Formula("geometric"), whole=True)
    ({'name': 'geometric'}, {'name': 'geometric', 'rho': 0.0})
    """
    if is_dataclass(value):
        return {
            part.name: plain(getattr(value, part.name), whole=whole)
            for part in fields(value)
            if whole or getattr(value, part.name) != _default(part)
        }
    if isinstance(value, Mapping):
        return {key: plain(part, whole=whole) for key, part in value.items()}
    if isinstance(value, tuple):
        return [plain(part, whole=whole) for part in value]
    return value


def _default(part: Field[Any]) -> object:
    return part.default_factory() if part.default_factory is not MISSING else part.default


def content_hash(value: Any) -> str:
    """SHA-256 of the content of a value made of dataclasses, as hexadecimal text.

    The order of lists counts, that of mappings does not.

    Examples
    --------
    >>> from leadline.frameworks.model import Text
    >>> content_hash(Text("a", "b"))[:12]
    'cc5851c116b2'
    """
    text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return sha256(text.encode()).hexdigest()

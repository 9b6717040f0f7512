"""Standard output: one JSON document, or plain lines."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping

import click


def plain(value: object) -> object:
    """JSON-ready form of a value: what is not a number becomes null, unknown kinds become text.

    Examples
    --------
    >>> plain({"se": float("nan"), "n": (1, 2)})
    {'se': None, 'n': [1, 2]}
    """
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, (int, str, bool, type(None))) else str(value)


def write_document(document: object) -> None:
    """Write one JSON document to standard output."""
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "").startswith("utf")
    click.echo(json.dumps(plain(document), ensure_ascii=not unicode, indent=2))

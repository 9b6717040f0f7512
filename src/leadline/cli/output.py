"""Standard output: one JSON document, or plain lines."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from numbers import Integral, Real

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
    if isinstance(value, (bool, str, type(None))):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    return str(value)


def write_document(document: object) -> None:
    """Write one JSON document to standard output."""
    unicode = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "").startswith("utf")
    click.echo(json.dumps(plain(document), ensure_ascii=not unicode, indent=2))

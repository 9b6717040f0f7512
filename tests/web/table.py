"""The table of every address: who may open it and what they get. One file an app in ``permissions/``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.web.cast import VISITORS, World

FOLDER = Path(__file__).parent / "permissions"
INSIDERS = tuple(v for v in VISITORS if v not in ("anonymous", "outsider"))


@dataclass(frozen=True)
class Address:
    """One row: ``status`` for those in ``who``, ``others`` for the rest, ``anonymous`` for the signed-out.

    ``args`` maps a parameter of the address to the name of a thing in the world (its key is used, or the
    thing itself when it is text), or to literal text after ``=``. ``page`` names the visitor as whom the page
    is looked at (screenshots, accessibility, query counts); empty when it is no page.
    """

    name: str
    who: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    method: str = "GET"
    data: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    others: int = 404
    anonymous: int = 302
    page: str = ""
    note: str = ""

    def url(self, world: World) -> str:
        """The address in a world."""
        return reverse(self.name, kwargs={n: _value(world, v) for n, v in self.args.items()}) + self.query

    def expected(self, visitor: str) -> int:
        """What a visitor gets."""
        if visitor in self.who or "everyone" in self.who or ("insiders" in self.who and visitor in INSIDERS):
            return self.status
        if "members" in self.who and visitor != "anonymous":
            return self.status
        return self.anonymous if visitor == "anonymous" else self.others

    def __str__(self) -> str:
        return f"{self.name}{'-' + self.note if self.note else ''}-{self.method}"


def _value(world: World, name: str) -> object:
    if name.startswith("="):
        return name[1:]
    thing = world.things[name]
    return thing if isinstance(thing, str) else thing.pk


def addresses() -> list[Address]:
    """Every row of every file."""
    rows: list[dict[str, Any]] = []
    for path in sorted(FOLDER.glob("*.toml")):
        rows += tomllib.loads(path.read_text(encoding="utf-8")).get("url", [])
    return [Address(**{**row, "who": tuple(row.get("who", ()))}) for row in rows]


def pages() -> list[Address]:
    """Rows that are pages."""
    return [address for address in addresses() if address.page]


def names(resolver: URLResolver | None = None, prefix: str = "") -> set[str]:
    """Names of all addresses of the application."""
    found: set[str] = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            found.add(prefix + (pattern.name or str(pattern.pattern)))
        else:
            found |= names(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
    return found

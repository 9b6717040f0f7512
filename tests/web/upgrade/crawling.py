"""The walk through everything each visitor of the released database may see, as it was recorded."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import resolve, reverse
from tests.web.upgrade.reading import of_file, of_page

from leadline.web.accounts.models import User

MOVED = {"accounts:audit": "audit"}
"""Addresses that have another name now."""
FACTS = Path(__file__).with_name("facts.json.xz")


@dataclass(frozen=True)
class Visit:
    """An address as somebody opens it: ``who`` is an e-mail address, empty for a personal link.

    ``language`` is what they read it in, if not in their own.
    """

    who: str
    name: str
    args: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    language: str = ""

    @property
    def place(self) -> str:
        """Name, arguments and query in one line."""
        return " ".join([self.name, *(f"{n}={v}" for n, v in self.args.items()), self.query]).strip()

    def __str__(self) -> str:
        return f"{self.who or 'by link'} {self.place} {self.language}".strip()


def recorded() -> list[tuple[Visit, Any]]:
    """Every visit with its facts in the release."""
    found = json.loads(lzma.decompress(FACTS.read_bytes()))
    return [(Visit(**one["visit"]), one["facts"]) for one in found]


def facts(visit: Visit, client: Client) -> Any:
    """What a visitor finds; whatever the visit changes is undone."""
    with transaction.atomic():
        if visit.language:
            User.objects.filter(email=visit.who).update(language=visit.language)
        response = client.get(
            reverse(MOVED.get(visit.name, visit.name), kwargs=dict(visit.args)) + visit.query
        )
        found = _facts(visit, response)
        transaction.set_rollback(True)
    return found


def _facts(visit: Visit, response: Any) -> Any:
    if response.status_code in (301, 302):
        return {"status": 302, "to": _name(response)}
    if response.status_code != 200:
        return {"status": response.status_code}
    kind = response.headers["Content-Type"].partition(";")[0]
    if kind == "text/html":
        return of_page(response.content.decode(), figures=visit.name.startswith("results:"))
    return {"file": of_file(b"".join(response), "json" if kind == "application/json" else "csv")}


def _name(response: HttpResponseBase) -> str:
    return resolve(response.headers["Location"].partition("?")[0]).view_name


def clients(visits: list[Visit]) -> Iterator[tuple[Visit, Client]]:
    """Each visit with a client signed in as its visitor."""
    known: dict[str, Client] = {}
    for visit in visits:
        if visit.who not in known:
            known[visit.who] = Client()
            if visit.who:
                user = User.objects.get(email=visit.who)
                known[visit.who].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        yield visit, known[visit.who]

"""The audit chain as values: what seals a record, and what does not hold of a chain.

Seals are made with a key that lies outside the database: whoever holds the database alone can recompute none
of them. Records that are older than the key have a plain hash; the record :data:`KEYED`, itself sealed with
the key, vouches for them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from leadline.errors import Language, words

START = "0" * 64
KEYED = "accounts.chain_keyed"
FILE = "heads.jsonl"
"""In the folder of heads: one a line, oldest first."""


@dataclass(frozen=True, slots=True)
class Link:
    """A record of the chain, in plain text. ``erased`` seals it anew once an address was taken out."""

    organisation: str
    number: int
    time: str
    actor: str
    action: str
    kind: str
    subject: str
    detail: Mapping[str, object]
    address: str
    before: str
    cycle: str = ""
    ratees: tuple[str, ...] = ()
    hash: str = ""
    erased: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of an organisation's chain on a day, as it was written outside the database."""

    organisation: str
    number: int
    hash: str
    day: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold.

    ``code`` is ``changed``, ``missing``, ``garbled``, ``tail``, ``head``, ``replaced`` or ``unreadable``.
    ``number`` is the record, or the line of the file of heads, where it begins, ``last`` where it ends.
    """

    code: str
    number: int
    last: int = 0
    n: int = 1
    day: str = ""

    def describe(self, language: Language = "en") -> str:
        """What was found, in words."""
        return words(
            f"web.accounts.findings.{self.code}",
            language,
            number=self.number,
            last=self.last,
            n=self.n,
            day=self.day,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of checking a chain: it holds when there are no findings."""

    organisation: str
    name: str
    n: int = 0
    keyed_from: int = 1
    heads: int = 0
    last_head: str = ""
    findings: tuple[Finding, ...] = field(default=())


def plain(link: Link) -> str:
    """What sealed a record before there was a key."""
    return hashlib.sha256(_text(link, ())).hexdigest()


def sealed(link: Link, key: bytes) -> str:
    """What seals a record."""
    return hmac.new(key, _text(link, (link.cycle, list(link.ratees))), hashlib.sha256).hexdigest()


def sealed_anew(link: Link, key: bytes) -> str:
    """What seals a record of which something was erased: its content now, and the hash that the chain has.

    Never what seals another: no record has as many parts.
    """
    content = _text(link, (link.cycle, list(link.ratees), "erased", link.hash))
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def _text(link: Link, more: Sequence[object]) -> bytes:
    content = [
        link.organisation,
        link.number,
        link.time,
        link.actor,
        link.action,
        link.kind,
        link.subject,
        link.detail,
        link.address,
        link.before,
        *more,
    ]
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def told_by(kind: str, subject: str) -> tuple[str, tuple[str, ...]]:
    """Cycle and ratees of a record that is older than the key, of which only the subject is sealed."""
    return (subject if kind == "cycle" else ""), ((subject,) if kind == "participant" else ())


def holds(link: Link, key: bytes, keyed_from: int) -> bool:
    """Whether a record is what was sealed, at first or anew."""
    if link.erased:
        return link.erased == sealed_anew(link, key)
    if link.number >= keyed_from:
        return link.hash == sealed(link, key)
    return link.hash == plain(link) and (link.cycle, link.ratees) == told_by(link.kind, link.subject)


def examine(links: Iterable[Link], heads: Sequence[Head], key: bytes, keyed_from: int) -> tuple[Finding, ...]:
    """What does not hold of a chain.

    Parameters
    ----------
    links : iterable of Link
        All records of an organisation by number.
    heads : sequence of Head
        Of the organisation, oldest first.
    key : bytes
    keyed_from : int
        Number of the record :data:`KEYED`; 1 without one. It needs no trust: the database may say what it
        likes, for only the key seals a record at that number.

    Returns
    -------
    tuple of Finding
        None when the chain holds; at most one of a kind, the first.
    """
    before, number = START, 0
    broken: list[Finding] = []
    met: dict[int, str] = {}
    awaited = {head.number for head in heads}
    for link in links:
        if link.number != number + 1:
            broken.append(Finding("missing", number + 1, link.number - 1))
        elif link.before != before or not holds(link, key, keyed_from):
            broken.append(Finding("changed", link.number))
        if link.number in awaited:
            met[link.number] = link.hash
        before, number = link.hash, link.number
    found = [Finding(one.code, one.number, one.last, len(broken)) for one in broken[:1]]
    differs = [head for head in heads if met.get(head.number, head.hash) != head.hash]
    found += [
        Finding("head" if broken else "replaced", head.number, n=len(differs), day=head.day)
        for head in differs[:1]
    ]
    beyond = max((head for head in heads if head.number > number), key=lambda head: head.number, default=None)
    if beyond:
        found.append(Finding("tail", number + 1, beyond.number, day=beyond.day))
    return tuple(found)

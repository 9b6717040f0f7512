"""Mails of a cycle in words: ours, or the organisation's own with a few safe placeholders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import formats, translation

from leadline.errors import Language, words
from leadline.web.accounts.middleware import django_language
from leadline.web.cycles.models import Cycle
from leadline.web.look.zones import zone_name

KINDS = (
    "nominate",
    "approve",
    "invite",
    "invite_stakeholder",
    "reminder",
    "last",
    "extended",
    "again",
    "closed",
)
PLACEHOLDERS = ("name", "organisation", "cycle", "n", "day")
PARTS = ("subject", "text")
_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Letter:
    """A mail ready to send."""

    subject: str
    text: str
    button: str

    @property
    def paragraphs(self) -> list[str]:
        """The text, parted at empty lines."""
        return [part.strip() for part in self.text.split("\n\n") if part.strip()]


def unknown(text: str) -> str:
    """The first placeholder that is none of ours, with its braces; empty when there is none."""
    return next((m[0] for m in _BRACES.finditer(text) if m[1] not in PLACEHOLDERS), "")


def own(cycle: Cycle, kind: str, language: Language) -> Mapping[str, str]:
    """The organisation's own wording of a mail; empty when it uses ours."""
    return dict(cycle.mails.get(kind, {}).get(language, {}))


def usual(kind: str, language: Language) -> dict[str, str]:
    """Our wording, with its placeholders, to begin one's own from."""
    blank = {name: f"{{{name}}}" for name in PLACEHOLDERS}
    return {part: words(f"web.cycles.mail.{kind}.{part}", language, **blank) for part in PARTS}


def letter(cycle: Cycle, kind: str, language: Language, values: Mapping[str, object]) -> Letter:
    """A mail in words.

    Parameters
    ----------
    cycle : Cycle
    kind : str
        One of :data:`KINDS`.
    language : {"en", "zh"}
    values : mapping
        Of every name in :data:`PLACEHOLDERS`.
    """
    said = {part: words(f"web.cycles.mail.{kind}.{part}", language, **values) for part in PARTS}
    for part, text in own(cycle, kind, language).items():
        said[part] = filled(text, values)
    return Letter(**said, button=words(f"web.cycles.mail.{kind}.button", language))


def filled(text: str, values: Mapping[str, object]) -> str:
    """A text with the values of its placeholders; nothing else in braces is touched or looked up."""
    return _BRACES.sub(lambda found: str(values.get(found[1], found[0])), text)


def sample(cycle: Cycle, kind: str, language: Language, shown: Mapping[str, str], name: str) -> Letter:
    """How a wording will read."""
    values = {
        "name": name,
        "organisation": cycle.organisation.name,
        "cycle": cycle.title,
        "n": 3,
        "day": said_day(cycle.closes, cycle, language) if cycle.closes else "",
    }
    said = {part: filled(shown.get(part, ""), values) for part in PARTS}
    return Letter(**said, button=words(f"web.cycles.mail.{kind}.button", language))


def said_day(day: date, cycle: Cycle, language: Language) -> str:
    """A day as the reader writes dates, and the zone it ends in: for some readers that is hours before."""
    with translation.override(django_language(language)):
        written = formats.date_format(day, "DATE_FORMAT")
    return words("web.cycles.day_in_zone", language, day=written, zone=zone_name(cycle.time_zone, language))

"""Time zones by the name of their place, and how a mail says which one a day is meant in."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location, get_timezone_name

from leadline.errors import Language

LOCALES: dict[Language, str] = {"en": "en", "zh": "zh_Hans"}
UTC = "UTC"


@cache
def zones(language: Language) -> list[tuple[str, str]]:
    """Zones of places, each with its country and city, by that name; those that are only older names are not.

    Examples
    --------
    >>> dict(zones("en"))["Europe/Berlin"], dict(zones("zh"))["Europe/Berlin"]
    ('Germany (Berlin) Time', '德国（柏林）时间')
    """
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    names = {row[2] for row in rows} & available_timezones()
    found = [(name, _place(name, language)) for name in names]
    return [(UTC, UTC), *sorted(found, key=lambda one: (_sound(one[1]), one[0]))]


def _place(zone: str, language: Language) -> str:
    return get_timezone_location(zone, locale=LOCALES[language]).replace("/", ", ")


def _sound(text: str) -> bytes:
    """Sorts letters without their accents, and Chinese by sound, as this encoding orders characters."""
    return unicodedata.normalize("NFKD", text).casefold().encode("gb18030")


@cache
def older_names() -> dict[str, str]:
    """By zone: names it had before, which some browsers still use.

    Examples
    --------
    >>> older_names()["Asia/Kolkata"]
    'Asia/Calcutta'
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for old, zone in sorted(get_global("zone_aliases").items()):
        if "/" in old:
            found[zone].append(old)
    return {zone: " ".join(names) for zone, names in found.items()}


def zone_name(zone: str, language: Language) -> str:
    """A zone as people say it.

    Examples
    --------
    >>> zone_name("Europe/Berlin", "en"), zone_name("Europe/Berlin", "zh"), zone_name("UTC", "zh")
    ('Central European Time', '中欧时间', 'UTC')
    """
    return UTC if zone == UTC else get_timezone_name(zone, locale=LOCALES[language])

"""What a field of a cycle may hold, by itself and beside the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

from leadline.errors import LANGUAGES, Fault, LeadlineError
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles import wording
from leadline.web.cycles.deadlines import today
from leadline.web.cycles.models import Cycle

LEAST = {"self": 1, "manager": 1, "peer": 3, "report": 3, "stakeholder": 3, "all": 4, "comments": 5}
"""Least numbers of design 5; thresholds of a cycle are these or more."""
ANONYMOUS_LEAST = 3
"""Of any further group a framework declares."""
PURPOSES = ("development", "selection")
SOURCES = {
    "self": ("line",),
    "manager": ("line",),
    "peer": ("line", "nomination"),
    "report": ("line", "nomination"),
    "stakeholder": ("stakeholders",),
}
"""Where raters of a relationship may come from; of any other, from nomination."""
LARGEST_PANEL = 60
LONGEST = 366
LONGEST_GRACE = 14
"""Days."""
DATES = ("nominate_until", "opens", "closes", "appeal_until")


def sources(relationship: str) -> tuple[str, ...]:
    """Where raters of a relationship may come from."""
    return SOURCES.get(relationship, ("nomination",))


def least(relationship: str) -> int:
    """The least number a group's threshold may have."""
    return LEAST.get(relationship, ANONYMOUS_LEAST)


def threshold(cycle: Cycle, relationship: str) -> int:
    """The least number of raters of a group for its figures to be shown in a cycle."""
    return max(int(cycle.thresholds.get(relationship, 0)), least(relationship))


def faults_of(cycle: Cycle, changed: Mapping[str, Any], *, launched: bool) -> Iterator[Fault]:
    """What is wrong with new values of a cycle.

    Parameters
    ----------
    cycle : Cycle
        As it is.
    changed : mapping
        New values by field.
    launched : bool
        Whether thresholds and dates may only rise.
    """
    for name, value in changed.items():
        if name in _CHECKS:
            yield from _CHECKS[name](cycle, value)
    if "framework" in changed or "profiles" in changed:
        yield from _framework(cycle, changed)
    if "thresholds" in changed:
        yield from _thresholds(cycle, changed["thresholds"], launched=launched)
    if any(name in changed for name in (*DATES, "grace")):
        yield from _dates(cycle, changed, launched=launched)


def _fault(code: str, column: str, **fields: object) -> Fault:
    return Fault(f"web.cycles.faults.{code}", "-", column=column, fields=fields)


def _title(cycle: Cycle, value: str) -> Iterator[Fault]:
    del cycle
    if not value.strip() or len(value) > 200:
        yield _fault("title", "title")


def _purpose(cycle: Cycle, value: str) -> Iterator[Fault]:
    del cycle
    if value not in PURPOSES:
        yield _fault("purpose", "purpose")


def _languages(cycle: Cycle, value: list[str]) -> Iterator[Fault]:
    del cycle
    if not value or not set(value) <= set(LANGUAGES):
        yield _fault("languages", "languages")


def _zone(cycle: Cycle, value: str) -> Iterator[Fault]:
    del cycle
    if value not in available_timezones():
        yield _fault("time_zone", "time_zone")


def _reminders(cycle: Cycle, value: list[int]) -> Iterator[Fault]:
    del cycle
    if any(not 0 <= day <= LONGEST for day in value) or len(set(value)) != len(value):
        yield _fault("reminders", "reminders")


def _rules(cycle: Cycle, value: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    del cycle
    if not any(name != "self" for name in value):
        yield _fault("no_rater", "rules")
    for name, rule in value.items():
        if rule["source"] not in sources(name):
            yield _fault("source", name)
        if not 1 <= rule["least"] <= rule["most"] <= LARGEST_PANEL:
            yield _fault("least_most", name, most=LARGEST_PANEL)


def _mails(cycle: Cycle, value: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterator[Fault]:
    del cycle
    for kind, by_language in value.items():
        for language, own in by_language.items():
            for part, text in own.items():
                unknown = wording.unknown(text)
                if unknown:
                    allowed = ", ".join(f"{{{name}}}" for name in wording.PLACEHOLDERS)
                    yield Fault(
                        "web.cycles.faults.placeholder",
                        "-",
                        column=f"{kind}.{language}.{part}",
                        value=unknown,
                        fields={"allowed": allowed},
                    )


def _framework(cycle: Cycle, changed: Mapping[str, Any]) -> Iterator[Fault]:
    reference = changed.get("framework", cycle.framework)
    profiles = changed.get("profiles", cycle.profiles)
    try:
        found = load(cycle.organisation, reference, profiles)
    except LeadlineError:
        yield _fault("framework", "framework")
        return
    if not found.items:
        yield _fault("no_items", "framework")


def _thresholds(cycle: Cycle, value: Mapping[str, int], *, launched: bool) -> Iterator[Fault]:
    for name in {**LEAST, **cycle.thresholds}:
        floor = max(least(name), cycle.thresholds.get(name, 0) if launched else 0)
        if value.get(name, 0) < floor:
            yield _fault("threshold", name, least=floor)


def _dates(cycle: Cycle, changed: Mapping[str, Any], *, launched: bool) -> Iterator[Fault]:
    days: dict[str, date | None] = {name: changed.get(name, getattr(cycle, name)) for name in DATES}
    for earlier, later in (("nominate_until", "opens"), ("opens", "closes"), ("closes", "appeal_until")):
        first, second = days[earlier], days[later]
        if first and second and first >= second and (earlier in changed or later in changed):
            yield _fault("order", later if later in changed else earlier, before=first)
    closes, appeal, grace = days["closes"], days["appeal_until"], changed.get("grace", cycle.grace)
    if closes and appeal and closes < appeal <= closes + timedelta(days=grace):
        yield _fault("grace_appeal", "grace", day=appeal)
    for name in DATES:
        now, then = days[name], getattr(cycle, name)
        if name in changed and now and now < today(cycle):
            yield _fault("past", name)
        elif name in changed and launched and (now is None or (then and now < then)):
            yield _fault("only_later", name, day=then)
    if days["opens"] and days["closes"] and (days["closes"] - days["opens"]).days > LONGEST:
        yield _fault("long", "closes", days=LONGEST)


def _grace(cycle: Cycle, value: int) -> Iterator[Fault]:
    if not 0 <= value <= LONGEST_GRACE:
        yield _fault("grace", "grace", most=LONGEST_GRACE)
    elif cycle.state == "running" and value < cycle.grace:
        yield _fault("grace_falls", "grace", least=cycle.grace)


_CHECKS: Mapping[str, Callable[[Cycle, Any], Iterator[Fault]]] = {
    "title": _title,
    "purpose": _purpose,
    "languages": _languages,
    "time_zone": _zone,
    "reminders": _reminders,
    "grace": _grace,
    "rules": _rules,
    "mails": _mails,
}

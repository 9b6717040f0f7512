"""What differs between two frameworks, as a reader of the page says it: by title, never by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadline.web.look.templatetags.look import language, text
from leadline.workflows import Change, Framework, diff_frameworks

_TITLED = ("factors", "competencies", "profiles", "bands", "relationships", "stages")
_LISTS_OF_FIELDS = {
    "factor_weights": "factors",
    "competency_weights": "competencies",
    "expectations": "competencies",
}
_OF_THE_FILE = {"released", "applied"}


@dataclass(frozen=True)
class Difference:
    """One row: a part and its title, what changed of it, from what to what (empty: nothing)."""

    part: str
    title: str
    what: str
    before: str
    after: str


def differences(before: Framework, after: Framework) -> list[Difference]:
    """Every difference that a reader would call one, in the language of the page."""
    titles = _titles(before) | _titles(after)
    return [
        _difference(change, titles)
        for change in diff_frameworks(before, after)
        if change.elements or change.field not in _OF_THE_FILE
    ]


def _titles(framework: Framework) -> dict[tuple[str, str], str]:
    """Title of each part by list and id; of an item, its text."""
    found = {("items", item.id): item.text[language()] for item in framework.items}
    for name in _TITLED:
        found |= {(name, part.id): part.title[language()] for part in getattr(framework, name)}
    return found


def _difference(change: Change, titles: Mapping[tuple[str, str], str]) -> Difference:
    group, _, name = change.field.partition(".")
    within = titles.get((_LISTS_OF_FIELDS.get(group, ""), name))
    named = [titles.get(element, element[1]) for element in change.elements]
    part = change.elements[-1][0] if change.elements else "framework"
    # Of a part that came or went, the title is all there is to say: it stands in the first column.
    whole = change.kind in ("added", "removed")
    return Difference(
        text(f"catalogue.parts.{part}"),
        " · ".join([*named, within] if within else named),
        _what(change),
        "" if whole else _shown(change.before),
        "" if whole else _shown(change.after),
    )


def _what(change: Change) -> str:
    what = text(f"catalogue.kinds.{change.kind}")
    spoken = change.field.rpartition(".")[2]
    if change.kind in ("wording", "anchor") and spoken in ("en", "zh"):
        return text("catalogue.in_language", what=what, spoken=text(f"catalogue.own.languages.{spoken}"))
    return what


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return str(value.get(language(), value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return text("look.separator").join(_shown(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)

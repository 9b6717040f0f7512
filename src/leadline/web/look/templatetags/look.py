"""Words, icons and small parts of pages, for every template without ``{% load %}``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from django import template
from django.utils import formats
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from leadline.errors import Language, has_words, words
from leadline.web.look.keeping import MARK, mark
from leadline.web.look.waiting import Waiting

register = template.Library()
_IDENTIFIER = re.compile("[a-z0-9]+(?:[_-][a-z0-9]+)+")


def language() -> Language:
    """Language of the page."""
    return "zh" if (get_language() or "en").startswith("zh") else "en"


def text(key: str, /, **fields: object) -> str:
    """Words of an app in the language of the page: ``text("look.search")``."""
    return words(f"web.{key}", language(), **dated(fields))


def dated(fields: Mapping[str, object]) -> dict[str, object]:
    """Fields of words with days as the language of the page writes them."""
    return {name: formats.date_format(it) if isinstance(it, date) else it for name, it in fields.items()}


def has_text(key: str) -> bool:
    """Whether there are words for a key."""
    return has_words(f"web.{key}", language())


@register.simple_tag
def say(key: str, /, **fields: object) -> SafeString:
    """Words of an app for a page: ``{% say "look.found" n=3 %}``. Fields are escaped unless safe already.

    The word lists are ours and hold no markup but ``<b>``, ``<em>`` and ``<br>``.
    """
    return mark_safe(text(key, **{name: _escaped(value) for name, value in dated(fields).items()}))  # noqa: S308  the list is ours, every field is escaped


def _escaped(value: object) -> object:
    if isinstance(value, (int, float, SafeString)):
        return value
    return conditional_escape(str(value))


@register.simple_tag
def label(key: str) -> SafeString:
    """What a cell is of, for tables whose rows stack on a phone: ``<td{% label "people.size" %}>``."""
    return format_html(' data-label="{}"', text(key))


@register.simple_tag
def said(key: str, name: str, **fields: object) -> SafeString:
    """Words whose key ends in a variable: ``{% said "accounts.roles" role %}``."""
    return say(f"{key}.{name}", **fields)


@register.simple_tag(takes_context=True)
def keep(context: Mapping[str, Any]) -> SafeString:
    """For a form in which something is typed: it is kept for the user should their session have ended."""
    user = context["request"].user
    return (
        format_html('<input type="hidden" name="{}" value="{}">', MARK, mark(user.pk))
        if user.pk
        else SafeString()
    )


@register.filter
def waiting_text(item: Waiting) -> str:
    """What waits, in words."""
    return text(item.words, n=item.n, **item.fields)


@register.filter
def readable(value: str) -> str:
    """An imported name for people: of an identifier the words, anything else as it was written.

    Examples
    --------
    >>> readable("head_of_engineering"), readable("CTO"), readable("cto")
    ('Head of engineering', 'CTO', 'cto')
    """
    return re.sub("[_-]", " ", value).capitalize() if _IDENTIFIER.fullmatch(value) else value


@register.filter
def localised(value: Any) -> object:
    """A :class:`leadline.frameworks.Text` or ``{"en": ..., "zh": ...}`` in the language of the page."""
    return value[language()]


@register.filter
def at(values: Sequence[object], place: int) -> object:
    """One of a sequence whose place is a variable."""
    return values[place]


@register.filter
def percent(share: float) -> str:
    """A share as a whole or half percentage: 0.25 is ``25``, 0.125 is ``12.5``."""
    return f"{100 * share:.1f}".removesuffix(".0")


@register.filter
def entry(mapping: Mapping[str, object], key: str) -> object:
    """One entry of a mapping whose key is a variable."""
    return mapping.get(key)


@cache
def _drawing(name: str) -> str:
    return files("leadline.web.look").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8").strip()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawing of ``look/icons``; with a label it is read out, without it is decoration."""
    spoken = f'role="img" aria-label="{conditional_escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(_drawing(name).replace("<svg", f'<svg class="icon" {spoken}', 1))  # noqa: S308  our own files

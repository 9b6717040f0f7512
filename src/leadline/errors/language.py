"""Words: translated text by key, from one TOML file a room and language."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Literal, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def choose_language(asked: str | None = None, environ: Mapping[str, str] = os.environ) -> Language:
    """Language to speak: the one asked for, else ``LEADLINE_LANG``, else the locale, else English.

    Parameters
    ----------
    asked : str, optional
        ``en``, ``zh`` or a locale name such as ``zh_CN.UTF-8``.
    environ : mapping
        Environment variables.

    Returns
    -------
    {"en", "zh"}

    Examples
    --------
    >>> choose_language(None, {"LANG": "zh_CN.UTF-8"})
    'zh'
    >>> choose_language("en", {"LEADLINE_LANG": "zh"})
    'en'
    """
    for name in (asked, *(environ.get(k) for k in ("LEADLINE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if name:
            return "zh" if name.lower().startswith("zh") else "en"
    return "en"


@cache
def _word_list(room: str, language: str) -> Mapping[str, object]:
    home = files("leadline").joinpath(room)
    entries = tomllib.loads(home.joinpath("words", f"{language}.toml").read_text(encoding="utf-8"))
    for part in home.iterdir():
        own = part.joinpath("words", f"{language}.toml")
        if own.is_file():
            entries[part.name] = tomllib.loads(own.read_text(encoding="utf-8"))
    return entries


def _entry(key: str, language: str) -> object:
    room, *names = key.split(".")
    entry: object = _word_list(room, language)
    for name in names:
        if not isinstance(entry, Mapping) or name not in entry:
            raise KeyError(key)
        entry = entry[name]
    return entry


def has_words(key: str, language: Language = "en") -> bool:
    """Whether a word list has the key.

    Examples
    --------
    >>> has_words("errors.nowhere")
    False
    """
    try:
        _entry(key, language)
    except KeyError:
        return False
    return True


def words(key: str, language: Language = "en", /, **fields: object) -> str:
    """Text for a key in a language, its fields filled in.

    An entry may be a table with ``one`` and ``other``; the field ``n`` then chooses the form.
    A part of a room (an app of ``web``) may keep a list of its own: ``web.people.title``.

    Parameters
    ----------
    key : str
        ``room.name`` or ``room.group.name``.
    language : {"en", "zh"}
    **fields
        Values for the braces in the entry.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        No such key: a fault of the program, not of the user.

    Examples
    --------
    >>> words("errors.row", "en", row=3)
    'row 3'

    Chinese parts a Han character from a letter or digit, and from nothing else:

    >>> words("web.rating.heading", "zh", name="Noor"), words("web.rating.heading", "zh", name="孟欣妍")
    ('评价 Noor', '评价孟欣妍')
    """
    entry = _entry(key, language)
    if isinstance(entry, Mapping):
        entry = entry["one" if fields.get("n") == 1 and "one" in entry else "other"]
    return _spaced(str(entry), fields) if language == "zh" and fields else str(entry).format(**fields)


def _spaced(entry: str, fields: Mapping[str, object]) -> str:
    """Chinese text, its fields filled in: 评价 Noor, but 评价孟欣妍, whatever the entry has there."""
    said = ""
    formatter = Formatter()
    for literal, name, spec, conversion in formatter.parse(entry):
        said = _meet(said, literal)
        if name is not None:
            value, _ = formatter.get_field(name, (), fields)
            shown = formatter.convert_field(value, conversion) if conversion else value
            said = _meet(said, format(shown, spec or ""))
    return said


def _meet(left: str, right: str) -> str:
    """Two pieces of Chinese text: a space between Han and a letter or digit, none between Han and Han."""
    before, after = left.rstrip(" "), right.lstrip(" ")
    last, first = before[-1:], after[:1]
    if not (_is_han(last) or _is_han(first)) or not (last.isalnum() and first.isalnum()):
        return left + right
    return before + after if _is_han(last) and _is_han(first) else f"{before} {after}"


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"

"""The language of a call, what it says, and how it breaks lines."""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from unicodedata import combining, east_asian_width

import click

from leadline.errors import Language, choose_language, has_words, words

_NEVER_FIRST = "，。；：、！？）》」』”’…,.;:!?)]}"
_NEVER_LAST = "（《「『“‘([{"

# What click says, and the entry of the word list that says it; its other messages cannot be reached.
CLICK_SAYS = {
    "Missing command.": "missing_command",
    "default: {default}": "default",
    "required": "required",
    "Try '{command} {option}' for help.": "try_help",
    "Invalid value: {message}": "invalid",
    "Invalid value for {param_hint}: {message}": "invalid_for",
    "No such option {name!r}.": "no_such_option",
    "No such command {name!r}.": "no_such_command",
    "Did you mean {possibility}?": "did_you_mean",
    "(Did you mean one of: {possibilities}?)": "did_you_mean_one_of",
    "Got unexpected extra argument ({args})": "extra_argument",
    "Got unexpected extra arguments ({args})": "extra_arguments",
    "{value!r} is not {choice}.": "not_the_choice",
    "{value!r} is not one of {choices}.": "not_a_choice",
    "{value!r} is not a valid {number_type}.": "not_a_number",
    "{value} is not in the range {range}.": "not_in_range",
    "Option {name!r} requires an argument.": "needs_a_value",
    "Option {name!r} requires {nargs} arguments.": "needs_values",
    "Option {name!r} does not take a value.": "takes_no_value",
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How one call speaks: in which language, to a person or to a program, with or without tracebacks."""

    language: Language
    as_json: bool = False
    debug: bool = False


_manner: ContextVar[Manner | None] = ContextVar("manner", default=None)


def manner() -> Manner:
    """Manner of the running call."""
    return _manner.get() or Manner(choose_language())


def manner_of(arguments: Sequence[str]) -> Manner:
    """Manner asked for by the arguments, read before they are parsed so that faults of usage keep to it too.

    Examples
    --------
    >>> manner_of(["assess", "acme", "--language=zh", "--json"])
    Manner(language='zh', as_json=True, debug=False)
    """
    asked = None
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--language" and position + 1 < len(arguments):
            asked = arguments[position + 1]
        elif argument.startswith("--language="):
            asked = argument.partition("=")[2]
    return Manner(choose_language(asked), "--json" in arguments, "--debug" in arguments)


@contextmanager
def speaking(how: Manner) -> Iterator[None]:
    """Speak in a manner, click's own messages included."""
    for module in (click.core, click.exceptions, click.formatting, click.parser, click.types):
        # click finds its messages through the process's gettext catalogue, one locale for the whole process,
        # chosen by the environment; the language here belongs to the call.
        vars(module)["_"] = _translated
        vars(module)["ngettext"] = _translated_count
    token = _manner.set(how)
    try:
        yield
    finally:
        _manner.reset(token)


def say(key: str, /, **fields: object) -> str:
    """Text of the room's word list, in the language of the call."""
    return words(f"cli.{key}", manner().language, **fields)


def can_say(key: str) -> bool:
    """Whether the room's word list has the key."""
    return has_words(f"cli.{key}", manner().language)


def _translated(message: str) -> str:
    if _manner.get() is None or message not in CLICK_SAYS:
        return gettext.gettext(message)
    return say(f"click.{CLICK_SAYS[message]}")


def _translated_count(one: str, other: str, n: int) -> str:
    return _translated(one if n == 1 else other)


def width_of(text: str) -> int:
    """Columns a text takes on a terminal.

    Examples
    --------
    >>> width_of("分数 90")
    7
    """
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _pieces(text: str) -> list[str]:
    """Parts between which a line may break."""
    pieces: list[str] = []
    for character in text:
        wide = east_asian_width(character) in "WF"
        before = pieces[-1][-1] if pieces else ""
        keep = bool(before) and (
            character in _NEVER_FIRST
            or before in _NEVER_LAST
            or (character == " " and before == " ")
            or (before != " " and character != " " and not wide and east_asian_width(before) not in "WF")
        )
        if keep:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def wrapped(text: str, width: int) -> list[str]:
    """Lines of a paragraph, none wider than a terminal's width; Chinese breaks between characters.

    Parameters
    ----------
    text : str
        One paragraph.
    width : int
        Columns.

    Examples
    --------
    >>> wrapped("测量值、分数。", 8)
    ['测量值、', '分数。']
    >>> wrapped("one two three", 8)
    ['one two', 'three']
    """
    lines = [""]
    for piece in _pieces(" ".join(text.split())):
        if lines[-1] and width_of(lines[-1]) + width_of(piece) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("" if piece == " " else piece)
        else:
            lines[-1] += piece
    return lines

"""Both languages say the same things, and every code in the source has words."""

from __future__ import annotations

import ast
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import leadline.errors as errors_room
from leadline.errors import Fault, LeadlineError, has_words, words

ROOT = Path(__file__).parents[2] / "src" / "leadline"
ROOMS = sorted(
    str(path.parent.parent.relative_to(ROOT))
    for pattern in ("*/words/en.toml", "*/*/words/en.toml")
    for path in ROOT.glob(pattern)
)
ERRORS = {
    name
    for name, thing in vars(errors_room).items()
    if isinstance(thing, type) and issubclass(thing, (LeadlineError, Fault))
}


def entries(content: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in content.items():
        if isinstance(value, Mapping) and value.keys() <= {"one", "other"}:
            # Chinese needs no form for one, so a language may have one form or two.
            found[prefix + name] = str(value["other"])
        elif isinstance(value, Mapping):
            found |= entries(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = str(value)
    return found


def word_list(room: str, language: str) -> dict[str, str]:
    path = ROOT / room / "words" / f"{language}.toml"
    return entries(tomllib.loads(path.read_text(encoding="utf-8")))


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def literal_codes() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
                continue
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            if called in ERRORS:
                yield where, f"{first.value}.message"
            elif called == "words":
                yield where, first.value
            elif called == "say" and path.parent.name == "cli":
                yield where, f"cli.{first.value}"


CODES = sorted(set(literal_codes()))


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_have_the_same_entries(room: str) -> None:
    assert word_list(room, "en").keys() == word_list(room, "zh").keys()


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_fill_in_the_same_fields(room: str) -> None:
    chinese = word_list(room, "zh")
    for key, text in word_list(room, "en").items():
        assert fields(text) == fields(chinese[key]), key


@pytest.mark.parametrize("room", ROOMS)
def test_chinese_sentences_end_with_full_width_punctuation(room: str) -> None:
    for key, text in word_list(room, "zh").items():
        last, before = text.rstrip()[-1:], text.rstrip()[-2:-1]
        if before >= "\u4e00":
            assert last not in ".,;:!?", key


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_code_in_the_source_has_words(language: str) -> None:
    missing = [(where, code) for where, code in CODES if not _is_said(code, language)]
    assert not missing


def _is_said(code: str, language: str) -> bool:
    return has_words(code, language)  # type: ignore[arg-type]  # the parameter above is one of the two


def test_chinese_speaks_to_everybody_in_one_form() -> None:
    read = [path for pattern in ("*.toml", "*.html", "*.txt") for path in ROOT.rglob(pattern)]
    assert [str(path) for path in read if "您" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [("Noor", "评价 Noor"), ("孟欣妍", "评价孟欣妍"), ("C-3 组", "评价 C-3 组"), ("“小李”", "评价“小李”")],
)
def test_chinese_parts_letters_from_characters_and_nothing_else(name: str, said: str) -> None:
    assert words("web.rating.heading", "zh", name=name) == said


def test_a_space_of_the_entry_goes_where_a_chinese_name_comes() -> None:
    assert words("web.accounts.grant", "zh", name="孟欣妍") == "孟欣妍的角色"
    assert words("web.accounts.grant", "zh", name="Noor") == "Noor 的角色"

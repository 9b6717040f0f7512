"""Both word lists say the same, and say all that the code asks for."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import leadline.measurement
from leadline.errors import has_words

ROOM = Path(leadline.measurement.__file__).parent


def entries(language: str) -> dict[str, str]:
    return dict(_flat(tomllib.loads((ROOM / "words" / f"{language}.toml").read_text(encoding="utf-8"))))


def _flat(table: Mapping[str, object], name: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        path = f"{name}.{key}" if name else key
        if isinstance(value, Mapping):
            yield from _flat(value, path)
        else:
            yield path, str(value)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_entries_and_fields() -> None:
    english, chinese = entries("en"), entries("zh")
    assert set(english) == set(chinese)
    for key in english:
        assert fields(english[key]) == fields(chinese[key]), key


def test_chinese_entries_are_chinese() -> None:
    for key, text in entries("zh").items():
        assert re.search(r"[\u4e00-\u9fff]", text), key
        assert not re.search(r"[\u4e00-\u9fff][,;:?!](?!\w)", text), key


CODES = sorted(
    set(
        re.findall(
            r'"(measurement\.[a-z_.]+)"', "\n".join(p.read_text(encoding="utf-8") for p in ROOM.rglob("*.py"))
        )
    )
)


@pytest.mark.parametrize("code", CODES)
def test_every_code_in_the_program_has_words(code: str) -> None:
    assert has_words(code) or has_words(f"{code}.message")


REASONS = ["central_tendency", "halo", "range_restriction", "reciprocal", "sparse", "straight_lining"]


@pytest.mark.parametrize(
    "reason", [*REASONS, "severe", "lenient", "erratic", "misfitting", "too_predictable"]
)
def test_every_reason_has_words(reason: str) -> None:
    assert has_words(f"measurement.quality.{reason}")

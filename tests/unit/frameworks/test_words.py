"""Both languages say the same things, and nothing is said that no code says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from string import Formatter
from typing import Any

import pytest

ROOM = files("leadline.frameworks")


def entries(language: str) -> dict[str, str]:
    table = tomllib.loads(ROOM.joinpath("words", f"{language}.toml").read_text(encoding="utf-8"))
    return dict(_flat(table))


def _flat(table: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_entries_in_the_same_order() -> None:
    assert list(entries("en")) == list(entries("zh"))


@pytest.mark.parametrize("key", [key for key in entries("en") if not key.endswith(".hint")])
def test_both_languages_fill_in_the_same_fields(key: str) -> None:
    assert slots(entries("en")[key]) == slots(entries("zh")[key])


def test_chinese_is_punctuated_in_full_width() -> None:
    for key, text in entries("zh").items():
        if key.endswith((".message", ".hint")):
            assert not re.search(r"[\u4e00-\u9fff]([,;:?!(]|\.$)", text), key
            assert text[-1] in "。？s", key


def test_every_message_is_raised_somewhere() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in ROOM.iterdir() if path.name.endswith(".py"))
    for code in {key.split(".")[0] for key in entries("en") if key.endswith(".message")}:
        stem = re.sub(r"^(unknown|misspelt)_", "{}_", code)
        assert f'{code}"' in source or f'{stem}"' in source, code

"""The two word lists hold the same entries with the same fields, and no markup."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any


def entries(table: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict) and set(value) <= {"one", "other"}:
            yield f"{path}{name}", value["other"]
        elif isinstance(value, dict):
            yield from entries(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def words(language: str) -> dict[str, str]:
    text = files("leadline.reports").joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    return dict(entries(tomllib.loads(text)))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


EN, ZH = words("en"), words("zh")


def test_both_languages_have_the_same_entries() -> None:
    assert EN.keys() == ZH.keys()


def test_both_languages_use_the_same_fields() -> None:
    spare = {"n"}  # a language without plurals may do without the number
    assert [key for key in EN if fields(EN[key]) | spare != fields(ZH[key]) | spare] == []


def test_no_entry_holds_markup() -> None:
    assert [text for text in [*EN.values(), *ZH.values()] if re.search(r"[<>&]", text)] == []


def test_chinese_entries_use_full_width_punctuation() -> None:
    half = re.compile(r"[一-鿿][,;:!?()]|[,;:!?()][一-鿿]")
    assert [text for text in ZH.values() if half.search(text)] == []


def test_every_key_the_templates_ask_for_exists() -> None:
    folder = files("leadline.reports").joinpath("templates")
    pages = [one for one in folder.iterdir() if one.name.endswith(".jinja")]
    pages += [one for part in ("report", "person") for one in folder.joinpath(part).iterdir()]
    asked = {
        key for one in pages for key in re.findall(r"\b[th]\([\"']([\w.]+)[\"'][,)]", one.read_text("utf-8"))
    }
    assert len(asked) > 80
    assert asked <= EN.keys()

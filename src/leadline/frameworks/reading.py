"""Frozen values from TOML tables, following the fields of the dataclasses.

Every fault of form (unknown or missing key, wrong type, missing language, empty text, malformed
id, unknown word) is noted and reading goes on with a stand-in, so that all faults of all files
come out together, those of `rules` included.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from leadline.errors import Fault
from leadline.frameworks.framework import FORMAT, Framework
from leadline.frameworks.model import Text
from leadline.frameworks.nearest import spelling
from leadline.frameworks.source import Keys, Source
from leadline.frameworks.versions import VERSION


class Reader:
    """Reads one source and collects its faults.

    Attributes
    ----------
    faults : list of Fault
        In the order of the format.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Fault] = list(source.faults)
        self._faulty: set[Keys] = set()
        self._above_fault: set[Keys] = set()

    def framework(self) -> Framework:
        """The framework, whole where there are no faults and with stand-ins where there are."""
        content = dict(self.source.content)
        if content.pop("format", None) != FORMAT:
            self._misread("wrong_format", ("format",), self.source.content.get("format"), allowed=FORMAT)
        framework: Framework = self._table(Framework, content, ())
        return framework

    def note(self, code: str, keys: Keys, value: object = None, **more: object) -> None:
        """Add a fault at a key path."""
        self.faults.append(self.source.fault(f"frameworks.{code}", keys, value, **more))

    def is_sound(self, *keys: str | int) -> bool:
        """Whether all was read at, above and below a key path, so that a rule may rely on it."""
        above = {keys[:depth] for depth in range(len(keys) + 1)}
        return keys not in self._above_fault and above.isdisjoint(self._faulty)

    def _misread(self, code: str, keys: Keys, value: object = None, **more: object) -> None:
        self.note(code, keys, value, **more)
        self._mark(keys)

    def _mark(self, keys: Keys) -> None:
        self._faulty.add(keys)
        self._above_fault.update(keys[:depth] for depth in range(len(keys)))

    def _value(self, kind: Any, value: Any, keys: Keys) -> Any:
        origin = get_origin(kind)
        if origin in (Union, UnionType):
            return self._value(next(k for k in get_args(kind) if k is not NoneType), value, keys)
        if origin is Literal:
            return self._word(get_args(kind), value, keys)
        if origin is tuple:
            return self._list(get_args(kind)[0], value, keys)
        if origin is Mapping:
            return self._mapping(kind, value, keys)
        if is_dataclass(kind):
            return self._table(kind, value, keys)
        return self._plain(kind, value, keys)

    def _table(self, kind: Any, value: Any, keys: Keys) -> Any:
        if not isinstance(value, dict):
            self._misread("not_table", keys, value)
            return _stand_in(kind)
        known = {part.name: part for part in fields(kind)}
        meant = {self._unknown_key(kind, name, known, keys) for name in value if name not in known}
        values = {}
        for name, part in known.items():
            if name in value:
                values[name] = self._value(_types(kind)[name], value[name], (*keys, name))
                if _is_required(part) and value[name] in ([], {}):
                    self._misread("empty_list", (*keys, name))
            elif _is_required(part):
                values[name] = _stand_in(_types(kind)[name])
                if name in meant:
                    self._mark((*keys, name))
                else:
                    self._misread("missing_language" if kind is Text else "missing_key", (*keys, name))
        return kind(**values)

    def _unknown_key(self, kind: Any, name: str, known: Iterable[str], keys: Keys) -> str:
        """Note an unknown key and give the one that was meant, if any."""
        code, more = spelling("{}_language" if kind is Text else "{}_key", name, known)
        self._misread(code, (*keys, name), **more)
        return more["near"]

    def _list(self, kind: Any, value: Any, keys: Keys) -> tuple[Any, ...]:
        if not isinstance(value, list):
            self._misread("not_list", keys, value)
            return ()
        return tuple(self._value(kind, part, (*keys, n)) for n, part in enumerate(value))

    def _mapping(self, kind: Any, value: Any, keys: Keys) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self._misread("not_table", keys, value)
            return {}
        key_kind, part_kind = get_args(kind)
        allowed = get_args(key_kind) or value
        for name in value:
            if name not in allowed:
                code, more = spelling("{}_key", name, allowed)
                self._misread(code, (*keys, name), **more)
        return {name: self._value(part_kind, part, (*keys, name)) for name, part in value.items()}

    def _word(self, allowed: tuple[str, ...], value: Any, keys: Keys) -> str:
        if value in allowed:
            return str(value)
        code, more = spelling("{}_word", str(value), allowed)
        self._misread(code, keys, value, **more)
        return allowed[0]

    def _text(self, value: Any, keys: Keys) -> str:
        if not isinstance(value, str):
            self._misread("not_text", keys, value)
            return ""
        grammar, code = _GRAMMAR.get(keys, (_PART_ID, "malformed_id") if keys[-1] == "id" else (None, ""))
        if not value.strip():
            self._misread("empty_text", keys)
            return ""
        if grammar and not grammar.fullmatch(value):
            self._misread(code, keys, value)
        return value

    def _plain(self, kind: Any, value: Any, keys: Keys) -> Any:
        if kind is str:
            return self._text(value, keys)
        accepted, code = _PLAIN[kind]
        if type(value) not in accepted:
            self._misread(code, keys, value)
        elif kind is not float:
            return value
        elif abs(value) <= sys.float_info.max:
            return float(value) + 0.0  # -0.0 becomes 0.0, which is equal but would have another hash
        else:
            self._misread("not_finite", keys, value)
        return _stand_in(kind)


_GRAMMAR: Mapping[Keys, tuple[re.Pattern[str] | None, str]] = {
    ("id",): (re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*"), "malformed_framework_id"),
    ("version",): (VERSION, "malformed_version"),
}
_PART_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

# bool is a subclass of int and datetime of date, so the very type is asked for.
_PLAIN: Mapping[type, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "not_truth"),
    int: ((int,), "not_whole_number"),
    float: ((int, float), "not_number"),
    date: ((date,), "not_date"),
}


@cache
def _types(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _is_required(part: Field[Any]) -> bool:
    return part.default is MISSING and part.default_factory is MISSING


def _stand_in(kind: Any) -> Any:
    """A value that no rule objects to, for one that could not be read."""
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if isinstance(kind, type) and is_dataclass(kind):
        return kind(**{p.name: _stand_in(_types(kind)[p.name]) for p in fields(kind) if _is_required(p)})
    empty: Mapping[Any, object] = {tuple: (), Mapping: {}, str: "", int: 0, float: math.nan, bool: False}
    return empty.get(get_origin(kind) or kind)

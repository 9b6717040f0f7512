"""What changed between two frameworks, in the terms of frameworks rather than of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from leadline.errors import LANGUAGES, Language, words
from leadline.frameworks.framework import Framework
from leadline.frameworks.plain import plain

_KIND_OF = {
    "weight": "weight",
    "kinds": "weight",
    "factor_weights": "weight",
    "competency_weights": "weight",
    "start": "band",
    "expectation": "expectation",
    "expectations": "expectation",
    "formula": "formula",
    "rho": "formula",
    "version": "version",
    "released": "version",
}


@dataclass(frozen=True)
class Change:
    """One thing that differs.

    Attributes
    ----------
    kind : str
        ``added``, ``removed``, ``reordered``, ``wording``, ``anchor``, ``weight``, ``band``,
        ``expectation``, ``formula``, ``version`` or ``value``.
    path : str
        Key path with elements named by id, such as ``items[delegation_2].text.zh``.
    before, after : object
        Text or number; None where there was or is nothing. For an element added or removed, its
        title, or for an item its text, as a mapping of language.
    elements : tuple of (list, id)
        The elements the path leads through, such as ``(("items", "delegation_2"),)``.
    field : str
        The rest of the path within the last element.
    """

    kind: str
    path: str
    before: object
    after: object
    elements: tuple[tuple[str, str], ...] = ()
    field: str = ""

    def describe(self, language: Language = "en") -> str:
        """One sentence about the change.

        Examples
        --------
        >>> change = Change("band", "bands[high].start", 60.0, 70.0, (("bands", "high"),), "start")
        >>> change.describe("en")
        'band high: start of the band moved from 60 to 70'
        >>> change.describe("zh")
        '等级 high：等级起点由 60 移至 70'
        """
        joint = words("frameworks.change.joint", language)
        named = [
            words(
                "frameworks.change.named", language, part=words(f"frameworks.part.{part}", language), id=name
            )
            for part, name in self.elements
        ]
        return words(
            f"frameworks.change.{self.kind}",
            language,
            subject=joint.join(named) or words("frameworks.part.framework", language),
            field=self.field,
            before=_shown(self.before, language),
            after=_shown(self.after, language),
        )

    def to_dict(self, language: Language = "en") -> dict[str, object]:
        """Machine-readable form: ``kind``, ``path``, ``before``, ``after``, ``message``."""
        return {
            "kind": self.kind,
            "path": self.path,
            "before": self.before,
            "after": self.after,
            "message": self.describe(language),
        }


def _shown(value: object, language: Language) -> str:
    if value is None or value == []:
        return words("frameworks.change.nothing", language)
    if isinstance(value, Mapping):
        return str(value.get(language, value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_shown(part, language) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def diff_frameworks(before: Framework, after: Framework) -> tuple[Change, ...]:
    """What changed from one framework to another.

    Elements are matched by id, so a moved element is no other element; texts are compared
    language by language. There are no changes exactly where the two are equal.

    Parameters
    ----------
    before, after : Framework
        Two versions of a framework, or one with and without profiles.

    Returns
    -------
    tuple of Change
        In the order of the format.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from leadline.frameworks import load_framework
    >>> old = load_framework("technical-leadership")
    >>> new = replace(old, version="9.0.0", items=old.items[1:])
    >>> [(change.kind, change.path == f"items[{old.items[0].id}]") for change in diff_frameworks(old, new)]
    [('version', False), ('removed', True)]
    >>> diff_frameworks(old, new)[0].describe()
    'framework, version: 1.0.0 became 9.0.0'
    """
    return tuple(_Walk().compare(plain(before, whole=True), plain(after, whole=True)))


@dataclass(frozen=True)
class _Walk:
    """A place in both frameworks: the names passed, and the elements among them."""

    path: str = ""
    names: tuple[str, ...] = ()
    elements: tuple[tuple[str, str], ...] = ()
    rest: tuple[str, ...] = field(default=())

    def compare(self, before: Any, after: Any) -> Iterator[Change]:
        if before == after:
            return
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            for name in dict.fromkeys((*before, *after)):
                yield from self._into(name).compare(before.get(name), after.get(name))
        elif _has_ids(before) and _has_ids(after):
            yield from self._elements(before, after)
        elif _has_tables(before) and _has_tables(after):
            for n, (one, other) in enumerate(zip_longest(before, after), 1):
                yield from self._number(n).compare(one, other)
        else:
            yield self._change(self._kind(), before, after)

    def _elements(self, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
        old, new = ({part["id"]: part for part in parts} for parts in (before, after))
        for name in dict.fromkeys((*old, *new)):
            place = self._element(name)
            if name not in new:
                yield place._change("removed", _name_of(old[name]), None)
            elif name not in old:
                yield place._change("added", None, _name_of(new[name]))
            else:
                yield from place.compare(old[name], new[name])
        kept = [name for name in new if name in old]
        if kept != [name for name in old if name in new]:
            yield self._change("reordered", [name for name in old if name in new], kept)

    def _kind(self) -> str:
        if "anchors" in self.names:
            return "anchor"
        if self.names[-1] in LANGUAGES:
            return "wording"
        return next((_KIND_OF[name] for name in self.names[-2:] if name in _KIND_OF), "value")

    def _change(self, kind: str, before: object, after: object) -> Change:
        return Change(kind, self.path, before, after, self.elements, ".".join(self.rest))

    def _into(self, name: str) -> _Walk:
        path = f"{self.path}.{name}" if self.path else name
        return _Walk(path, (*self.names, name), self.elements, (*self.rest, name))

    def _number(self, n: int) -> _Walk:
        rest = (*self.rest[:-1], f"{self.rest[-1]}[{n}]")
        return _Walk(f"{self.path}[{n}]", self.names, self.elements, rest)

    def _element(self, name: str) -> _Walk:
        elements = (*self.elements, (self.names[-1], name))
        return _Walk(f"{self.path}[{name}]", self.names, elements)


def _has_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(part, Mapping) for part in value)


def _has_ids(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(part, Mapping) and "id" in part for part in value)


def _name_of(part: Mapping[str, Any]) -> object:
    return part.get("title") or part.get("text") or part["id"]

"""What a fit or a measurement has to say about itself, as a code with fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadline.errors import Language, words


@dataclass(frozen=True)
class Notice:
    """A remark that belongs to a result: what was found, and what it means for the reader.

    Attributes
    ----------
    code : str
        Key of a word-list entry, ``measurement.notice.<name>``; it never changes.
    fields : mapping
        Values named in the entry; plain text and numbers.

    Examples
    --------
    >>> Notice("measurement.notice.subsets", {"n": 2}).describe()[:27]
    'The design falls apart into'
    """

    code: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def describe(self, language: Language = "en") -> str:
        """The remark in a language."""
        return words(self.code, language, **self.fields)

    def to_json(self) -> dict[str, Any]:
        """Machine-readable form: ``code`` and ``fields``."""
        return {"code": self.code, "fields": dict(self.fields)}

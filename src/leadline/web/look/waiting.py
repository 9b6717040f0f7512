"""Something that waits for a person, for the home page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Waiting:
    """One line of the home page.

    Attributes
    ----------
    words : str
        Key of its words, with ``n``.
    n : int
        How many.
    url : str
        Where to do it.
    icon : str
        A drawing of ``look/icons``.
    urgent : bool
        Whether it is due soon.
    fields : mapping
        Further fields of the words.
    """

    words: str
    n: int
    url: str
    icon: str = "clock"
    urgent: bool = False
    fields: Mapping[str, object] = field(default_factory=dict)

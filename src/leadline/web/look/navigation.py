"""One entry of the navigation; an app lists its own in ``urls.NAVIGATION``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """A place to go.

    Attributes
    ----------
    order : int
        Place in the list, lowest first.
    url : str
        Name of the page, ``people:list``.
    words : str
        Key of its words.
    icon : str
        A drawing of ``look/icons``.
    roles : tuple of str
        Who is offered it; every member when empty.
    covers : tuple of str
        Names of further pages on which it is marked as current; all of the namespace when empty.
    """

    order: int
    url: str
    words: str
    icon: str
    roles: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()

    def is_current(self, page: str) -> bool:
        """Whether a page, by name, belongs to it."""
        if self.covers:
            return page == self.url or page in self.covers
        return page.split(":", maxsplit=1)[0] == self.url.split(":")[0]

    def open_to(self, actor: Any) -> bool:
        """Whether the actor is offered it."""
        return not self.roles or actor.has(*self.roles)

"""What erasing somebody means here: what was seen of others stays, until enough ratings of them changed."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.web.look.templatetags.look import text
from leadline.web.people.models import Person


def lost(person: Person) -> Iterator[str]:
    """What goes with a participation is told by the app of cycles."""
    del person
    yield from ()


def kept(person: Person) -> Iterator[str]:
    """What stays, in words."""
    del person
    yield text("results.erasing.figures")


def erase(person: Person) -> None:
    """Nothing: own results go with the participation, others' figures follow the rule of later runs."""
    del person

"""What erasing somebody means here: the person, the history of changes to them, their account."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.web.accounts.ending import end, is_granted
from leadline.web.look.templatetags.look import text
from leadline.web.people.models import Person


def lost(person: Person) -> Iterator[str]:
    """What goes, in words."""
    yield text("people.erasing.person")
    if person.user and not is_granted(person.user, person.organisation):
        yield text("people.erasing.account", email=person.user.email)


def kept(person: Person) -> Iterator[str]:
    """What stays, in words."""
    if person.user and is_granted(person.user, person.organisation):
        yield text("people.erasing.granted", email=person.user.email)
    yield text("people.erasing.records")


def erase(person: Person) -> None:
    """Delete the person with everything that refers to them alone, and the account unless it has roles."""
    user, organisation = person.user, person.organisation
    person.reports.update(manager=None)
    person.delete()
    if user:
        end(user, organisation)

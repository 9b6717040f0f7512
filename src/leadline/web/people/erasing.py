"""What erasing somebody means here: the person, whatever names them in files and histories, their account."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from leadline.web.accounts.audit import forget
from leadline.web.accounts.ending import end, is_granted
from leadline.web.look.templatetags.look import text
from leadline.web.people.columns import MANAGERS
from leadline.web.people.models import Import, Person, PersonChange


def lost(person: Person) -> Iterator[str]:
    """What goes, in words."""
    yield text("people.erasing.person")
    if n := person.reports.count():
        yield text("people.erasing.reports", n=n)
    if person.user and not is_granted(person.user, person.organisation):
        yield text("people.erasing.account", email=person.user.email)


def kept(person: Person) -> Iterator[str]:
    """What stays, in words."""
    if person.user and is_granted(person.user, person.organisation):
        yield text("people.erasing.granted", email=person.user.email)
    yield text("people.erasing.records")


def erase(person: Person) -> None:
    """Delete the person, whatever names them in files, histories and the audit, and their account.

    An account with roles stays, and the audit keeps the address of what it did.
    """
    user, organisation = person.user, person.organisation
    named = _Named(person.key, person.name.lower(), frozenset(_addresses(person)))
    for one in Import.objects.filter(organisation=organisation).iterator(chunk_size=1):
        _scrub(one, named)
    own = PersonChange.objects.filter(person__organisation=organisation, field="manager")
    own.filter(before=person.key).update(before="")
    own.filter(after=person.key).update(after="")
    stays = {user.email} if user and is_granted(user, organisation) else set()
    forget(organisation, named.addresses - stays, person.pk)
    person.reports.update(manager=None)
    person.delete()
    if user:
        end(user, organisation)


def _addresses(person: Person) -> Iterator[str]:
    """All they have or had."""
    yield from filter(None, (person.email.lower(), person.user.email.lower() if person.user else ""))
    changes = PersonChange.objects.filter(Q(field="email") | Q(field="account"), person=person)
    for pair in changes.values_list("before", "after"):
        yield from (address.lower() for address in pair if "@" in address)


@dataclass(frozen=True)
class _Named:
    """What means a person in a file."""

    key: str
    name: str
    addresses: frozenset[str]

    def is_row(self, cells: Mapping[str, str]) -> bool:
        """Whether a row of a file is theirs; a name alone counts where nothing else says whose it is."""
        key, email = cells.get("person", ""), cells.get("email", "").lower()
        if key or email:
            return key == self.key or (email in self.addresses and key in ("", self.key))
        return cells.get("name", "").lower() == self.name

    def is_meant(self, cell: object, column: str = "") -> bool:
        """Whether a cell of another's row means them. A key may be a number, so only as manager."""
        said = str(cell).lower()
        is_name = said == self.name and column != "name"
        return is_name or said in self.addresses or (column in MANAGERS and cell == self.key)


def _scrub(one: Import, named: _Named) -> None:
    """Take a person out of an import: their rows, changes and faults, and them as manager of others."""
    columns = one.reading.get("columns", [])
    gone = set()
    table = one.rows.get("rows", []) if isinstance(one.rows, dict) else []
    for number, cells in table:
        if named.is_row({column: cell for column, cell in zip(columns, cells, strict=False) if column}):
            gone.add(number)
        for at, cell in enumerate(cells):
            if cell and named.is_meant(cell, columns[at] if at < len(columns) else ""):
                cells[at] = ""
    if table:
        one.rows["rows"] = [row for row in table if row[0] not in gone]
        for part in ("faults", "notices"):
            one.rows[part] = _unnamed(one.rows[part], named, gone)
    one.faults, one.notices = (_unnamed(part, named, gone) for part in (one.faults, one.notices))
    one.changes = [change for change in one.changes if change["key"] != named.key]
    for change in one.changes:
        if named.key in (change["before"].get("manager"), change["after"].get("manager")):
            change["before"].pop("manager", None)
            change["after"].pop("manager", None)
    if named.name in one.file_name.lower():
        one.file_name = ""
    one.save()


def _unnamed(faults: list[dict[str, Any]], named: _Named, gone: Collection[int]) -> list[dict[str, Any]]:
    """Faults and notices that mean somebody else."""
    own = (named.name, *named.addresses)
    others = []
    for fault in faults:
        said = [str(part) for part in (fault["value"] or "", *fault["fields"].values())]
        means = any(
            named.is_meant(part, "manager") or any(one in part.lower() for one in own) for part in said
        )
        if fault["row"] not in gone and not means:
            others.append(fault)
    return others

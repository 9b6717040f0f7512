"""Rows of a file checked: everything that is wrong with each, and the rows that can be used."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from leadline.errors import Fault
from leadline.web.people.columns import FIELDS, Row
from leadline.web.people.dates import Order, day_of, order_of
from leadline.web.people.leading import Finder, Known, by_address, find_managers, settle

PLACE = "-"
DATES = ("start", "left")
_KEY = re.compile(r"[^\s/\\]{1,100}")
_LANGUAGES = {
    "en": "en",
    "english": "en",
    "zh": "zh",
    "chinese": "zh",
    "中文": "zh",
    "英文": "en",
    "zh-cn": "zh",
}
_LONGEST = {"name": 200, "team": 200, "role": 100, "stage": 100, "industry": 100, "level": 100, "email": 254}
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_NOBODY = {"no_key", "bad_key", "bad_email", "key_like", "error_cell"}
"""Faults after which nobody knows whom a row means."""


@dataclass
class Checked:
    """What became of the rows of a file.

    Attributes
    ----------
    rows : dict of str to dict
        Usable ones by key, each field to value (``manager`` is a key).
    faults : list of Fault
        What is wrong with the others, in the order of the file.
    notices : list of Fault
        What is applied otherwise than it stands in the file, in its order.
    present : set of str
        Keys of everybody the file names, with or without faults.
    unsure : list of int
        Rows of which nobody knows whom they mean.
    """

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    unsure: list[int] = field(default_factory=list)


def check(rows: Sequence[Row], known: Sequence[Known]) -> Checked:
    """Check rows against each other and against who is already there.

    A person is applied only with a manager who is known or applied; where the manager's own row has a fault,
    the manager is left as it is, and a notice says so.

    Parameters
    ----------
    rows : sequence of Row
        A cell without text clears what is known.
    known : sequence of Known
        People of the organisation now.
    """
    return _Check(rows, known).done()


class _Check:
    def __init__(self, rows: Sequence[Row], known: Sequence[Known]) -> None:
        self.rows, self.known = rows, known
        self.now = {one.key: one for one in known}
        self.emails = by_address(known)
        self.keys = {row.number: self._key(row) for row in rows}
        self.found: dict[int, list[Fault]] = defaultdict(list)
        self.notices: list[Fault] = []
        self.orders: dict[str, Order] = {
            column: order_of(row.cells[column] for row in rows if row.cells.get(column)) for column in DATES
        }

    def done(self) -> Checked:
        """Everything, in an order in which nothing is told twice."""
        for row in self.rows:
            self._check_cells(row)
        self._check_keys()
        first: dict[
            str, Row
        ] = {}  # in the order of the file: of two rows with one address the later is refused
        for row in self.rows:
            if key := self.keys[row.number]:
                first.setdefault(key, row)
        named = [
            (key, row.cells.get("name", ""), row.cells.get("email", "").lower()) for key, row in first.items()
        ]
        managers = find_managers(first, Finder(named, self.known), self._refuse)
        self._check_addresses(first)

        def usable() -> set[str]:
            return {key for key, row in first.items() if not self.found[row.number]}

        good: set[str] = set()
        while good != usable():
            # Whoever's row is refused keeps the address they have, and is perhaps no manager: look again.
            good = usable()
            for fault in settle(managers, usable, first, self.known):
                told = self.found[fault.row or 0] if fault.code == "web.people.circle" else self.notices
                told.append(fault)
            self._check_kept_addresses(first)
        return self._result(managers)

    def _result(self, managers: Mapping[str, str]) -> Checked:
        checked = Checked()
        names: dict[str, list[str]] = defaultdict(list)
        for one in self.known:
            names[one.name].append(one.key)
        for row in self.rows:
            key, faults = self.keys[row.number], self.found[row.number]
            checked.present.add(key)
            if not faults:
                own = {"manager": managers[key]} if key in managers else {}
                checked.rows[key] = self._values(row) | own
                continue
            checked.faults += faults
            meant = {
                self.emails.get(row.cells.get("email", "").lower(), key),
                *names[row.cells.get("name", "")],
            }
            checked.present |= meant
            codes = {fault.code.removeprefix("web.people.") for fault in faults}
            if codes & _NOBODY and not any(one in self.now for one in meant):
                checked.unsure.append(row.number)
        checked.faults.sort(key=lambda fault: fault.row or 0)
        checked.notices = sorted(self.notices, key=lambda fault: fault.row or 0)
        return checked

    def _key(self, row: Row) -> str:
        """The ``person`` column; without one, whoever has the address already, else the address itself."""
        email = row.cells.get("email", "").lower()
        return row.cells.get("person") or self.emails.get(email) or email

    def _refuse(self, row: Row, code: str, column: str, **fields: object) -> None:
        fault = Fault(f"web.people.{code}", PLACE, row.number, column, row.cells.get(column), fields)
        self.found[row.number].append(fault)

    def _check_cells(self, row: Row) -> None:
        cells, key = row.cells, self.keys[row.number]
        for column, said in cells.items():
            if _ERROR.fullmatch(said):
                self._refuse(row, "error_cell", column)
        if not key:
            self._refuse(row, "no_key", "person")
        elif not _KEY.fullmatch(key):
            self._refuse(row, "bad_key", "person" if cells.get("person") else "email")
        if not cells.get("name"):
            self._refuse(row, "no_name", "name")
        for column, n in _LONGEST.items():
            if len(cells.get(column, "")) > n:
                self._refuse(row, "too_long_text", column, n=n)
        if cells.get("email") and not _is_email(cells["email"]):
            self._refuse(row, "bad_email", "email")
        self._check_dates(row)
        if cells.get("language") and cells["language"].lower() not in _LANGUAGES:
            self._refuse(row, "bad_language", "language")
        if cells.get("time_zone") and cells["time_zone"] not in _zones():
            self._refuse(row, "bad_zone", "time_zone")

    def _check_dates(self, row: Row) -> None:
        days: dict[str, str] = {}
        for column in DATES:
            if said := row.cells.get(column):
                days[column] = day_of(said, self.orders[column]) or ""
                if not days[column]:
                    self._refuse(row, "bad_date", column)
        one = self.now.get(self.keys[row.number])
        on_record = {"start": one.started, "left": one.left} if one else {}
        begin, end = ({**on_record, **row.cells, **days}.get(column, "") for column in DATES)
        if begin and end and end < begin and days:
            self._refuse(
                row, "left_before_start", "left" if "left" in days else "start", start=begin, left=end
            )

    def _check_keys(self) -> None:
        """Of rows that mean the same person none is applied, for nobody knows which is right."""
        alike: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            if self.keys[row.number]:
                alike[_signature(self.keys[row.number])].append(row)
        known = {_signature(one.key): one.key for one in self.known}
        for signature, rows in alike.items():
            for at, row in enumerate(rows if len(rows) > 1 else ()):
                key, other = self.keys[row.number], rows[0] if at else rows[1]
                column = "person" if row.cells.get("person") else "email"
                self._refuse(row, "key_twice", column, key=key, other=other.number)
            key = self.keys[rows[0].number]
            if len(rows) == 1 and key not in self.now and signature in known:
                self._refuse(rows[0], "key_like", "person", key=key, other=known[signature])

    def _check_addresses(self, first: Mapping[str, Row]) -> None:
        """No two people share an address, and nobody is given the confirmed one of another's account."""
        owner = {one.account: one.key for one in self.known if one.account}
        for key, row in first.items():
            email = row.cells.get("email", "").lower()
            if email and owner.setdefault(email, key) != key:
                self._refuse(row, "email_taken", "email", other=owner[email])
        self._check_kept_addresses(first)

    def _check_kept_addresses(self, first: Mapping[str, Row]) -> None:
        """Whoever's row is refused or says no address keeps the one they have; others may not have it."""
        moved = {key for key, row in first.items() if "email" in row.cells and not self.found[row.number]}
        claims = {row.cells.get("email", "").lower(): key for key, row in first.items() if key in moved}
        kept = [one for one in self.known if one.email and one.key not in moved]
        while kept:
            one = kept.pop()
            claimant = claims.pop(one.email.lower(), one.key)
            if claimant != one.key:
                self._refuse(first[claimant], "email_taken", "email", other=one.key)
                if claimant in self.now and self.now[claimant].email:
                    kept.append(self.now[claimant])

    def _values(self, row: Row) -> dict[str, str]:
        cells = row.cells
        values = {
            name: cells[column] for column, name in FIELDS.items() if column in cells and name != "manager"
        }
        for column in DATES:
            if values.get(FIELDS[column]):
                values[FIELDS[column]] = day_of(cells[column], self.orders[column]) or ""
        if "email" in values:
            values["email"] = values["email"].lower()
        if values.get("language"):
            values["language"] = _LANGUAGES[values["language"].lower()]
        return values


def _signature(key: str) -> str:
    """What keys have in common that a reader takes for one: case, width, and what cannot be seen."""
    seen = (c for c in unicodedata.normalize("NFKC", key) if unicodedata.category(c) != "Cf")
    return key.lower() if key.isascii() else "".join(seen).casefold()


@cache
def _zones() -> set[str]:
    """Names of time zones; looking them up reads hundreds of files."""
    return available_timezones()


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True

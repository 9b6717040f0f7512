"""Rows of a file checked: what is wrong with each, and the rows that can be used."""

from __future__ import annotations

import re
from calendar import month_name
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from leadline.errors import Fault
from leadline.web.people.columns import FIELDS, Row

PLACE = "-"
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
_LONGEST = {"name": 200, "team": 200, "role": 100, "stage": 100, "industry": 100, "level": 100}


@dataclass(frozen=True)
class Known:
    """Somebody already there: found by key, address or name. ``account`` is the confirmed address."""

    key: str
    name: str
    email: str
    manager: str
    account: str = ""


@dataclass
class Checked:
    """Usable rows by key, each field to value (``manager`` is a key), and what is wrong with the others."""

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def check(rows: Sequence[Row], known: Sequence[Known]) -> Checked:
    """Check rows against each other and against who is already there.

    Parameters
    ----------
    rows : sequence of Row
    known : sequence of Known
        People of the organisation now.

    Returns
    -------
    Checked
        A row with a fault is not among the usable ones.
    """
    checked = Checked()
    numbers: dict[str, int] = {}
    by_email = _by_address(known)
    for row in rows:
        key = _key(row, by_email)
        faults = list(_faults_of(row, key, numbers))
        checked.faults += faults
        numbers.setdefault(key, row.number)
        if not faults:
            checked.rows[key] = _values(row)
    while True:
        usable = len(checked.rows)
        _check_addresses(checked, numbers, known)
        _check_managers(checked, numbers, known)
        if len(checked.rows) == usable:
            return checked
        # Whoever's row was dropped keeps the address they have, and is perhaps no manager: look again.


def _by_address(known: Sequence[Known]) -> dict[str, str]:
    """Keys by address; a new one that is not yet confirmed means the same person as the old one."""
    confirmed = {one.account: one.key for one in known if one.account}
    return confirmed | {one.email.lower(): one.key for one in known if one.email}


def _key(row: Row, by_email: Mapping[str, str]) -> str:
    """The ``person`` column; without one, whoever has the address already, else the address itself."""
    email = row.cells.get("email", "").lower()
    return row.cells.get("person") or by_email.get(email) or email


def _fault(row: Row, code: str, column: str, **fields: object) -> Fault:
    return Fault(f"web.people.{code}", PLACE, row.number, column, row.cells.get(column), fields)


def _faults_of(row: Row, key: str, numbers: Mapping[str, int]) -> list[Fault]:
    cells, faults = row.cells, []
    if not key:
        return [_fault(row, "no_key", "person")]
    if not _KEY.fullmatch(key):
        faults.append(_fault(row, "bad_key", "person"))
    if key in numbers:
        faults.append(_fault(row, "key_twice", "person", key=key, first=numbers[key]))
    if "name" not in cells:
        faults.append(_fault(row, "no_name", "name"))
    faults += [_fault(row, "too_long_text", c, n=n) for c, n in _LONGEST.items() if len(cells.get(c, "")) > n]
    if "email" in cells and not _is_email(cells["email"]):
        faults.append(_fault(row, "bad_email", "email"))
    faults += [_fault(row, "bad_date", c) for c in ("start", "left") if c in cells and _day(cells[c]) is None]
    if "language" in cells and cells["language"].lower() not in _LANGUAGES:
        faults.append(_fault(row, "bad_language", "language"))
    if "time_zone" in cells and cells["time_zone"] not in _zones():
        faults.append(_fault(row, "bad_zone", "time_zone"))
    return faults


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


_DAYS = (
    re.compile(r"(?P<y>\d{4})[-./年](?P<m>\d{1,2})[-./月](?P<d>\d{1,2})日?(?:[T ]00:00(?::00)?)?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?P<d>\d{1,2})[-. ]+(?P<m>[a-z]{3,9})[-., ]+(?P<y>\d{4})", re.IGNORECASE),
    re.compile(r"(?P<m>[a-z]{3,9})[-. ]+(?P<d>\d{1,2})[-, ]+(?P<y>\d{4})", re.IGNORECASE),
)
_MONTHS = {name[:n].lower(): at for at, name in enumerate(month_name) if name for n in (3, 4, len(name))}


def _day(text: str) -> str | None:
    """A date as ISO text: year first, or the month in letters. Other orders are ambiguous and refused."""
    found = next((match for form in _DAYS if (match := form.fullmatch(text))), None)
    if not found:
        return None
    month = _MONTHS.get(found["m"].lower(), 0) if found["m"].isalpha() else int(found["m"])
    try:
        return date(int(found["y"]), month, int(found["d"])).isoformat()
    except ValueError:
        return None


def _values(row: Row) -> dict[str, str]:
    values = {field: row.cells[column] for column, field in FIELDS.items() if column in row.cells}
    if "email" in values:
        values["email"] = values["email"].lower()
    for name in ("started", "left"):
        if name in values:
            values[name] = _day(values[name]) or ""
    if "language" in values:
        values["language"] = _LANGUAGES[values["language"].lower()]
    return values


def _drop(checked: Checked, key: str, fault: Fault) -> None:
    checked.faults.append(fault)
    checked.rows.pop(key, None)


def _check_addresses(checked: Checked, numbers: Mapping[str, int], known: Sequence[Known]) -> None:
    """No two people share an address, and nobody is given the confirmed one of somebody else's account."""
    confirmed = {one.account: one.key for one in known if one.account}
    stays = (one for one in known if one.email and "email" not in checked.rows.get(one.key, {}))
    owner = {one.email.lower(): one.key for one in stays} | confirmed
    for key, values in list(checked.rows.items()):
        email = values.get("email", "")
        if email and owner.setdefault(email, key) != key:
            row = Row(numbers[key], {"email": email})
            _drop(checked, key, _fault(row, "email_taken", "email", other=owner[email]))


def _check_managers(checked: Checked, numbers: Mapping[str, int], known: Sequence[Known]) -> None:
    """A manager is named by key, address or a name that only one person has; nobody leads themselves."""
    keys = {one.key for one in known} | set(checked.rows)
    emails = _by_address(known)
    emails |= {values["email"]: key for key, values in checked.rows.items() if values.get("email")}
    current = {one.key: one.name for one in known} | {key: v["name"] for key, v in checked.rows.items()}
    count = Counter(current.values())
    names = {name: key for key, name in current.items() if count[name] == 1}
    for key, values in list(checked.rows.items()):
        said = values.get("manager")
        if said is None:
            continue
        found = said if said in keys else emails.get(said.lower()) or names.get(said)
        row = Row(numbers[key], {"manager": said})
        if found is None:
            code = "manager_unclear" if count[said] > 1 else "no_manager"
            _drop(checked, key, _fault(row, code, "manager"))
        else:
            values["manager"] = found
    above = {one.key: one.manager for one in known} | {
        k: v.get("manager", "") for k, v in checked.rows.items()
    }
    for key in [key for key in checked.rows if _leads_itself(key, above)]:
        row = Row(numbers[key], {"manager": checked.rows[key].get("manager", "")})
        _drop(checked, key, _fault(row, "circle", "manager"))


def _leads_itself(key: str, above: Mapping[str, str]) -> bool:
    seen, at = {key}, above.get(key, "")
    while at:
        if at in seen:
            return at == key
        seen.add(at)
        at = above.get(at, "")
    return False

"""Who leads whom in a file: managers found, circles refused, and nobody left without one in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from leadline.errors import Fault
from leadline.web.people.columns import MANAGERS, Row

Refuse = Callable[[Row, str, str], None]
"""A row, the code of what is wrong with it, and the column."""


@dataclass(frozen=True)
class Known:
    """Somebody already there: found by key, address or name. ``account`` is the confirmed address."""

    key: str
    name: str
    email: str
    manager: str
    account: str = ""
    started: str = ""
    left: str = ""


def by_address(known: Sequence[Known]) -> dict[str, str]:
    """Keys by address; a new one that is not yet confirmed means the same person as the old one."""
    confirmed = {one.account: one.key for one in known if one.account}
    return confirmed | {one.email.lower(): one.key for one in known if one.email}


class Finder:
    """Finds people by key, address, or a name that only one has: those known, and all of a file.

    Also whose row has a fault is found: they exist, even where their row is not applied.
    """

    def __init__(self, named: Sequence[tuple[str, str, str]], known: Sequence[Known]) -> None:
        """Of the file: key, name and address of each row."""
        self._keys = {one.key for one in known} | {key for key, _, _ in named if key}
        self._emails = by_address(known) | {email: key for key, _, email in named if key and email}
        names = {one.key: one.name for one in known} | {key: name for key, name, _ in named if key and name}
        self._count = Counter(names.values())
        self._names = {name: key for key, name in names.items() if self._count[name] == 1}

    def find(self, said: str) -> str | None:
        """A key."""
        return said if said in self._keys else self._emails.get(said.lower()) or self._names.get(said)

    def is_unclear(self, said: str) -> bool:
        """Whether several have the name."""
        return self._count[said] > 1


def find_managers(rows: Mapping[str, Row], finder: Finder, refuse: Refuse) -> dict[str, str]:
    """The manager's key of each row that names one; empty where it is to be cleared.

    A manager may be named more than once, as by name and address: all must mean the same person, but a name
    that several have may stand beside what tells them apart.
    """
    managers = {}
    for key, row in rows.items():
        given = {column: row.cells[column] for column in MANAGERS if column in row.cells}
        if not any(given.values()):
            if given:
                managers[key] = ""
            continue
        found = {column: finder.find(said) for column, said in given.items() if said}
        clear = {value for value in found.values() if value}
        missing = [
            column
            for column, value in found.items()
            if value is None and not (clear and finder.is_unclear(given[column]))
        ]
        for column in missing:
            refuse(row, "manager_unclear" if finder.is_unclear(given[column]) else "no_manager", column)
        if len(clear) > 1:
            refuse(row, "managers_differ", next(iter(found)))
        elif key in clear:
            refuse(row, "circle", next(iter(found)))
        elif clear and not missing:
            managers[key] = clear.pop()
    return managers


def settle(
    managers: dict[str, str], usable: Callable[[], set[str]], rows: Mapping[str, Row], known: Sequence[Known]
) -> Iterator[Fault]:
    """Refuse circles, and keep managers out who are neither known nor applied; the latter are yielded.

    Parameters
    ----------
    managers : dict of str to str
        Manager by key of the rows; those kept out are taken away.
    usable : callable
        Keys of the rows that can be applied now.
    rows : mapping of str to Row
    known : sequence of Known

    Yields
    ------
    Fault
        ``web.people.circle`` for whose row is to be refused, else what is said about a row that is applied.
    """
    now = {one.key: one.manager for one in known}
    while True:
        good = usable()
        for key in sorted(good & set(managers)):
            if managers[key] and managers[key] not in now and managers[key] not in good:
                yield _kept_out(rows, key, managers.pop(key), now)
        above = now | {key: managers[key] for key in good if key in managers}
        round_ = [key for circle in circles(above) for key in circle]
        # Who newly reports to somebody below closes the circle, not everybody on it.
        blamed = [
            key for key in round_ if key in good and managers.get(key, "") and now.get(key) != managers[key]
        ]
        for key in blamed:
            row = rows[key]
            yield Fault(
                "web.people.circle", "-", row.number, column_said(row), row.cells.get(column_said(row))
            )
        if not blamed:
            return


def _kept_out(rows: Mapping[str, Row], key: str, manager: str, now: Mapping[str, str]) -> Fault:
    row, column = rows[key], column_said(rows[key])
    code = "manager_stays" if now.get(key) else "manager_left_out"
    fields = {"manager": manager, "other": rows[manager].number, "now": now.get(key, "")}
    return Fault(f"web.people.{code}", "-", row.number, column, row.cells.get(column), fields)


def column_said(row: Row) -> str:
    """The column in which a row names a manager."""
    return next((column for column in MANAGERS if row.cells.get(column)), "manager")


def circles(above: Mapping[str, str]) -> Iterator[list[str]]:
    """Those who, followed upwards, lead back to themselves; each circle once. Cost O(N).

    Examples
    --------
    >>> list(circles({"a": "b", "b": "a", "c": "a", "d": ""}))
    [['a', 'b']]
    """
    seen: set[str] = set()
    for start in above:
        path: dict[str, int] = {}
        at = start
        while at and at not in seen:
            seen.add(at)
            path[at] = len(path)
            at = above.get(at, "")
        if at in path:
            yield list(path)[path[at] :]

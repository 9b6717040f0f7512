"""Trials of a file: what it would change, in whatever way it is read. Nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from django.utils import timezone

from leadline.errors import Fault, LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.people.checking import Checked, check
from leadline.web.people.columns import FIELDS, MANAGERS, Row, plain
from leadline.web.people.leading import Known
from leadline.web.people.models import Heading, Import, Person
from leadline.web.people.values import known_of, values_of

_CLEARED = {*FIELDS, *MANAGERS} - {"name"}


def try_out(actor: Actor, path: Path, file_name: str, *, others_left: bool, sheet: str = "") -> Import:
    """Read a file, check it, and keep what it would change.

    Parameters
    ----------
    actor : Actor
    path : Path
        The file as uploaded.
    file_name : str
        What it was called.
    others_left : bool
        Whether people who are not in the file have left.
    sheet : str
        Which sheet of a workbook, where several could be meant.

    Raises
    ------
    SourceError
        The file cannot be read at all.
    """
    own = dict(Heading.objects.filter(organisation=actor.organisation).values_list("heading", "column"))
    # By name: what reads workbooks and tables takes 40 MB, which a server that reads none need not hold.
    table = import_module("leadline.web.people.reading").read_table(path, sheet, own)
    trial = Import(
        organisation=actor.organisation,
        by=actor.user,
        file_name=file_name[-255:],
        rows={
            "headings": table.headings,
            "rows": table.rows,
            "faults": list(map(kept, table.faults)),
            "notices": list(map(kept, table.notices)),
        },
    )
    _read(trial, [column or "" for column in table.columns], others_left=others_left, blanks_clear=False)
    trial.save()
    return trial


def read_again(trial: Import, columns: Sequence[str], *, others_left: bool, blanks_clear: bool) -> None:
    """Read the file of a trial otherwise, and remember what its headings mean.

    Parameters
    ----------
    trial : Import
    columns : sequence of str
        Our name of each heading; empty where it is not used.
    others_left : bool
        Whether people who are not in the file have left.
    blanks_clear : bool
        Whether an empty cell clears what is on record.

    Raises
    ------
    LeadlineError
        ``web.people.not_a_trial``.
    """
    if trial.state != "trial" or not trial.rows:
        raise LeadlineError("web.people.not_a_trial")
    said = dict(zip(map(plain, trial.rows["headings"]), columns, strict=True))
    Heading.objects.bulk_create(
        (
            Heading(organisation_id=trial.organisation_id, heading=heading[:200], column=column)
            for heading, column in said.items()
        ),
        update_conflicts=True,
        unique_fields=["organisation", "heading"],
        update_fields=["column"],
    )
    _read(trial, columns, others_left=others_left, blanks_clear=blanks_clear)
    trial.save()


def _read(trial: Import, columns: Sequence[str], *, others_left: bool, blanks_clear: bool) -> None:
    trial.reading = {
        "headings": trial.rows["headings"],
        "columns": list(columns),
        "others_left": others_left,
        "blanks_clear": blanks_clear,
    }
    trial.faults, trial.notices, trial.changes = [], list(trial.rows["notices"]), []
    if refused := _columns_refused(columns, trial.rows["headings"]):
        trial.faults = [kept(fault) for fault in refused]
        return
    people = Person.objects.filter(organisation=trial.organisation_id)
    people = people.select_related("team", "manager", "user")
    now: dict[str, Mapping[str, str]] = {}
    known: list[Known] = []
    for person in people.iterator(chunk_size=2000):
        now[person.key] = values_of(person)
        known.append(known_of(person))
    rows = list(rows_of(trial.rows["rows"], columns, blanks_clear=blanks_clear))
    checked = check(rows, known)
    faults = [*trial.rows["faults"], *map(kept, checked.faults)]
    trial.faults = sorted(faults, key=lambda fault: fault["row"])
    trial.notices += map(kept, checked.notices)
    if not blanks_clear and (n := _blanks(checked, now, columns)):
        trial.notices.append(kept(Fault("web.people.blanks_stay", "-", fields={"n": n})))
    trial.changes = _changes(now, checked.rows)
    if others_left:
        _add_leavers(trial, now, checked)


def _columns_refused(columns: Sequence[str], headings: Sequence[str]) -> list[Fault]:
    """Why nobody can be read by these columns: two mean the same, or name and key are not among them."""
    twice = [column for column, n in Counter(filter(None, columns)).items() if n > 1]
    if twice:
        names = [heading for heading, column in zip(headings, columns, strict=True) if column in twice]
        return [Fault("web.people.column_twice", "-", fields={"columns": ", ".join(names)})]
    has = set(columns)
    if not has & {"name", "first_name", "last_name"} or not has & {"person", "email"}:
        return [Fault("web.people.columns_missing", "-")]
    return []


def rows_of(
    table: Iterable[tuple[int, list[str]]], columns: Sequence[str], *, blanks_clear: bool
) -> Iterator[Row]:
    """Rows of a table under our names of its columns.

    Parameters
    ----------
    table : iterable of (int, list of str)
    columns : sequence of str
    blanks_clear : bool
        Whether to give empty cells, which clear what is known.

    Examples
    --------
    >>> columns = ["person", "first_name", "last_name", ""]
    >>> list(rows_of([(2, ["1", "Ann", "Ash", "39"])], columns, blanks_clear=True))
    [Row(number=2, cells={'person': '1', 'name': 'Ann Ash'})]
    """
    used = [(at, column) for at, column in enumerate(columns) if column]
    for number, texts in table:
        cells = {
            column: texts[at] for at, column in used if texts[at] or (blanks_clear and column in _CLEARED)
        }
        first, last = cells.pop("first_name", ""), cells.pop("last_name", "")
        if (first or last) and "name" not in cells:
            cells["name"] = _full_name(first, last)
        if cells:
            yield Row(number, cells)


def _full_name(first: str, last: str) -> str:
    """As it is written where the name comes from: Han characters with the family name first and no blank."""
    is_han = all("\u4e00" <= character <= "\u9fff" for character in first + last)
    return last + first if is_han else f"{first} {last}".strip()


def _blanks(checked: Checked, now: Mapping[str, Mapping[str, str]], columns: Sequence[str]) -> int:
    """How many empty cells of the file stand where something is on record."""
    fields = {FIELDS["manager" if column in MANAGERS else column] for column in columns if column in _CLEARED}
    empty = sum(
        name not in values and bool(now[key][name])
        for key, values in checked.rows.items()
        if key in now
        for name in fields
    )
    return empty - sum(one.code == "web.people.manager_stays" for one in checked.notices)


def _changes(
    now: Mapping[str, Mapping[str, str]], rows: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    changes = []
    for key, values in rows.items():
        before = now.get(key)
        different = {
            name: v for name, v in values.items() if (before is None and v) or (before and before[name] != v)
        }
        if before is None:
            changes.append(
                {"key": key, "kind": "new", "name": values["name"], "after": different, "before": {}}
            )
        elif different:
            old = {name: before[name] for name in different}
            changes.append(
                {"key": key, "kind": "changed", "name": before["name"], "after": different, "before": old}
            )
    return changes


def _add_leavers(trial: Import, now: Mapping[str, Mapping[str, str]], checked: Checked) -> None:
    """Who is not in the file has left: unless a row cannot be read, for it may be theirs."""
    unsure = sorted([*checked.unsure, *(fault["row"] for fault in trial.rows["faults"])])
    if unsure:
        rows = ", ".join(map(str, unsure[:10])) + (", …" if len(unsure) > 10 else "")
        trial.notices.append(kept(Fault("web.people.leavers_unsure", "-", fields={"rows": rows})))
        return
    today = timezone.localdate().isoformat()
    trial.changes += [
        {"key": key, "kind": "left", "name": v["name"], "after": {"left": today}, "before": {"left": ""}}
        for key, v in now.items()
        if key not in checked.present and not v["left"]
    ]


def kept(fault: Fault) -> dict[str, Any]:
    """A fault as an import keeps it."""
    return {
        "code": fault.code,
        "row": fault.row,
        "column": fault.column,
        "value": fault.value,
        "fields": dict(fault.fields),
    }

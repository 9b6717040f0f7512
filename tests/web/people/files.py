"""Files of people as tests write them, and what a trial of one says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from tests.web.cast import World

from leadline.web.people.models import Import, Person
from leadline.web.people.trying import try_out
from leadline.web.people.values import values_of

Rows = Sequence[Sequence[object]]


def tried(world: World, path: Path, *, others_left: bool = False, sheet: str = "") -> Import:
    return try_out(world.actor("analytics"), path, path.name, others_left=others_left, sheet=sheet)


def trial(
    world: World, folder: Path, text: str, *, others_left: bool = False, encoding: str = "utf-8"
) -> Import:
    path = folder / "people.csv"
    path.write_bytes(text.encode(encoding))
    return tried(world, path, others_left=others_left)


def workbook(folder: Path, **sheets: Rows) -> Path:
    """Sheets by title; one whose title begins with ``hidden`` is hidden."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.sheet_state = "hidden" if title.startswith("hidden") else "visible"
        for row in rows:
            sheet.append(list(row))
    path = folder / "people.xlsx"
    book.save(path)
    return path


def codes(found: Import) -> list[tuple[int, str]]:
    return [(fault["row"], fault["code"].removeprefix("web.people.")) for fault in found.faults]


def notices(found: Import) -> list[tuple[int | None, str]]:
    return [(fault["row"], fault["code"].removeprefix("web.people.")) for fault in found.notices]


def after(found: Import) -> dict[str, dict[str, str]]:
    """What a trial would make of whom."""
    return {change["key"]: change["after"] for change in found.changes}


def people(world: World) -> dict[str, dict[str, str]]:
    rows = Person.objects.filter(organisation=world.organisation).select_related("team", "manager")
    return {person.key: values_of(person) for person in rows}

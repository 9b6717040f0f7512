"""The columns of a file of people, and the names under which they are met."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from types import MappingProxyType


@dataclass(frozen=True)
class Row:
    """One row of a file: its number as a spreadsheet shows it, and its cells by our column names."""

    number: int
    cells: dict[str, str]


NAMES: dict[str, tuple[str, ...]] = {
    "person": (
        *("person", "id", "key", "employee id", "employee number", "employee no", "personnel number"),
        *("staff id", "worker id", "工号", "编号", "员工编号", "人员编号", "员工号"),
    ),
    "name": ("name", "full name", "employee name", "display name", "worker", "姓名", "员工姓名", "名称"),
    "first_name": ("first name", "given name", "forename", "preferred first name", "名", "名字"),
    "last_name": ("last name", "surname", "family name", "姓", "姓氏"),
    "email": (
        *("email", "e-mail", "mail", "email address", "e-mail address", "work email", "business email"),
        *("邮箱", "电子邮箱", "电子邮件", "邮件地址", "工作邮箱", "公司邮箱"),
    ),
    "team": ("team", "department", "unit", "org unit", "group", "部门", "团队", "小组"),
    "manager": (
        *("manager", "reports to", "supervisor", "line manager", "manager name"),
        *("上级", "直属上级", "经理", "主管", "直接上级", "上级姓名"),
    ),
    "manager_id": (
        *("manager id", "manager employee id", "supervisor id", "manager key"),
        *("上级工号", "上级编号", "直属上级工号"),
    ),
    "manager_email": (
        *("manager email", "manager e-mail", "supervisor email", "manager email address"),
        *("上级邮箱", "直属上级邮箱"),
    ),
    "role": ("role", "job", "job title", "title", "position", "岗位", "职位", "角色"),
    "stage": ("stage", "company stage", "阶段"),
    "industry": ("industry", "sector", "行业"),
    "level": ("level", "grade", "band", "职级", "级别"),
    "start": (
        *("start", "start date", "started", "hire date", "joined", "date of joining", "first day"),
        *("入职日期", "入职时间"),
    ),
    "left": (
        *("left", "leave date", "end date", "last day", "termination date", "leaving date"),
        *("离职日期", "最后工作日", "离职时间"),
    ),
    "language": ("language", "preferred language", "语言"),
    "time_zone": ("time zone", "timezone", "时区"),
}
"""Our name of each column, and what it is called in files; compared in lower case without punctuation."""

MANAGERS = ("manager", "manager_id", "manager_email")
"""Columns that name the manager; files have one or more of them."""

FIELDS = {
    "name": "name",
    "email": "email",
    "team": "team",
    "manager": "manager",
    "role": "role",
    "stage": "stage",
    "industry": "industry",
    "level": "level",
    "start": "started",
    "left": "left",
    "language": "language",
    "time_zone": "time_zone",
}
"""Column of a file to field of a person. A name may come in two parts, a manager by key and by address."""

TEMPLATE = ("person", *FIELDS)
"""Columns of the file to fill in."""

LIKELY = 2
"""Known names in a row that make it the header."""


def plain(name: str) -> str:
    """A heading as headings are compared.

    Examples
    --------
    >>> plain(" E-Mail_Address: ")
    'emailaddress'
    """
    return re.sub(r"[\s_\-./:*()（）：]+", "", name).lower()


_KNOWN = {plain(alias): column for column, aliases in NAMES.items() for alias in aliases}


def column_of(heading: object, own: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """Our name of a heading, if it is one we know.

    Parameters
    ----------
    heading : object
    own : mapping of str to str
        Column by :func:`plain` heading, as an organisation said before; empty where it is to be ignored.

    Examples
    --------
    >>> column_of(" E-Mail "), column_of("直属上级"), column_of("Shoe size")
    ('email', 'manager', None)
    """
    if heading is None:
        return None
    name = plain(str(heading))
    return own.get(name, _KNOWN.get(name)) or None


def header_row(rows: Sequence[Sequence[object]], own: Mapping[str, str] = MappingProxyType({})) -> int | None:
    """Index of the row that names the columns: the first with two known names, for titles may stand above it.

    Examples
    --------
    >>> header_row([["People of Acme", None], [None, None], ["Name", "E-mail"]])
    2
    """
    for at, row in enumerate(rows[:20]):
        if len({column_of(cell, own) for cell in row} - {None}) >= LIKELY:
            return at
    return None


def headings(
    rows: Sequence[Sequence[object]], at: int, own: Mapping[str, str] = MappingProxyType({})
) -> tuple[int, list[str | None]]:
    """Our name of each column, and the index of the first row below the headings.

    Headings may stand in two rows, as when cells are merged: a group above its columns, or a name that
    reaches over both rows. The lower counts where both are known.

    Parameters
    ----------
    rows : sequence of rows
    at : int
        From :func:`header_row`.
    own : mapping of str to str
        As for :func:`column_of`.

    Examples
    --------
    >>> headings([["Person", None, "Dates"], ["ID", "Name", "Start"], ["4711", "Zoe", "2024-02-29"]], 0)
    (2, ['person', 'name', 'start'])
    """
    upper = [column_of(cell, own) for cell in rows[at]]
    below = (
        [cell for cell in rows[at + 1] if cell is not None and str(cell).strip()]
        if at + 1 < len(rows)
        else []
    )
    if len(below) < LIKELY or not all(column_of(cell, own) for cell in below):
        return at + 1, upper
    lower = [column_of(cell, own) for cell in rows[at + 1]]
    # A group's name stands over its first column alone, so a column it names elsewhere is meant there.
    return at + 2, [low or (up if up not in lower else None) for low, up in zip_longest(lower, upper)]

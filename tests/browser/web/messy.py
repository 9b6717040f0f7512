"""An Excel file of 300 people as organisations have them: headings in two rows, all kinds of dates, slips."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from openpyxl import Workbook

LEADS = ("Lena Lind", "Luo Fei", "Lars Lund", "Leila Lamarr")
TITLES = {"en": "Staff, as of autumn", "zh": "员工名单（秋季）"}
GROUPS = {"en": ("Person", "Organisation", "Dates"), "zh": ("人员", "组织", "日期")}
HEADINGS = {
    "en": "Employee ID| Full Name|E-Mail|Language|Department|Reports to|Job title|Start date",
    "zh": "工号|姓名 |电子邮箱|语言|部门|直属上级|岗位|入职日期",
}
TEAM = 9
"""People who report to each lead."""
DAYS = (date(2020, 5, 1), "2021-03-15", "2019/7/2", "2018年11月30日", "3 Feb 2022", "20170401")
N = 300


def people(spoken: str) -> Iterator[list[object]]:
    """A head, four leads who report to her, nine people with each, and everybody else with the head."""
    language, at = "中文" if spoken == "zh" else "English", "@journey.example"
    yield ["head", "  Hana Holm", "HEAD@Journey.example ", language, "Board", None, "Head", DAYS[0]]
    for n, name in enumerate(LEADS):
        lead, team = f"lead{n}", f"Team {n} "
        yield [lead, f" {name} ", lead + at, language, team, "Hana Holm", "Lead", DAYS[n]]
        for m in range(TEAM):
            key, called = f"r{n}{m}", f"Rater\u3000{n} {m}"
            yield [key, called, key + at, language, team, lead, "Engineer", DAYS[m % 6]]
    for n in range(N - 1 - len(LEADS) * (1 + TEAM)):
        yield [4000.0 + n, f"Person {n}", f"p{n}{at}", language, "Office", "head", "Clerk", DAYS[n % 6]]


def workbook(path: Path, spoken: str) -> None:
    """Write it, with three faulty rows: an address twice, a date of two readings, a manager nobody knows."""
    book = Workbook()
    sheet = book.active
    sheet.append([TITLES[spoken]])
    sheet.append([])
    person, organisation, dates = GROUPS[spoken]
    sheet.append([person, None, None, None, organisation, None, None, dates])
    sheet.append(HEADINGS[spoken].split("|"))
    sheet.merge_cells("A3:D3")
    sheet.merge_cells("E3:G3")
    for n, row in enumerate(people(spoken)):
        sheet.append(row)
        if n == 100:
            sheet.append([])
    sheet.append(["twin", "Twin Torp", "lead0@journey.example", None, "Office", "head", None, None])
    sheet.append(["when", "Wen When", "when@journey.example", None, "Office", "head", None, "02/03/2020"])
    sheet.append(["lost", "Lost Lowe", "lost@journey.example", None, "Office", "Nobody Known", None, None])
    book.save(path)

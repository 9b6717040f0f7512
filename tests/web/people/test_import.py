"""A file of people: read however messy, tried, applied, undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from openpyxl import Workbook
from tests.web.cast import World
from tests.web.people.files import codes, people, trial

from leadline.errors import LeadlineError, SourceError
from leadline.web.accounts.audit import verify
from leadline.web.people.importing import apply, undo
from leadline.web.people.joining import ensure_account
from leadline.web.people.models import Notice, Person, PersonChange, Team
from leadline.web.people.trying import try_out


def test_a_messy_workbook_is_read(world: World, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Cover sheet"])
    sheet = book.create_sheet("Staff")
    sheet.append(["People of Acme, autumn 2026"])
    sheet.append([])
    sheet.append(["工号", " Full Name ", "E-Mail", "直属上级", "Start date", "Shoe size"])
    sheet.append([4711, "  Zoë   Zander ", "Zoe@Acme.example ", "Mei Martin", date(2024, 2, 29), 39])
    sheet.append([])
    sheet.append(["k-2", "王\u3000芳", None, 4711.0, "2025年3月1日", None])
    path = tmp_path / "people.xlsx"
    book.save(path)
    found = try_out(world.actor("analytics"), path, "people.xlsx", others_left=False)
    assert found.faults == []
    apply(world.actor("analytics"), found)
    now = people(world)
    assert now["4711"]["name"] == "Zoë Zander"
    assert (now["4711"]["email"], now["4711"]["manager"], now["4711"]["started"]) == (
        "zoe@acme.example",
        "mei",
        "2024-02-29",
    )
    assert (now["k-2"]["name"], now["k-2"]["manager"], now["k-2"]["started"]) == (
        "王 芳",
        "4711",
        "2025-03-01",
    )


def test_a_chinese_file_in_gb18030_is_read(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "工号,姓名,部门\nwf,王芳,数据平台\n", encoding="gb18030")
    apply(world.actor("analytics"), found)
    assert (people(world)["wf"]["name"], people(world)["wf"]["team"]) == ("王芳", "数据平台")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",No Key,,", "no_key"),
        ("a b,Blank,,", "bad_key"),
        ("x,,x@acme.example,", "no_name"),
        ("x,X,x(at)acme,", "bad_email"),
        ("x,X,tom@acme.example,", "email_taken"),
        ("x,X,,nobody", "no_manager"),
        ("x,X,,x", "circle"),
        ("dana,Dana Diaz,,ravi", "circle"),
        (f"x,{'X' * 201},,", "too_long_text"),
    ],
)
def test_a_faulty_row_is_told_and_the_others_can_be_applied(
    world: World, tmp_path: Path, row: str, code: str
) -> None:
    found = trial(world, tmp_path, f"person,name,email,manager\n{row}\ngood,Good One,,mei\n")
    assert codes(found) == [(2, code)]
    apply(world.actor("analytics"), found)
    assert people(world)["good"]["manager"] == "mei"
    assert "x" not in people(world)


@pytest.mark.parametrize(
    ("header", "below"),
    [
        (
            ["Person", None, None, "Organisation", None, "Dates", None],
            ["ID", "Name", "E-mail", "Team", "Manager", "Start date", "Last day"],
        ),
        (
            ["ID", "Name", "E-mail", "Team", "Manager", "Dates", None],
            [None, None, None, None, None, "Start date", "Last day"],
        ),
        (
            ["人员", None, None, "组织", None, "日期", None],
            ["工号", "姓名", "邮箱", "部门", "直属上级", "入职日期", "离职日期"],
        ),
    ],
)
def test_headings_in_two_rows_of_merged_cells_are_read(
    world: World, tmp_path: Path, header: list[str | None], below: list[str | None]
) -> None:
    book = Workbook()
    book.active.append(["Acme"])
    book.active.append(header)
    book.active.append(below)
    book.active.merge_cells("F2:G2")
    book.active.append(["new", "Nora New", "nora@acme.example", "Data", "mei", "1 May 2020", None])
    book.save(tmp_path / "people.xlsx")
    found = try_out(world.actor("analytics"), tmp_path / "people.xlsx", "people.xlsx", others_left=False)
    assert codes(found) == []
    assert found.changes[0]["after"] == {
        "name": "Nora New",
        "email": "nora@acme.example",
        "team": "Data",
        "manager": "mei",
        "started": "2020-05-01",
    }


@pytest.mark.parametrize(
    "text",
    [
        "2024-2-29",
        "2024/02/29",
        "2024.2.29",
        "2024年2月29日",
        "20240229",
        "29 Feb 2024",
        "29-Feb-2024",
        "February 29, 2024",
        "2024-02-29 00:00:00",
    ],
)
def test_a_date_that_can_only_be_one_day_is_read(world: World, tmp_path: Path, text: str) -> None:
    found = trial(world, tmp_path, f'person,name,start\nx,X,"{text}"\n')
    assert [change["after"]["started"] for change in found.changes] == ["2024-02-29"]


@pytest.mark.parametrize("text", ["1.2.2026", "2026-02-30", "02/03/2026", "5 Foo 2026", "20261340", "45352"])
def test_a_date_that_could_be_two_days_is_refused(world: World, tmp_path: Path, text: str) -> None:
    assert codes(trial(world, tmp_path, f"person,name,start\nx,X,{text}\n")) == [(2, "bad_date")]


def test_of_two_rows_with_one_key_none_is_applied_and_each_names_the_other(
    world: World, tmp_path: Path
) -> None:
    found = trial(world, tmp_path, "person,name\nx,X\nx,Y\n")
    assert codes(found) == [(2, "key_twice"), (3, "key_twice")]
    assert [fault["fields"]["other"] for fault in found.faults] == [3, 2]
    assert found.changes == []


def test_a_manager_whose_name_two_people_have_must_be_named_by_key(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "person,name,manager\na,Twin,\nb,Twin,\nc,Child,Twin\n")
    assert codes(found) == [(4, "manager_unclear")]


def test_without_a_key_whoever_has_the_address_is_meant(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "name,email\nThomas Tanaka,TOM@acme.example\n")
    assert [(c["key"], c["before"], c["after"]) for c in found.changes] == [
        ("tom", {"name": "Tom Tanaka"}, {"name": "Thomas Tanaka"})
    ]


def test_a_trial_changes_nothing(world: World, tmp_path: Path) -> None:
    before = people(world)
    trial(world, tmp_path, "person,name\ntom,Thomas\nnew,New\n", others_left=True)
    assert people(world) == before


def test_who_is_not_in_a_complete_list_has_left_but_not_who_is_in_it_with_a_fault(
    world: World, tmp_path: Path
) -> None:
    rows = "".join(f"{key},{v['name']},\n" for key, v in people(world).items() if key not in ("tom", "bo"))
    found = trial(world, tmp_path, f"person,name,email\n{rows}bo,Bo Berg,no address\n", others_left=True)
    assert [c["key"] for c in found.changes if c["kind"] == "left"] == ["tom"]


def test_an_applied_import_is_undone_whole(world: World, tmp_path: Path) -> None:
    before = people(world)
    found = trial(
        world, tmp_path, "person,name,team,manager\ntom,Thomas,New Team,new\nnew,New,New Team,dana\n"
    )
    apply(world.actor("analytics"), found)
    assert people(world)["tom"]["manager"] == "new"
    undo(world.actor("analytics"), found)
    assert people(world) == before
    assert verify(world.organisation).findings == ()


def test_an_import_is_not_applied_over_somebody_elses_change(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "person,name\ntom,Thomas\n")
    Person.objects.filter(key="tom").update(name="Tomás")
    with pytest.raises(LeadlineError, match="changed in the meantime"):
        apply(world.actor("analytics"), found)
    assert people(world)["tom"]["name"] == "Tomás"


def test_an_import_is_applied_once_and_undone_once(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "person,name\ntom,Thomas\n")
    apply(world.actor("analytics"), found)
    with pytest.raises(LeadlineError, match="applied already"):
        apply(world.actor("analytics"), found)
    undo(world.actor("analytics"), found)
    with pytest.raises(LeadlineError, match="nothing to undo"):
        undo(world.actor("analytics"), found)


def test_each_changed_field_is_in_the_history(world: World, tmp_path: Path) -> None:
    PersonChange.objects.all().delete()
    apply(world.actor("analytics"), trial(world, tmp_path, "person,name,role\ntom,Thomas,CTO\n"))
    assert set(PersonChange.objects.values_list("field", "before", "after")) == {
        ("name", "Tom Tanaka", "Thomas"),
        ("role", "", "CTO"),
    }


def test_another_organisations_people_are_untouched(world: World, tmp_path: Path) -> None:
    other = Person.objects.create(organisation=world.other, key="tom", name="Other Tom")
    apply(
        world.actor("analytics"),
        trial(world, tmp_path, "person,name,team\ntom,Thomas,Elsewhere\n", others_left=True),
    )
    other.refresh_from_db()
    assert (other.name, other.left) == ("Other Tom", None)
    assert not Team.objects.filter(organisation=world.other).exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "No row"),
        ("Hello there\n\n", "No row"),
    ],
)
def test_a_file_that_is_no_table_of_people_is_refused(
    world: World, tmp_path: Path, content: str, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        trial(world, tmp_path, content)


@pytest.mark.parametrize(
    "title", ["People of Acme, autumn 2026", "People of Acme,,", '"Acme, Inc."', "sep=;"]
)
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_titles_above_the_headings_of_a_text_file_do_no_harm(
    world: World, tmp_path: Path, title: str, mark: str
) -> None:
    if title.startswith("sep="):
        mark = ";"
    rows = ["工号,Name,Team", "zoe,Zoë Zander,Data", "", "wf,王芳,Data"]
    lines = [title, *([] if title.startswith("sep=") else [""]), *(row.replace(",", mark) for row in rows)]
    found = trial(world, tmp_path, "\n".join(lines))
    assert found.faults == []
    apply(world.actor("analytics"), found)
    now = people(world)
    assert (now["zoe"]["name"], now["wf"]["name"]) == ("Zoë Zander", "王芳")


@pytest.mark.parametrize(
    "line",
    ["zoe,Zander, Zoë,zoe@acme.example", "zoe,Zoë", '"zoe,Zoë Zander,zoe@acme.example'],
    ids=["a comma in a name", "too few", "an open quotation mark"],
)
def test_a_row_whose_cells_are_shifted_is_named(world: World, tmp_path: Path, line: str) -> None:
    text = f"Acme\nkey,name,email\n{line}\nkim,Kim Kato,kim@acme.example\n"
    assert codes(trial(world, tmp_path, text)) == [(3, "cell_count")]


def test_a_damaged_workbook_is_refused(world: World, tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(b"not a workbook")
    with pytest.raises(SourceError, match="cannot be read"):
        try_out(world.actor("analytics"), path, "people.xlsx", others_left=False)


def test_three_thousand_people_take_few_queries(
    world: World, tmp_path: Path, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    rows = "".join(
        f"p{n},Person {n},p{n}@acme.example,Team {n % 20},{'p0' if n else 'dana'}\n" for n in range(3000)
    )
    found = trial(world, tmp_path, f"person,name,email,team,manager\n{rows}")
    # SQLite takes 999 values a statement, so 3,000 people are 46 inserts and 3 to 12 updates a thousand.
    with django_assert_max_num_queries(120):  # type: ignore[operator]  # pytest-django gives a function
        apply(world.actor("analytics"), found)
    assert Person.objects.filter(manager__key="p0").count() == 2999


def with_accounts(world: World, *keys: str) -> None:
    for key in keys:
        ensure_account(Person.objects.get(organisation=world.organisation, key=key))


def test_addresses_swapped_in_one_file_are_swapped_where_nobody_has_an_account(
    world: World, tmp_path: Path
) -> None:
    found = trial(
        world, tmp_path, "person,name,email\nbo,Bo Berg,finn@acme.example\nfinn,Finn Fox,bo@acme.example\n"
    )
    assert codes(found) == []
    apply(world.actor("analytics"), found)
    now = people(world)
    assert (now["bo"]["email"], now["finn"]["email"]) == ("finn@acme.example", "bo@acme.example")
    with_accounts(world, "bo", "finn")
    assert Person.objects.get(key="bo").address == "finn@acme.example"


@pytest.mark.parametrize("have", [("bo", "finn"), ("bo",), ("finn",)])
def test_swapped_addresses_are_refused_where_an_account_is_confirmed_for_one(
    world: World, tmp_path: Path, have: tuple[str, ...]
) -> None:
    """Neither may get the other's account, and whose row is refused keeps the address the other wants."""
    with_accounts(world, *have)
    found = trial(
        world,
        tmp_path,
        "person,name,email\nbo,Bo Berg,finn@acme.example\nfinn,Finn Fox,BO@acme.example\nzed,Zed,\n",
    )
    assert sorted(codes(found)) == [(2, "email_taken"), (3, "email_taken")]
    assert [change["key"] for change in found.changes] == ["zed"]


def test_of_two_rows_with_one_address_the_later_is_refused_and_a_team_keeps_its_lead(
    world: World, tmp_path: Path
) -> None:
    found = trial(
        world,
        tmp_path,
        "person,name,email,manager\numa,Uma,u@acme.example,\nvik,Vik,,uma\ntwin,Twin,u@acme.example,\n",
    )
    assert codes(found) == [(4, "email_taken")]
    assert {change["key"]: change["after"].get("manager", "") for change in found.changes} == {
        "uma": "",
        "vik": "uma",
    }


def test_a_refused_row_keeps_its_address_from_others_in_the_file(world: World, tmp_path: Path) -> None:
    found = trial(
        world,
        tmp_path,
        "person,name,email,manager\ntom,Tom Tanaka,bo@acme.example,\nbo,Bo Berg,new@acme.example,nobody\n",
    )
    assert sorted(codes(found)) == [(2, "email_taken"), (3, "no_manager")]


def test_an_empty_cell_keeps_the_address_from_others_in_the_file(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "person,name,email\nbo,Bo Berg,\nfinn,Finn Fox,bo@acme.example\n")
    assert codes(found) == [(3, "email_taken")]


def test_the_confirmed_address_stays_somebodys_while_another_waits(world: World, tmp_path: Path) -> None:
    """Tom's new address waits; until it is confirmed nobody is given the old one, and it still means Tom."""
    apply(
        world.actor("analytics"),
        trial(world, tmp_path, "person,name,email\ntom,Tom Tanaka,tanaka@acme.example\n"),
    )
    taken = trial(world, tmp_path, "person,name,email\nbo,Bo Berg,Tom@acme.example\n")
    assert codes(taken) == [(2, "email_taken")]
    meant = trial(world, tmp_path, "name,email\nThomas Tanaka,tom@acme.example\n")
    assert [change["key"] for change in meant.changes] == ["tom"]


def test_an_address_that_became_somebody_elses_since_the_trial_is_refused(
    world: World, tmp_path: Path
) -> None:
    found = trial(world, tmp_path, "person,name,email\nbo,Bo Berg,new@acme.example\n")
    Person.objects.filter(key="finn").update(email="new@acme.example")
    with pytest.raises(LeadlineError, match="somebody else"):
        apply(world.actor("analytics"), found)
    assert people(world)["bo"]["email"] == "bo@acme.example"


def test_an_import_that_changes_an_address_asks_the_account_and_undoing_it_stops_asking(
    world: World, tmp_path: Path
) -> None:
    found = trial(
        world,
        tmp_path,
        "person,name,email\ntom,Tom Tanaka,tanaka@acme.example\nbo,Bo Berg,bb@acme.example\n",
    )
    apply(world.actor("analytics"), found)
    tom = Person.objects.get(key="tom")
    assert (tom.waits, tom.asked is not None, tom.address) == (True, True, "tom@acme.example")
    assert [(one.person, one.kind) for one in Notice.objects.all()] == [(tom, "ask")], "Bo has no account yet"
    undo(world.actor("analytics"), found)
    tom.refresh_from_db()
    assert (tom.waits, tom.asked) == (False, None)


FAULTY = [
    "zoe,Zoë Zander,zoe at acme,,,,",
    "nic,Nic No,nic@acme.example,nobody here,,,",
    "tim,Tim Tran,tim@acme.example,,2/3/2026,klingon,",
    "eva,,eva@acme.example,,,,Mars/Olympus",
    "lea,Lea Lind,lea@acme.example,lea,,,",
    "tim,Tim Tran,tim@acme.example,,,,",
    "lee,Lee Lind,dana@acme.example,,,,",
    "a b,Ab Bo,,,,,",
    ",No Key,,,,,",
]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_a_trial_says_every_kind_of_fault(
    world: World, tmp_path: Path, as_visitor: Callable[[str], Client], language: str
) -> None:
    found = trial(world, tmp_path, "\n".join(["id,name,email,manager,start,language,time zone", *FAULTY]))
    assert {code for _, code in codes(found)} == {
        "bad_email",
        "no_manager",
        "bad_date",
        "bad_language",
        "no_name",
        "bad_zone",
        "circle",
        "key_twice",
        "email_taken",
        "bad_key",
        "no_key",
    }
    visitor = as_visitor("analytics")
    visitor.post("/language/", {"language": language})
    page = visitor.get(f"/people/imports/{found.pk}/").content.decode()
    assert {"en": "tim is also in row 4.", "zh": "tim 也出现在第 4 行"}[language] in page

"""Files that once were read wrongly, each with the right value, and others of its kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from django.test import Client
from tests.web.cast import World
from tests.web.people.files import after, codes, notices, people, trial, tried, workbook

from leadline.errors import SourceError
from leadline.web.people.importing import apply, undo
from leadline.web.people.models import Heading, Person
from leadline.web.people.trying import read_again

HEAD = "Employee ID,Name,Email,Manager,Department\n"
Visit = Callable[[str], Client]


def test_whose_manager_is_not_applied_is_applied_without_one_and_it_is_said(
    world: World, tmp_path: Path
) -> None:
    before = people(world)
    found = trial(
        world,
        tmp_path,
        HEAD
        + "e1,Ann Ash,e1@example.org,e2,Eng\ne2,Bob Birch,e2@example.org,ghost,Eng\n"
        + "e3,Cy Cedar,e3@example.org,e2,Eng\n",
    )
    assert codes(found) == [(3, "no_manager")]
    assert notices(found) == [(2, "manager_left_out"), (4, "manager_left_out")]
    assert [notice["fields"]["other"] for notice in found.notices] == [3, 3]
    assert {key: values.get("manager") for key, values in after(found).items()} == {"e1": None, "e3": None}
    apply(world.actor("analytics"), found)
    undo(world.actor("analytics"), found)
    assert people(world) == before


def test_a_manager_on_record_stays_where_the_new_ones_row_is_refused(world: World, tmp_path: Path) -> None:
    first = "j1,Jo Jay,j1@example.org,,Eng\nj2,Kim Kay,j2@example.org,j1,Eng\n"
    apply(world.actor("analytics"), trial(world, tmp_path, HEAD + first))
    found = trial(
        world,
        tmp_path,
        HEAD + "j2,Kim Kay,j2@example.org,n9,Eng\nn9,New Boss,n9@example.org,nobody,Eng\n",
    )
    assert codes(found) == [(3, "no_manager")]
    assert notices(found) == [(2, "manager_stays")]
    assert found.notices[0]["fields"] == {"manager": "n9", "other": 3, "now": "j1"}
    apply(world.actor("analytics"), found)
    assert people(world)["j2"]["manager"] == "j1"


def test_one_circular_row_is_no_fault_of_everybody_below(world: World, tmp_path: Path) -> None:
    """Dana, who leads everybody, is said to report to Ravi: Mei between them and those below are right."""
    rows = "".join(
        f"{key},{v['name']},{'ravi' if key == 'dana' else v['manager']},Renamed\n"
        for key, v in people(world).items()
    )
    found = trial(world, tmp_path, f"person,name,manager,team\n{rows}")
    assert [(fault["value"], fault["code"]) for fault in found.faults] == [("ravi", "web.people.circle")]
    assert set(after(found)) == set(people(world)) - {"dana"}


def test_of_a_new_circle_all_are_refused_and_those_below_come_without_manager(
    world: World, tmp_path: Path
) -> None:
    found = trial(world, tmp_path, "person,name,manager\na,A,b\nb,B,a\nc,C,a\nd,D,c\n")
    assert codes(found) == [(2, "circle"), (3, "circle")]
    assert notices(found) == [(4, "manager_left_out")]
    assert after(found)["d"]["manager"] == "c"


@pytest.mark.parametrize("bad", ["02/03/2020", "2020-02-30", "soon"])
def test_whose_row_has_a_fault_has_not_left(world: World, tmp_path: Path, bad: str) -> None:
    start = "Name,Email,Start date\n"
    first = "Ann Ash,ann@example.org,2020-01-01\nBob Birch,bob@example.org,2020-01-01\n"
    apply(world.actor("analytics"), trial(world, tmp_path, start + first))
    mei = "Mei Martin,mei@acme.example,2020-01-01\n"
    text = f"{start}Ann Ash,ann@example.org,{bad}\nBob Birch,bob@example.org,2020-01-01\n{mei}"
    found = trial(world, tmp_path, text, others_left=True)
    assert codes(found) == [(2, "bad_date")]
    left = {change["key"] for change in found.changes if change["kind"] == "left"}
    assert left == set(people(world)) - {"ann@example.org", "bob@example.org", "mei"}


@pytest.mark.parametrize(
    "row",
    [",,Ann Ash Jones", "a b,,Ann Ash Jones", ",ann(at)example.org,Ann Ash Jones", "x,Ash, Ann,a@b.org"],
)
def test_nobody_left_while_a_row_is_anybodys(world: World, tmp_path: Path, row: str) -> None:
    found = trial(
        world, tmp_path, f"person,email,name\nmei,mei@acme.example,Mei Martin\n{row}\n", others_left=True
    )
    assert len(found.faults) >= 1
    assert (None, "leavers_unsure") in notices(found)
    assert [change for change in found.changes if change["kind"] == "left"] == []


def test_a_row_with_a_mistyped_address_counts_as_present_by_its_name(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "email,name\nmei(at)acme,Mei Martin\n", others_left=True)
    left = {change["key"] for change in found.changes if change["kind"] == "left"}
    assert left == set(people(world)) - {"mei"}


OLD = [["Employee ID", "Name", "Email"], [1, "Old Otto", "old@example.org"]]
NEW = [["Employee ID", "Name", "Email"], [2, "New Nora", "new@example.org"]]


def test_a_hidden_sheet_is_not_read_and_named(world: World, tmp_path: Path) -> None:
    found = tried(world, workbook(tmp_path, hidden=OLD, Current=NEW))
    assert [change["name"] for change in found.changes] == ["New Nora"]
    assert notices(found) == [(None, "sheet_skipped")]
    assert found.notices[0]["value"] == "hidden"


def test_of_several_sheets_with_people_one_must_be_named(world: World, tmp_path: Path) -> None:
    path = workbook(tmp_path, Berlin=OLD, Notes=[["Made by HR"]], Shanghai=NEW)
    with pytest.raises(SourceError, match="Berlin, Shanghai"):
        tried(world, path)
    assert [change["name"] for change in tried(world, path, sheet="Shanghai").changes] == ["New Nora"]
    with pytest.raises(SourceError, match="no sheet called Paris"):
        tried(world, path, sheet="Paris")
    with pytest.raises(SourceError, match="Only hidden sheets"):
        tried(world, workbook(tmp_path, hidden=OLD, Notes=[["Made by HR"]]))


KOREAN = ["김민수", "이영희", "박지훈", "최민수", "정수연", "강동원", "윤서준", "한지민"]


def test_a_korean_list_is_read(world: World, tmp_path: Path) -> None:
    rows = "".join(f"{n},{name},n{n}@example.org\n" for n, name in enumerate(KOREAN))
    found = trial(world, tmp_path, f"Employee ID,Name,Email\n{rows}", encoding="euc-kr")
    assert [change["name"] for change in found.changes] == KOREAN


def test_two_korean_names_are_read_where_they_are_clear_else_refused_and_never_taken_for_chinese(
    world: World, tmp_path: Path
) -> None:
    text = "Employee ID,Name,Email\n1,{},n1@example.org\n2,이영희,n2@example.org\n"
    found = trial(world, tmp_path, text.format("김민수"), encoding="euc-kr")
    assert [change["name"] for change in found.changes] == ["김민수", "이영희"]
    with pytest.raises(SourceError, match="The encoding of 2 rows is not clear"):
        trial(world, tmp_path, text.format("김철수"), encoding="euc-kr")


def test_what_is_in_no_known_encoding_is_refused_with_its_rows(world: World, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="row 3 is not clear"):
        trial(world, tmp_path, "person,name\na,Ann\nb,Jörg Müßig\n", encoding="latin-1")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31.12.2020", "2020-12-31"),
        ("13/02/2020", "2020-02-13"),
        ("02/13/2020", "2020-02-13"),
        ("5/5/2020", "2020-05-05"),
        ("2020-12-31 08:30", "2020-12-31"),
        ("2020-12-31T08:30:00Z", "2020-12-31"),
        ("2020-12-31T08:30:00.000+08:00", "2020-12-31"),
        ("31.12.2020 17:00", "2020-12-31"),
        ("12/31/2020 5:00:00 PM", "2020-12-31"),
        ("2020年12月31日", "2020-12-31"),
        ("31 December 2020", "2020-12-31"),
    ],
)
def test_a_date_is_read_in_whatever_order_where_it_is_one_day(
    world: World, tmp_path: Path, text: str, day: str
) -> None:
    found = trial(world, tmp_path, f'Employee ID,Name,Start date\n1,Ann Ash,"{text}"\n')
    assert after(found)["1"]["started"] == day


def test_days_of_a_column_are_read_in_the_order_that_one_of_them_shows(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "id,name,start\n1,Ann,02/03/2020\n2,Bob,31/12/2020\n")
    assert after(found)["1"]["started"] == "2020-03-02"
    found = trial(world, tmp_path, "id,name,start\n1,Ann,02/03/2020\n2,Bob,31/12/2020\n3,Cy,12/31/2020\n")
    assert codes(found) == [(2, "bad_date")]


def test_a_day_with_a_time_in_a_workbook_is_a_day(world: World, tmp_path: Path) -> None:
    rows = [["id", "name", "start", "left"], [1, "Ann", datetime(2020, 12, 31, 17, 0), date(2021, 1, 1)]]  # noqa: DTZ001  cells have no zone
    assert after(tried(world, workbook(tmp_path, People=rows)))["1"] == {
        "name": "Ann",
        "started": "2020-12-31",
        "left": "2021-01-01",
    }


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("Ann", "Ash", "Ann Ash"),
        ("Ann", "", "Ann"),
        ("", "Ash", "Ash"),
        ("芳", "王", "王芳"),
        ("Ann", "王", "Ann 王"),
    ],
)
def test_a_name_in_two_columns_is_put_together_as_it_is_written(
    world: World, tmp_path: Path, first: str, last: str, name: str
) -> None:
    head = "Employee ID,First Name,Last Name,Work Email,Department,Job Title"
    found = trial(world, tmp_path, f"{head}\n1,{first},{last},a@example.org,Eng,Developer\n")
    assert after(found)["1"]["name"] == name


MANAGERS = "Employee ID,Name,Email,Manager,Manager Email\n1,Ann Ash,a@example.org,,\n"


def test_a_manager_named_twice_is_one_manager(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, f"{MANAGERS}2,Bob Birch,b@example.org,Ann Ash,a@example.org\n")
    assert (codes(found), after(found)["2"]["manager"]) == ([], "1")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Mei Martin,a@example.org", "managers_differ"),
        ("Ann Ash,nobody@example.org", "no_manager"),
        ("Nobody,a@example.org", "no_manager"),
        ("Twin,", "manager_unclear"),
    ],
)
def test_managers_that_contradict_each_other_are_told(
    world: World, tmp_path: Path, said: str, code: str
) -> None:
    twins = "8,Twin,t8@example.org,,\n9,Twin,t9@example.org,,\n"
    found = trial(world, tmp_path, f"{MANAGERS}2,Bob Birch,b@example.org,{said}\n{twins}")
    assert codes(found) == [(3, code)]


def test_a_name_that_several_have_may_stand_beside_the_address(world: World, tmp_path: Path) -> None:
    twins = "8,Twin,t8@example.org,,\n9,Twin,t9@example.org,,\n"
    found = trial(world, tmp_path, f"{MANAGERS}{twins}2,Bob Birch,b@example.org,Twin,t9@example.org\n")
    assert (codes(found), after(found)["2"]["manager"]) == ([], "9")


def test_an_empty_cell_leaves_what_is_known_and_says_so_or_clears_it(world: World, tmp_path: Path) -> None:
    head = "Employee ID,Name,Email,End date,Manager\n"
    apply(
        world.actor("analytics"),
        trial(world, tmp_path, f"{head}c3,Cy Cedar,c3@example.org,2020-01-01,mei\n"),
    )
    found = trial(world, tmp_path, f"{head}c3,Cy Cedar,c3@example.org,,\n")
    assert (found.changes, notices(found)) == ([], [(None, "blanks_stay")])
    assert found.notices[0]["fields"] == {"n": 2}
    read_again(found, found.reading["columns"], others_left=False, blanks_clear=True)
    assert (after(found), found.notices) == ({"c3": {"left": "", "manager": ""}}, [])
    apply(world.actor("analytics"), found)
    assert (people(world)["c3"]["left"], people(world)["c3"]["manager"]) == ("", "")
    undo(world.actor("analytics"), found)
    assert (people(world)["c3"]["left"], people(world)["c3"]["manager"]) == ("2020-01-01", "mei")


@pytest.mark.parametrize("other", ["1\u200b", "\ufeff1", "1\u00ad", "1\u2060", " 1 "])
def test_keys_that_look_the_same_are_the_same(world: World, tmp_path: Path, other: str) -> None:
    found = trial(
        world,
        tmp_path,
        f"{HEAD}{other},Ann Ash,a@example.org,,Eng\n2,Bob Birch,b@example.org,,Eng\n"
        "1,Ann Ash,a2@example.org,,Eng\n",
    )
    assert codes(found) == [(2, "key_twice"), (4, "key_twice")]
    assert list(after(found)) == ["2"]


@pytest.mark.parametrize("key", ["TOM", "ｔｏｍ", "to\u200cm"])
def test_a_key_that_only_looks_like_one_on_record_is_told(world: World, tmp_path: Path, key: str) -> None:
    found = trial(world, tmp_path, f"person,name\n{key},Tom Tanaka\n")
    assert codes(found) == [(2, "key_like")]
    assert found.faults[0]["fields"] == {"key": key, "other": "tom"}


@pytest.mark.parametrize(
    "cells",
    [
        ["Total", "1 person", None],
        ["Grand total: 120", None, None],
        ["合计", "1人", None],
        [None, "Subtotal", None],
    ],
)
def test_a_total_is_nobody(world: World, tmp_path: Path, cells: list[object]) -> None:
    rows = [["Employee ID", "Name", "Email"], [1, "Ann Ash", "a@example.org"], cells]
    found = tried(world, workbook(tmp_path, Sheet=rows))
    assert (codes(found), notices(found), list(after(found))) == ([], [(3, "total_row")], ["1"])


def test_whoever_is_called_total_and_has_an_address_is_a_person(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "name,email\nTotal,total@example.org\n")
    assert list(after(found)) == ["total@example.org"]


def test_nobody_leaves_before_they_start(world: World, tmp_path: Path) -> None:
    head = "person,name,start,left\n"
    found = trial(world, tmp_path, f"{head}a,Ann,2021-01-01,2020-12-31\nb,Bob,2021-01-01,2021-01-01\n")
    assert codes(found) == [(2, "left_before_start")]
    apply(world.actor("analytics"), found)
    found = trial(world, tmp_path, "person,name,left\nb,Bob,2020-12-31\n")
    assert codes(found) == [(2, "left_before_start")]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_key_twice_gives_a_page(world: World, tmp_path: Path, as_visitor: Visit, language: str) -> None:
    path = workbook(
        tmp_path,
        Sheet=[["工号", "姓名", "邮箱"], ["E1", "王伟", "a@nw.example"], ["E1", "李芳", "b@nw.example"]],
    )
    client = as_visitor("analytics")
    client.post("/language/", {"language": language})
    with path.open("rb") as file:
        page = client.post("/people/imports/new/", {"file": file}, follow=True)
    said = {
        "en": ("E1 is also in row 3.", "E1 is also in row 2."),
        "zh": ("E1 也出现在第 3 行", "E1 也出现在第 2 行"),
    }
    assert page.status_code == 200
    assert all(one in page.content.decode() for one in said[language])


def test_all_faults_of_all_rows_are_told_at_once_in_the_order_of_the_file_with_its_headings(
    world: World, tmp_path: Path, as_visitor: Visit
) -> None:
    found = trial(
        world,
        tmp_path,
        "工号,Vorname,Nachname,Work Email,Hire date,Manager Email\n"
        "a,Ann,Ash,nonsense,31/31/2020,ghost@example.org\n"
        "b,Bob,Birch,b@example.org,2020-01-01,\n"
        "c,Cy,Cedar,b@example.org,never,a@example.org,one too many\n"
        "d,,,mei@acme.example,2020-01-01,d\n",
    )
    read_again(
        found,
        ["person", "first_name", "last_name", "email", "start", "manager_email"],
        others_left=False,
        blanks_clear=False,
    )
    assert codes(found) == [
        (2, "bad_email"),
        (2, "bad_date"),
        (2, "no_manager"),
        (4, "cell_count"),
        (5, "no_name"),
        (5, "circle"),
        (5, "email_taken"),
    ]
    sheet = as_visitor("analytics").get(f"/people/imports/{found.pk}/faults.csv").content.decode("utf-8-sig")
    lines = sheet.splitlines()
    assert lines[0] == 'Row,Column,Value,"What is wrong, and what to do"'
    assert [line.split(",")[:3] for line in lines[1:4]] == [
        ["2", "Work Email", "nonsense"],
        ["2", "Hire date", "31/31/2020"],
        ["2", "Manager Email", "ghost@example.org"],
    ]
    assert any(line.startswith("5,Vorname + Nachname,") for line in lines)


def test_headings_that_nobody_knows_are_named_mapped_and_remembered(
    world: World, tmp_path: Path, as_visitor: Visit
) -> None:
    text = "Matricule,Nom complet,Courriel,Pointure\n7,Zoë Zander,zoe@acme.example,39\n"
    client = as_visitor("analytics")
    found = trial(world, tmp_path, text)
    assert codes(found) == [(None, "columns_missing")]
    page = client.get(f"/people/imports/{found.pk}/").content.decode()
    assert "4 columns are not used: Matricule, Nom complet, Courriel, Pointure" in page
    said = {"column-0": "person", "column-1": "name", "column-2": "email", "column-3": ""}
    assert client.post(f"/people/imports/{found.pk}/read/", said).status_code == 302
    found.refresh_from_db()
    expected = {"7": {"name": "Zoë Zander", "email": "zoe@acme.example"}}
    assert after(found) == expected
    assert Heading.objects.filter(organisation=world.organisation).count() == 4
    assert after(trial(world, tmp_path, text)) == expected
    assert not Heading.objects.filter(organisation=world.other).exists()


def test_of_two_columns_that_mean_the_same_one_is_to_be_chosen(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "name,person,id\nX,1,2\n")
    assert codes(found) == [(None, "column_twice")]
    read_again(found, ["name", "", "person"], others_left=False, blanks_clear=False)
    assert list(after(found)) == ["2"]


def test_a_file_is_not_read_otherwise_once_it_is_applied(
    world: World, tmp_path: Path, as_visitor: Visit
) -> None:
    found = trial(world, tmp_path, "person,name\nx,X\n")
    apply(world.actor("analytics"), found)
    answer = as_visitor("analytics").post(
        f"/people/imports/{found.pk}/read/", {"column-0": "", "column-1": ""}
    )
    assert answer.status_code == 302
    found.refresh_from_db()
    assert (found.state, found.rows, after(found)) == ("applied", {}, {"x": {"name": "X"}})


def test_somebody_who_appeared_or_was_erased_since_the_trial_stops_it(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "person,name\nnew,New\n")
    Person.objects.create(organisation=world.organisation, key="new", name="Other")
    with pytest.raises(Exception, match="changed in the meantime"):
        apply(world.actor("analytics"), found)
    found = trial(world, tmp_path, "person,name,manager\nnewer,Newer,new\n")
    Person.objects.filter(key="new").delete()
    with pytest.raises(Exception, match="changed in the meantime"):
        apply(world.actor("analytics"), found)


def test_a_circle_with_a_hand_edit_since_the_trial_is_refused(world: World, tmp_path: Path) -> None:
    found = trial(world, tmp_path, "person,name,manager\ntom,Tom Tanaka,bo\n")
    Person.objects.filter(key="bo").update(manager=Person.objects.get(key="tom"))
    with pytest.raises(Exception, match="lead themselves"):
        apply(world.actor("analytics"), found)
    assert Person.objects.get(key="tom").manager.key != "bo"


def test_the_page_shows_of_somebody_new_one_line_and_of_others_what_differs(
    world: World, tmp_path: Path, as_visitor: Visit
) -> None:
    rows = "".join(f"p{n},Person {n},p{n}@acme.example,Data\n" for n in range(120))
    found = trial(
        world, tmp_path, f"person,name,email,team\n{rows}tom,Thomas Tanaka,tom@acme.example,Payments\n"
    )
    client = as_visitor("analytics")
    page = client.get(f"/people/imports/{found.pk}/").content.decode()
    assert page.count("<tr>") == 51
    assert "p1@acme.example · Data" in page
    changed = client.get(f"/people/imports/{found.pk}/?show=changed").content.decode()
    assert "Thomas Tanaka</ins>" in changed
    assert changed.count("<ins>") == 1 + (people(world)["tom"]["team"] != "Payments")

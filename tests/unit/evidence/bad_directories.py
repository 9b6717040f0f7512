"""Bad evidence directories, each with exactly the faults that must be told.

``bad_directories()`` is for every test that feeds a program with bad input. Ids are those of the
built-in framework ``technical-leadership``.
"""

from __future__ import annotations

import io
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import polars as pl

Found = tuple[str, int | None, str | None]
"""Code without ``evidence.``, row, column."""

HEADER = "ratee,rater,relationship,item,rating"
ROWS = (
    "ada,lin,manager,market_sense_1,4",
    "ada,bo,peer,market_sense_1,3",
    "ada,ada,self,market_sense_1,5",
    "wei,lin,manager,market_sense_1,2",
    "wei,bo,peer,market_sense_1,",
)
OUTCOMES = "ratee,item,value,target,baseline"
RESPONSES = "ratee,item,response"
HUGE = 2 << 30


@dataclass(frozen=True)
class Case:
    """A bad directory.

    Attributes
    ----------
    write : callable
        Fills an empty directory.
    faults : tuple of (code, row, column)
        All that is wrong with it, in any order.
    """

    write: Callable[[Path], None]
    faults: tuple[Found, ...]


def table(header: str, *rows: str) -> str:
    return "\n".join((header, *rows, ""))


def ratings(*rows: str, header: str = HEADER) -> str:
    """The good rows, which stand in rows 2 to 6, and then further ones from row 7 on."""
    return table(header, *ROWS, *rows)


def case(files: dict[str, str | bytes], *faults: Found) -> Case:
    def write(folder: Path) -> None:
        for name, content in files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return Case(write, faults)


def workbook(*rows: tuple[object, ...], errors: tuple[str, ...] = (), sheet: str = "ratings") -> bytes:
    book = openpyxl.Workbook()
    cells = book.active
    assert cells is not None
    cells.title = sheet
    for number, row in enumerate(rows, start=1):
        for letter, value in enumerate(row, start=1):
            cells.cell(number, letter, value)
    for place in errors:
        cells[place].data_type = "e"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("ratings.csv", ratings())
    return content.getvalue()


def _endless_line(folder: Path) -> None:
    """A line of 2 GB, nearly all of it a hole that takes no disk; what can be read of it is letters."""
    with (folder / "ratings.csv").open("wb") as file:
        file.write(f"{HEADER}\n{ROWS[0]}\nada,".encode() + b"x" * (3 << 20))
        file.truncate(HUGE)


def _huge_json(folder: Path) -> None:
    with (folder / "ratings.json").open("wb") as file:
        file.write(b"[")
        file.truncate(HUGE)


def _database(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "ratings.db")) as connection, connection:
        connection.execute("create table ratings (ratee, rater, relationship, item, rating)")
        rows = [("ada", "lin", "peer", "market_sense_1", 9), ("ada", "bo", "peer", "market_sense_1", "good")]
        connection.executemany("insert into ratings values (?, ?, ?, ?, ?)", rows)


def _parquet(folder: Path) -> None:
    columns = {
        "ratee": ["ada", "ada", "ada"],
        "rater": ["lin", "bo", None],
        "item": ["market_sense_1"] * 3,
        "rating": [float("nan"), 2.5, 4.0],
    }
    pl.DataFrame(columns).write_parquet(folder / "ratings.parquet")


def _columns() -> dict[str, Case]:
    return {
        "wrong column": case(
            {"ratings.csv": table("ratee,rator,relationship,item,rating", *ROWS)},
            ("missing_column", None, "rater"),
        ),
        "several columns missing or misspelt": case(
            {"ratings.csv": table("person,rater,relatonship,item,score", "ada,lin,peer,market_sense_1,4")},
            ("missing_column", None, "ratee"),
            ("missing_column", None, "rating"),
            ("unknown_column", None, "relatonship"),
        ),
        "duplicate column names": case(
            {"ratings.csv": table(f"{HEADER},rating", f"{ROWS[0]},5")}, ("duplicate_column", None, "rating")
        ),
        "values under no name": case(
            {"ratings.csv": table(f"{HEADER},", f"{ROWS[0]},x")}, ("unnamed_column", None, None)
        ),
        "header only": case({"ratings.csv": f"{HEADER}\n"}, ("no_rows", None, None)),
        "empty file": case({"ratings.csv": b""}, ("empty_file", None, None)),
        "blank file": case({"ratings.csv": b"\xef\xbb\xbf \r\n\r\n"}, ("empty_file", None, None)),
    }


def _ratings() -> dict[str, Case]:
    return {
        "text in a rating": case(
            {"ratings.csv": ratings("wei,mo,peer,market_sense_1,good", "wei,jo,peer,market_sense_1,N/A")},
            ("not_a_number", 7, "rating"),
            ("not_a_number", 8, "rating"),
        ),
        "rating off the scale": case(
            {"ratings.csv": ratings("wei,mo,peer,market_sense_1,0", "wei,jo,peer,market_sense_1,6")},
            ("rating_off_scale", 7, "rating"),
            ("rating_off_scale", 8, "rating"),
        ),
        "half a point": case(
            {"ratings.csv": ratings("wei,mo,peer,market_sense_1,3.5")}, ("not_whole", 7, "rating")
        ),
        "infinite rating and NaN": case(
            {"ratings.csv": ratings("wei,mo,peer,market_sense_1,inf", "wei,jo,peer,market_sense_1,NaN")},
            ("infinite_value", 7, "rating"),
            ("nan_value", 8, "rating"),
        ),
        "unknown item": case(
            {"ratings.csv": ratings("wei,mo,peer,market_sence_1,3")}, ("unknown_item", 7, "item")
        ),
        "unknown relationship": case(
            {"ratings.csv": ratings("wei,mo,pear,market_sense_1,3")},
            ("unknown_relationship", 7, "relationship"),
        ),
        "duplicate rows": case(
            {"ratings.csv": ratings(ROWS[0], "ada,bo,peer,market_sense_1,1")},
            ("repeated_ratings", 7, "item"),
            ("repeated_ratings", 8, "item"),
        ),
        "ratee rating themselves as peer": case(
            {"ratings.csv": ratings("wei,wei,peer,market_sense_1,5")}, ("self_as_other", 7, "relationship")
        ),
        "somebody else's self-rating": case(
            {"ratings.csv": ratings("wei,mo,self,market_sense_1,5")}, ("self_by_other", 7, "relationship")
        ),
        "two relationships of one pair": case(
            {"ratings.csv": ratings("ada,bo,report,market_sense_2,4", "ada,bo,,market_sense_3,4")},
            ("two_relationships", 7, "relationship"),
            ("unknown_item", 8, "item"),
        ),
        "empty ids": case(
            {"ratings.csv": ratings(",mo,peer,market_sense_1,3", "wei, ,peer,,3")},
            ("empty_cell", 7, "ratee"),
            ("empty_cell", 8, "rater"),
            ("empty_cell", 8, "item"),
        ),
        "cycle in some rows only": case(
            {"ratings.csv": table(f"{HEADER},cycle", *(f"{row},2025" for row in ROWS[:3]), f"{ROWS[3]},")},
            ("empty_cycle", 5, "cycle"),
        ),
        "negative, empty, infinite and worded weights": case(
            {
                "ratings.csv": table(
                    f"{HEADER},weight", f"{ROWS[0]},-1", f"{ROWS[1]},", f"{ROWS[2]},inf", f"{ROWS[3]},much"
                )
            },
            ("not_positive", 2, "weight"),
            ("infinite_value", 4, "weight"),
            ("not_a_number", 5, "weight"),
        ),
        "formula injection": case(
            {
                "ratings.csv": ratings(
                    "=cmd|' /C calc'!A0,mo,peer,@SUM(A1),3", "wei,+1+1,peer,market_sense_1,=4"
                )
            },
            ("unknown_item", 7, "item"),
            ("not_a_number", 8, "rating"),
        ),
        "everything at once": case(
            {"ratings.csv": ratings("wei,wei,peer,nothing,9", "wei,mo,boss,market_sense_1,x")},
            ("self_as_other", 7, "relationship"),
            ("unknown_item", 7, "item"),
            ("rating_off_scale", 7, "rating"),
            ("unknown_relationship", 8, "relationship"),
            ("not_a_number", 8, "rating"),
        ),
    }


def _other_tables() -> dict[str, Case]:
    good = {"ratings.csv": ratings()}
    return {
        "infinite value, no span, no target": case(
            {
                **good,
                "outcomes.csv": table(
                    OUTCOMES,
                    "ada,goal_attainment,inf,1,0",
                    "ada,goal_key_results,0.5,1,1",
                    "wei,goal_attainment,0.5,,0",
                    "wei,goal_key_results,nan,1,0",
                    "bo,goal_attainment,,1,0",
                ),
            },
            ("infinite_value", 2, "value"),
            ("no_span", 3, "target"),
            ("empty_cell", 4, "target"),
            ("nan_value", 5, "value"),
            ("empty_cell", 6, "value"),
        ),
        "unknown outcome and the same row twice": case(
            {**good, "outcomes.csv": table(OUTCOMES, "ada,goals,1,1,0", *["wei,goal_attainment,1,1,0"] * 2)},
            ("unknown_outcome", 2, "item"),
            ("repeated_outcomes", 4, "item"),
        ),
        "unknown question, option not offered, answered twice": case(
            {
                **good,
                "responses.csv": table(
                    f"{RESPONSES},seconds",
                    "ada,exam_architecture_1,e,12",
                    "ada,exam_architecture_9,a,12",
                    "ada,exam_architecture_1,a,-3",
                    "ada,exam_architecture_2,,",
                ),
            },
            ("option_not_offered", 2, "response"),
            ("unknown_exam_item", 3, "item"),
            ("repeated_responses", 4, "item"),
            ("negative_value", 4, "seconds"),
        ),
        "outcomes of which cycle": case(
            {
                "ratings.csv": table(f"{HEADER},cycle", f"{ROWS[0]},2024", f"{ROWS[0]},2025"),
                "outcomes.csv": table(OUTCOMES, "ada,goal_attainment,1,1,0"),
            },
            ("no_cycle", None, "cycle"),
        ),
        "people twice and managers in a loop": case(
            {
                **good,
                "people.csv": table(
                    "person,manager", "ada,wei", "wei,bo", "bo,ada", "lin,lin", "mo,ada", "mo,"
                ),
            },
            ("manager_loop", 2, "manager"),
            ("manager_loop", 3, "manager"),
            ("manager_loop", 4, "manager"),
            ("manager_loop", 5, "manager"),
            ("repeated_people", 7, "person"),
        ),
        "groups twice": case(
            {**good, "groups.csv": table("person,gender", "ada,f", "ada,m")}, ("repeated_groups", 3, "person")
        ),
        "faults in three files": case(
            {
                "ratings.csv": ratings("wei,mo,peer,market_sense_1,7"),
                "responses.csv": table("ratee,item", "ada,exam_architecture_1"),
                "outcomes.csv": b"",
            },
            ("rating_off_scale", 7, "rating"),
            ("missing_column", None, "response"),
            ("empty_file", None, None),
        ),
    }


def _directories() -> dict[str, Case]:
    return {
        "no table": case(
            {"notes.txt": "hello", "people.csv": table("person", "ada")}, ("no_table", None, None)
        ),
        "empty directory": case({}, ("no_table", None, None)),
        "misnamed file": case({"rating.csv": ratings()}, ("misnamed_file", None, None)),
        "misnamed file beside a good one": case(
            {"ratings.csv": ratings(), "outcome.csv": table(OUTCOMES, "ada,goal_attainment,1,1,0")},
            ("misnamed_file", None, None),
        ),
        "two files for one table": case(
            {"ratings.csv": ratings(), "ratings.tsv": ratings().replace(",", "\t")}, ("two_files", None, None)
        ),
    }


def _text_files() -> dict[str, Case]:
    chinese = ratings("王伟,李娜,peer,market_sense_1,4", "王伟,张敏,peer,market_sense_1,7")
    return {
        "two encodings mixed": case(
            {
                "ratings.csv": ratings("王伟,李娜,peer,market_sense_1,4").encode()
                + "王伟,张敏,peer,market_sense_1,5\n".encode("gb18030")
            },
            ("mixed_encodings", 8, None),
        ),
        "neither UTF-8 nor GB18030": case(
            {"ratings.csv": ratings("José,Müller,peer,market_sense_1,4").encode("latin-1")},
            ("unknown_encoding", 7, None),
        ),
        "GB18030 with a rating off the scale": case(
            {"ratings.csv": chinese.encode("gb18030")}, ("rating_off_scale", 8, "rating")
        ),
        "UTF-16 with a rating off the scale": case(
            {"ratings.csv": chinese.encode("utf-16")}, ("rating_off_scale", 8, "rating")
        ),
        "byte order mark, semicolons, a rating off the scale": case(
            {"ratings.csv": b"\xef\xbb\xbf" + chinese.replace(",", ";").replace("\n", "\r\n").encode()},
            ("rating_off_scale", 8, "rating"),
        ),
        "a line of 2 GB": Case(_endless_line, (("long_line", 3, None),)),
        "bytes that are no text": case(
            {"ratings.csv": ratings().encode() + b"\0\0"}, ("binary_file", None, None)
        ),
        "too few and too many cells": case(
            {"ratings.csv": ratings("wei,mo,peer,market_sense_1", "wei,jo,peer,market_sense_1,4,5")},
            ("cell_count", 7, None),
            ("cell_count", 8, None),
        ),
        "too few cells alone": case(
            {"ratings.csv": ratings("wei,mo,peer,market_sense_1")}, ("cell_count", 7, None)
        ),
        "quotation mark never closed": case(
            {"ratings.csv": ratings('wei,"mo,peer,market_sense_1,4', "wei,jo,peer,market_sense_1,4")},
            ("open_quote", 7, None),
        ),
        "blank lines and cells of several lines": case(
            {
                "ratings.csv": "\n"
                + table(
                    f"{HEADER},comment",
                    f'{ROWS[0]},"a secret\nof two lines, and a comma"',
                    "",
                    ",,,,,",
                    f"{ROWS[1]},",
                    "wei,mo,peer,market_sense_1,9,another secret",
                    "",
                )
            },
            ("rating_off_scale", 7, "rating"),
        ),
        "a web page": case(
            {"ratings.csv": "<!DOCTYPE html><html>Sign in</html>"}, ("wrong_kind", None, None)
        ),
        "a PDF": case({"ratings.csv": b"%PDF-1.7\n"}, ("wrong_kind", None, None)),
    }


def _other_files() -> dict[str, Case]:
    record = '{"ratee": "ada", "rater": "lin", "item": "market_sense_1", "rating": %s}'
    quoted = '"good"'
    head = tuple(HEADER.split(","))
    return {
        "zip renamed to xlsx": case({"ratings.xlsx": archive()}, ("wrong_kind", None, None)),
        "text renamed to xlsx": case({"ratings.xlsx": ratings()}, ("wrong_kind", None, None)),
        "workbook cut off": case({"ratings.xlsx": archive()[:60]}, ("damaged_file", None, None)),
        "workbook with a password": case(
            {"ratings.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600}, ("locked_file", None, None)
        ),
        "workbook with empty rows and an error": case(
            {
                "ratings.xlsx": workbook(
                    (),
                    (*head, "ignored anyway"),
                    ("ada", "lin", "peer", "market_sense_1", 4),
                    (),
                    ("ada", "bo", "peer", "market_sense_1", "#DIV/0!"),
                    ("ada", "mo", "peer", "market_sense_1", 4.5),
                    (1001, "mo", "peer", "market_sense_1", 6, "#N/A"),
                    errors=("E5", "F7"),
                )
            },
            ("error_cell", 5, "rating"),
            ("not_whole", 6, "rating"),
            ("rating_off_scale", 7, "rating"),
        ),
        "Parquet damaged": case({"ratings.parquet": b"PAR1 and no more"}, ("damaged_file", None, None)),
        "Parquet with NaN, halves and no rater": Case(
            _parquet, (("nan_value", 2, "rating"), ("not_whole", 3, "rating"), ("empty_cell", 4, "rater"))
        ),
        "JSON cut off": case({"ratings.json": f"[{record % 4},"}, ("bad_json", None, None)),
        "JSON with a string, a half and no record": case(
            {"ratings.json": f"[{record % 4}, {record % 2.5}, 7, {record % quoted}]"},
            ("not_whole", 3, "rating"),
            ("repeated_ratings", 3, "item"),
            ("no_record", 4, None),
            ("not_a_number", 5, "rating"),
            ("repeated_ratings", 5, "item"),
        ),
        "JSON Lines with a broken line": case(
            {"ratings.jsonl": f"{record % 4}\n{{oops}}\n\n{record % 9}\n"},
            ("bad_json_line", 2, None),
            ("rating_off_scale", 4, "rating"),
            ("repeated_ratings", 4, "item"),
        ),
        "JSON of 2 GB": Case(_huge_json, (("too_large", None, None),)),
        "database with text among numbers": Case(
            _database, (("rating_off_scale", 2, "rating"), ("not_a_number", 3, "rating"))
        ),
        "no database": case({"ratings.sqlite": "SQLite"}, ("wrong_kind", None, None)),
    }


def bad_directories() -> dict[str, Case]:
    """Every bad directory by name."""
    return {
        **_columns(),
        **_ratings(),
        **_other_tables(),
        **_directories(),
        **_text_files(),
        **_other_files(),
    }

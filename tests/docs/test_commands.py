"""Every command of a console block in the documentation runs and prints what the page shows."""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook

import leadline as ll

ROOT = Path(__file__).parents[2]
PAGES = sorted(page for at in ("*.md", "examples/*/*.md", "docs/*/*.md") for page in ROOT.glob(at))
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One command of a page, and the lines shown below it."""

    page: str
    command: str
    shown: tuple[str, ...]


def examples(page: Path) -> Iterator[Example]:
    """In the order of the page, which is the order a reader types them in."""
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            yield Example(named(page), command.removeprefix(".venv/bin/"), tuple(shown))


def named(page: Path) -> str:
    """As a reader of the repository sees it."""
    return page.relative_to(ROOT).as_posix()


SHOWING = [page for page in PAGES if any(examples(page))]


def matches(shown: tuple[str, ...], printed: list[str]) -> bool:
    """Whether the lines are those shown; ``...`` stands for any number of them."""
    if not shown:
        return not printed
    first, *rest = shown
    if first == "...":
        return any(matches(tuple(rest), printed[skipped:]) for skipped in range(len(printed) + 1))
    return bool(printed) and printed[0].rstrip() == first.rstrip() and matches(tuple(rest), printed[1:])


FAULTY = """ratee,rater,relationship,item,rating
ada,ben,report,people_growth_1,9
ada,ada,peer,people_growth_1,four
ada,cai,peer,people_grwth_1,3
ada,dai,peer,people_growth_1,3
"""


def ratings() -> pl.DataFrame:
    """Ten people who rate one another on two items."""
    people = ("ada", "ben", "cai", "dai", "eva", "fan", "gil", "hui", "ian", "jia")
    rows = [
        (ratee, rater, "self" if i == j else ("peer", "report")[(i + j) % 2], item, 1 + (i + j * j + n) % 5)
        for (i, ratee), (j, rater) in product(enumerate(people), repeat=2)
        for n, item in enumerate(("people_growth_1", "people_growth_2"))
    ]
    return pl.DataFrame(rows, ["ratee", "rater", "relationship", "item", "rating"], orient="row")


def essays() -> pl.DataFrame:
    """Twelve essays, each marked by two of four judges on two traits in two sessions."""
    rows = [
        (f"essay {e}", f"judge {(e + k) % 4}", trait, f"session {e % 2}", 1 + (e + k * n) % 4)
        for e, k in product(range(12), range(2))
        for n, trait in enumerate(("argument", "style"), 1)
    ]
    return pl.DataFrame(rows, ["essay", "judge", "trait", "session", "mark"], orient="row")


def responses() -> pl.DataFrame:
    """Forty people answer six questions, the later ones less often right."""
    rows = [(f"p{p}", f"q{q}", int((p * 7 + q * 3) % 10 > q)) for p, q in product(range(40), range(6))]
    return pl.DataFrame(rows, ["ratee", "item", "response"], orient="row")


def prepare(page: str, folder: Path) -> None:
    """What the page says its reader has."""
    (folder / "my-folder").mkdir(exist_ok=True)
    mine = folder / "my-folder" / "ratings.csv"
    if page.startswith("README"):
        mine.write_text(FAULTY, encoding="utf-8")
    else:
        ratings().write_csv(mine)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a reader stands: beside the examples, with files of their own."""
    made = tmp_path_factory.mktemp("reader")
    (made / "examples").symlink_to(ROOT / "examples")
    essays().write_csv(made / "essays.csv")
    responses().write_csv(made / "responses.csv")
    book = Workbook()
    for row in (ratings().columns, *ratings().rows()):
        book.worksheets[0].append(row)
    book.save(made / "ratings.xlsx")
    with closing(sqlite3.connect(made / "hr.db")) as database, database:
        database.execute("CREATE TABLE ratings (ratee, rater, relationship, item, rating)")
        database.executemany("INSERT INTO ratings VALUES (?, ?, ?, ?, ?)", ratings().rows())
    ll.load_framework("technical-leadership").save(made / "my-frameworks/engineering/1.0.0")
    return made


Run = Callable[[Example], tuple[int, list[str]]]


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    """Runs a command beside the examples, once for all pages that show it."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("LEADLINE_", "COLUMNS"))}
    done: dict[tuple[str, str], tuple[int, list[str]]] = {}

    def once(example: Example) -> tuple[int, list[str]]:
        belongs_to = example.page if "my-" in example.command else ""
        key = (belongs_to, example.command)
        if key not in done:
            prepare(example.page, folder)
            program, *arguments = shlex.split(example.command)
            assert program == "leadline", f"{example.page} runs another program"
            ended = subprocess.run(
                [sys.executable, "-m", "leadline", *arguments],
                cwd=folder,
                env=environ,
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )
            done[key] = ended.returncode, (ended.stdout or ended.stderr).rstrip("\n").split("\n")
        return done[key]

    return once


@pytest.mark.parametrize("page", SHOWING, ids=named)
def test_the_commands_of_a_page_run_and_print_what_it_shows(page: Path, run: Run) -> None:
    for example in examples(page):
        code, printed = run(example)
        refused = bool(example.shown) and example.shown[0].startswith(("Error", "错误"))
        assert code == (2 if refused else 0), "\n".join((example.command, *printed))
        assert not example.shown or matches(example.shown, printed), "\n".join((example.command, *printed))


def test_the_pages_a_newcomer_reads_are_among_them() -> None:
    assert len(SHOWING) > 10
    assert {"README.md", "README.zh-CN.md", "docs/tutorials/guilford.md"} <= {named(one) for one in SHOWING}

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import openpyxl
import pytest
from tests.unit.evidence.bad_directories import HEADER, ROWS, bad_directories, table

from leadline.errors import EvidenceError
from leadline.evidence import describe, read_evidence
from leadline.frameworks import Framework, load_framework

CASES = bad_directories()


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework("technical-leadership")


def test_there_are_at_least_25_bad_directories() -> None:
    assert len(CASES) >= 25


@pytest.mark.parametrize("name", CASES)
def test_all_faults_of_a_bad_directory_are_told_at_once(
    name: str, tmp_path: Path, framework: Framework
) -> None:
    CASES[name].write(tmp_path)
    with pytest.raises(EvidenceError) as caught:
        read_evidence(tmp_path, framework)
    found = [(fault.code, fault.row, fault.column) for fault in caught.value.faults]
    expected = [(f"evidence.{code}", row, column) for code, row, column in CASES[name].faults]
    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_fault_has_words_in_both_languages_and_quotes_no_comment(
    name: str, language: str, tmp_path: Path, framework: Framework
) -> None:
    CASES[name].write(tmp_path)
    with pytest.raises(EvidenceError) as caught:
        read_evidence(tmp_path, framework)
    told = caught.value.describe(language)  # type: ignore[arg-type]
    assert len(told.splitlines()) == 1 + len(CASES[name].faults)
    assert "secret" not in told
    assert str(tmp_path.parent) not in told
    assert not any(mark in told for mark in ("{", "None", "evidence."))
    assert "secret" not in str(caught.value.to_dict(language))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CASES)
def test_a_bad_directory_can_be_described_or_is_refused_with_the_same_faults(
    name: str, tmp_path: Path
) -> None:
    CASES[name].write(tmp_path)
    try:
        faults = describe(tmp_path).faults
    except EvidenceError as error:
        faults = error.faults
    known_without_framework = {
        (f"evidence.{code}", row, column)
        for code, row, column in CASES[name].faults
        if not code.startswith(("unknown_item", "unknown_exam", "unknown_outcome", "rating_off", "option_"))
    }
    assert known_without_framework <= {(fault.code, fault.row, fault.column) for fault in faults}


def test_the_line_of_2_gb_is_refused_within_a_second_and_without_reading_it(
    tmp_path: Path, framework: Framework
) -> None:
    CASES["a line of 2 GB"].write(tmp_path)
    assert (tmp_path / "ratings.csv").stat().st_size == 2 << 30
    start = time.perf_counter()
    tracemalloc.start()
    try:
        with pytest.raises(EvidenceError):
            read_evidence(tmp_path, framework)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - start < 1
    assert peak < 20 << 20


def test_faults_name_what_is_allowed_and_what_was_meant(tmp_path: Path, framework: Framework) -> None:
    rows = ("wei,mo,pear,market_sence_1,6", ROWS[0], ROWS[0])
    (tmp_path / "ratings.csv").write_text(table(HEADER, *rows), encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        read_evidence(tmp_path, framework)
    told = str(caught.value)
    assert "ratings.csv, row 2, column rating: The rating 6 is off the scale. Allowed: 1 to 5" in told
    assert "'pear' is not a relationship. Allowed: self, manager, peer, report, stakeholder." in told
    assert "no item 'market_sence_1'. Nearest: market_sense_1" in told
    assert "row 4, column item: Ratee, rater, item and cycle are those of row 3." in told


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Ratee,rater,item,rating", "Did you mean 'Ratee'? Then rename it to 'ratee'."),
        ("被评者,rater,item,rating", "Did you mean '被评者'? Then rename it to 'ratee'."),
        ("x,rater,item,rating", "Add it, or rename the column that holds it to 'ratee'."),
    ],
)
def test_a_missing_column_names_the_one_to_rename_or_none(
    tmp_path: Path, framework: Framework, header: str, said: str
) -> None:
    (tmp_path / "ratings.csv").write_text(table(header, "ada,lin,market_sense_1,4"), encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        read_evidence(tmp_path, framework)
    assert str(caught.value).endswith(said)
    assert "--keep-good" not in str(caught.value)


def test_a_header_below_a_title_is_found(tmp_path: Path, framework: Framework) -> None:
    book = openpyxl.Workbook()
    for row in (["Ratings 2026", None, None], ["ratee", "rater", "item"], ["ada", "lin", "market_sense_1"]):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.save(tmp_path / "ratings.xlsx")
    with pytest.raises(EvidenceError) as caught:
        read_evidence(tmp_path, framework)
    assert [fault.code for fault in caught.value.faults] == ["evidence.header_below"]
    assert "The header stands in row 2" in str(caught.value)


def test_a_single_fault_is_told_in_the_singular(tmp_path: Path, framework: Framework) -> None:
    (tmp_path / "ratings.csv").write_text(table(HEADER, ROWS[0], "wei,mo,peer,market_sense_1,6"))
    with pytest.raises(EvidenceError) as caught:
        read_evidence(tmp_path, framework)
    assert (
        "one fault. Nothing was loaded. Fix it and try again, or use --keep-good to leave out the row."
        in str(caught.value)
    )

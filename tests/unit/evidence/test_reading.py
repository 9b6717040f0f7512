from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import polars as pl
import pytest
from tests.unit.evidence.bad_directories import HEADER, ROWS, ratings, table

from leadline.errors import EvidenceError, LeadlineError, SourceError, UsageError
from leadline.evidence import Evidence, model, read_evidence, read_table
from leadline.evidence.sources import files
from leadline.frameworks import load_framework

CHINESE = table(HEADER, "王伟,李娜,peer,market_sense_1,4", "Zoë,李娜,,market_sense_1,")


def write(folder: Path, **contents: str | bytes) -> Path:
    for name, content in contents.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name.replace("_csv", ".csv").replace("_json", ".json")).write_bytes(data)
    return folder


def test_ratings_are_brought_into_their_types_with_defaults(tmp_path: Path) -> None:
    evidence = read_evidence(write(tmp_path, ratings_csv=ratings()), load_framework("technical-leadership"))
    assert evidence.ratings is not None
    assert evidence.ratings.schema == {
        "ratee": pl.String,
        "rater": pl.String,
        "relationship": pl.String,
        "item": pl.String,
        "rating": pl.Int64,
        "cycle": pl.String,
        "time": pl.String,
        "comment": pl.String,
        "weight": pl.Float64,
    }
    assert evidence.ratings.row(4) == ("wei", "bo", "peer", "market_sense_1", None, None, None, None, 1.0)
    assert evidence.ratees == ("ada", "wei")
    assert evidence.places == {"ratings": "ratings.csv"}
    assert evidence.rejected is None


def test_without_a_relationship_everybody_is_a_peer_but_oneself(tmp_path: Path) -> None:
    content = table("ratee,rater,item,rating", "ada,lin,i,4", "ada,ada,i,5")
    found = read_evidence(write(tmp_path, ratings_csv=content)).ratings
    assert found is not None
    assert found.get_column("relationship").to_list() == ["peer", "self"]


def test_ids_are_text_and_trimmed(tmp_path: Path) -> None:
    content = table("ratee,rater,item,rating", " 007,lin ,i,4.0", "007,\u3000bo,i, 3 ")
    found = read_evidence(write(tmp_path, ratings_csv=content)).ratings
    assert found is not None
    assert found.select("ratee", "rater", "rating").rows() == [("007", "lin", 4), ("007", "bo", 3)]


def test_extra_columns_are_kept_as_they_were(tmp_path: Path) -> None:
    content = table("site,ratee,rater,item,rating", "north ,ada,lin,i,4")
    found = read_evidence(write(tmp_path, ratings_csv=content)).ratings
    assert found is not None
    assert found.columns[-1] == "site"
    assert found.get_column("site").to_list() == ["north "]


@pytest.mark.parametrize(
    "content",
    [
        CHINESE.encode(),
        b"\xef\xbb\xbf" + CHINESE.encode(),
        CHINESE.replace("Zoë", "赵敏").encode("gb18030"),
        CHINESE.encode("utf-16"),
        CHINESE.replace(",", "\t").encode(),
        CHINESE.replace(",", ";").replace("\n", "\r\n").encode(),
        CHINESE.replace("\n", "\r").encode(),
        ("sep=;\n" + CHINESE.replace(",", ";")).encode(),
        CHINESE.rstrip("\n").encode(),
    ],
    ids=["UTF-8", "BOM", "GB18030", "UTF-16", "tabs", "semicolons", "old Mac", "sep=", "no last newline"],
)
def test_encodings_and_separators_met_in_practice_are_read(tmp_path: Path, content: bytes) -> None:
    found = read_evidence(write(tmp_path, ratings_csv=content)).ratings
    assert found is not None
    assert found.row(0)[:5] == ("王伟", "李娜", "peer", "market_sense_1", 4)
    assert found.row(1)[0] in ("Zoë", "赵敏")
    assert found.row(1)[4] is None


def test_short_chinese_words_that_look_like_utf8_do_not_make_a_file_mixed(tmp_path: Path) -> None:
    rows = ("模,联通,peer,i,4", "王伟,李娜,peer,i,3", "张敏,李娜,peer,i,3")
    found = read_evidence(write(tmp_path, ratings_csv=table(HEADER, *rows).encode("gb18030"))).ratings
    assert found is not None
    assert found.row(0)[:2] == ("模", "联通")


def test_cells_of_several_lines_and_doubled_quotes_are_read(tmp_path: Path) -> None:
    content = table(f"{HEADER},comment", f'{ROWS[0]},"said ""yes"", then\nleft"', f"{ROWS[1]},")
    found = read_table(write(tmp_path, ratings_csv=content) / "ratings.csv")
    assert found.get_column("comment").to_list() == ['said "yes", then\nleft', None]


def test_a_quotation_mark_within_a_word_is_a_letter(tmp_path: Path) -> None:
    found = read_table(write(tmp_path, ratings_csv='a,b\n5" disk,x\n6,y\n') / "ratings.csv")
    assert found.rows() == [('5" disk', "x"), ("6", "y")]


def test_empty_columns_without_a_name_are_left_out(tmp_path: Path) -> None:
    found = read_table(write(tmp_path, x_csv="a,b,,\n1,2,,\n") / "x.csv")
    assert found.columns == ["a", "b"]


@pytest.mark.parametrize("name", ["ratings.xlsx", "ratings.ods.xlsx"])
def test_a_workbook_is_read_as_its_cells_show(tmp_path: Path, name: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("ratee", "rater", "item", "rating", None),
        (1001, "lin", "i", 4, None),
        ("=1+1", "李", "i", None),
    ):
        sheet.append(row)
    sheet["A3"].data_type = "s"
    book.create_sheet("notes").append(["anything"])
    book.save(tmp_path / name)
    with pytest.raises(SourceError):
        read_table(tmp_path / name)
    assert read_table(tmp_path / name, table="notes").columns == ["anything"]
    found = read_table(tmp_path / name, table="Sheet")
    assert found.rows() == [("1001", "lin", "i", "4"), ("=1+1", "李", "i", None)]


def test_sheets_named_after_the_tables_are_evidence(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    ratings_sheet, people = book.create_sheet("ratings"), book.create_sheet("people")
    for row in (("ratee", "rater", "item", "rating"), ("ada", "lin", "i", 4)):
        ratings_sheet.append(row)
    for row in (("person", "name"), ("ada", "Ada")):
        people.append(row)
    book.save(tmp_path / "cycle.xlsx")
    evidence = read_evidence(tmp_path / "cycle.xlsx")
    assert set(evidence.tables) == {"ratings", "people"}


@pytest.mark.parametrize(
    "document",
    [
        [{"ratee": "ada", "rater": "lin", "item": "i", "rating": 4}],
        {"data": {"items": [{"ratee": "ada", "rater": "lin", "item": "i", "rating": 4}]}},
        {"ratee": ["ada"], "rater": ["lin"], "item": ["i"], "rating": [4]},
        {
            "ratings": [{"ratee": "ada", "rater": "lin", "item": "i", "rating": "4"}],
            "people": [{"person": "ada"}],
        },
    ],
    ids=["list", "under keys", "columns", "tables"],
)
def test_json_of_several_shapes_is_evidence(tmp_path: Path, document: Any) -> None:
    (tmp_path / "export.json").write_text(json.dumps(document), encoding="utf-8-sig")
    found = read_evidence(tmp_path / "export.json").ratings
    assert found is not None
    assert found.row(0)[:5] == ("ada", "lin", "peer", "i", 4)


def test_dataframes_and_plain_columns_are_evidence() -> None:
    columns = {"ratee": ["ada"], "rater": ["lin"], "item": ["i"], "rating": [4]}
    lazy = pl.DataFrame(columns).lazy()
    assert read_evidence(columns) == read_evidence(pl.DataFrame(columns)) == read_evidence({"ratings": lazy})
    with pytest.raises(SourceError) as caught:
        read_table(7)
    assert caught.value.code == "evidence.no_dataframe"


def test_a_single_file_is_taken_for_the_table_whose_columns_it_has(tmp_path: Path) -> None:
    (tmp_path / "goals 2025.csv").write_text(
        "ratee,item,value,target,baseline\nada,g,1,2,0\n", encoding="utf-8"
    )
    assert set(read_evidence(tmp_path / "goals 2025.csv").tables) == {"outcomes"}


def test_keep_good_loads_the_rest_and_lists_every_rejected_row(tmp_path: Path) -> None:
    content = ratings(
        "wei,mo,peer,market_sense_1,x", ROWS[0], "wei,jo,peer,nothing,9", "wei,jo,peer,market_sense_1"
    )
    evidence = read_evidence(
        write(tmp_path, ratings_csv=content), load_framework("technical-leadership"), keep_good=True
    )
    assert evidence.ratings is not None
    assert evidence.ratings.height == 5
    assert evidence.rejected is not None
    assert evidence.rejected.select("table", "row", "column", "code").rows() == [
        ("ratings", 7, "rating", "evidence.not_a_number"),
        ("ratings", 8, "item", "evidence.repeated_ratings"),
        ("ratings", 9, "item", "evidence.unknown_item"),
        ("ratings", 9, "rating", "evidence.rating_off_scale"),
        ("ratings", 10, None, "evidence.cell_count"),
    ]
    assert evidence.rejected.get_column("reason")[0] == "'x' is not a number."
    assert len(evidence.faults) == 5
    told = read_evidence(tmp_path, keep_good=True, language="zh").rejected
    assert told is not None
    assert told.get_column("reason")[0] == "“x”不是数字。"


def test_keep_good_keeps_nothing_of_a_table_without_its_columns(tmp_path: Path) -> None:
    write(tmp_path, ratings_csv=ratings(), outcomes_csv="ratee,item\nada,g\n")
    with pytest.raises(EvidenceError) as caught:
        read_evidence(tmp_path, keep_good=True)
    assert {fault.column for fault in caught.value.faults} == {"value", "target", "baseline"}


def test_keep_good_refuses_a_table_of_which_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError):
        read_evidence(write(tmp_path, ratings_csv=table(HEADER, "ada,lin,peer,i,x")), keep_good=True)


def test_the_last_of_repeated_rows_wins_when_asked(tmp_path: Path) -> None:
    content = ratings("ada,lin,manager,market_sense_1,1", "wei,lin,report,market_sense_1,5")
    evidence = read_evidence(write(tmp_path, ratings_csv=content), last_wins=True)
    assert evidence.ratings is not None
    assert evidence.ratings.filter(pl.col("rater") == "lin").select("relationship", "rating").rows() == [
        ("manager", 1),
        ("report", 5),
    ]


def test_rows_keep_their_numbers_where_others_were_superseded(tmp_path: Path) -> None:
    content = ratings(ROWS[0], "wei,mo,peer,market_sense_1,x")
    with pytest.raises(EvidenceError) as caught:
        read_evidence(write(tmp_path, ratings_csv=content), last_wins=True)
    assert [(fault.code, fault.row) for fault in caught.value.faults] == [("evidence.not_a_number", 8)]


def test_more_faults_of_a_kind_than_can_be_read_are_counted(tmp_path: Path) -> None:
    n = 10_050
    rows = [f"ada,r{number},peer,i,x" for number in range(n)]
    with pytest.raises(EvidenceError) as caught:
        read_evidence(write(tmp_path, ratings_csv=table(HEADER, *rows, "ada,lin,peer,i,4")))
    assert len(caught.value.faults) == 10_001
    assert caught.value.faults[-1].fields["n"] == 50
    kept = read_evidence(tmp_path, keep_good=True)
    assert kept.rejected is not None
    assert kept.rejected.height == n


def test_a_file_without_permission_is_told() -> None:
    """Root may read everything, so a test run by root asks as somebody else."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    path = folder / "ratings.csv"
    path.write_text(ratings(), encoding="utf-8")
    path.chmod(0)
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    try:
        if is_root:
            os.seteuid(65534)
        with pytest.raises(EvidenceError) as caught:
            read_evidence(folder)
    finally:
        if is_root:
            os.seteuid(0)
        path.chmod(0o600)
        path.unlink()
        folder.rmdir()
    assert [fault.code for fault in caught.value.faults] == ["evidence.no_permission"]


def test_a_file_that_is_not_there_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    write(tmp_path, ratings_csv=ratings())
    with pytest.raises(SourceError) as caught:
        read_evidence(tmp_path / "rating.csv")
    assert caught.value.code == "evidence.not_found"
    assert "ratings.csv" in str(caught.value)


def test_a_folder_is_no_table_and_no_folder_no_evidence(tmp_path: Path) -> None:
    codes = []
    for job, path in ((read_table, tmp_path), (read_evidence, tmp_path / "none")):
        with pytest.raises(SourceError) as caught:
            job(path)
        codes.append(caught.value.code)
    assert codes == ["evidence.is_folder", "evidence.not_found"]


def test_letters_written_in_two_ways_are_one_id(tmp_path: Path) -> None:
    content = table("ratee,rater,item,rating", "Zo\u00eb,lin,i,4", "Zoe\u0308,bo,i,4")
    assert read_evidence(write(tmp_path, ratings_csv=content)).ratees == ("Zo\u00eb",)


def test_a_separator_line_is_no_row_and_blank_lines_are(tmp_path: Path) -> None:
    content = "sep=;\n\n\n" + ratings("wei;mo;peer;i;x").replace(",", ";")
    with pytest.raises(EvidenceError) as caught:
        read_evidence(write(tmp_path, ratings_csv=content))
    assert [fault.row for fault in caught.value.faults] == [9]


def test_a_whole_number_beyond_64_bits_is_no_missing_rating() -> None:
    frame = pl.DataFrame(
        {"ratee": ["a"], "rater": ["b"], "item": ["i"], "rating": pl.Series([2**63], dtype=pl.UInt64)}
    )
    with pytest.raises(EvidenceError) as caught:
        read_evidence(frame)
    assert caught.value.faults[0].code == "evidence.not_whole"


def test_rows_with_missing_cells_are_left_out_and_stray_quotes_are_letters(tmp_path: Path) -> None:
    content = ratings('wei,5" mo,peer,market_sense_1,4', "wei,jo,peer,market_sense_1")
    evidence = read_evidence(write(tmp_path, ratings_csv=content), keep_good=True)
    assert evidence.to_frame().get_column("rater").to_list()[-1] == '5" mo'
    assert evidence.rejected is not None
    assert evidence.rejected.get_column("row").to_list() == [8]


@pytest.mark.parametrize("source", ["ftp://host/x.csv", __file__, "mongodb://host/db"])
def test_what_is_no_source_is_told_with_what_is(source: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_table(source)
    assert caught.value.code in ("evidence.unknown_scheme", "evidence.unknown_kind")


@pytest.mark.parametrize(
    ("kind", "package"), [("excel", "fastexcel"), ("http", "urllib3"), ("postgresql", "psycopg")]
)
def test_a_missing_package_is_told_with_the_extra_that_brings_it(
    kind: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_name: str) -> object:
        raise ModuleNotFoundError(name=package)

    monkeypatch.setattr(files, "import_module", refuse)
    with pytest.raises(LeadlineError) as caught:
        files.opener(kind)
    assert caught.value.code == "errors.missing_extra"
    assert "leadline[sources]" in str(caught.value)


def test_cycles_come_in_order_and_can_be_taken_apart(tmp_path: Path) -> None:
    rows = [f"{ROWS[0]},cycle {number}" for number in (10, 2, 1)]
    write(tmp_path, ratings_csv=table(f"{HEADER},cycle", *rows), people_csv=table("person", "ada"))
    evidence = read_evidence(tmp_path)
    assert evidence.cycles == ("cycle 1", "cycle 2", "cycle 10")
    one = evidence.for_cycle("cycle 2")
    assert one.to_frame().height == 1
    assert one.people is not None
    assert evidence.for_cycle(None) is evidence
    with pytest.raises(UsageError) as caught:
        evidence.for_cycle("cycle 3")
    assert caught.value.code == "evidence.no_such_cycle"


def test_evidence_is_saved_and_loaded_whole(tmp_path: Path) -> None:
    write(tmp_path, ratings_csv=ratings(), people_csv=table("person,name", "=1+1,Ada"))
    evidence = read_evidence(tmp_path)
    evidence.save(tmp_path / "saved")
    assert read_evidence(tmp_path / "saved") == Evidence.load(tmp_path / "saved") == evidence
    assert evidence.to_json()["tables"]["people"][0]["person"] == "=1+1"


def test_evidence_hides_nothing_it_has_not(tmp_path: Path) -> None:
    evidence = read_evidence(write(tmp_path, ratings_csv=ratings()))
    assert repr(evidence) == "Evidence(ratings: 5 rows)"
    with pytest.raises(UsageError) as caught:
        evidence.to_frame("outcomes")
    assert caught.value.code == "evidence.no_such_table"


def test_480_000_rows_are_read_and_checked_in_seconds_of_one_core(tmp_path: Path) -> None:
    n_ratees, n_raters, n_items = 2_000, 8, 30
    ratee, rater, item = np.meshgrid(
        np.arange(n_ratees), np.arange(n_raters), np.arange(n_items), indexing="ij"
    )
    frame = pl.DataFrame({"ratee": ratee.ravel(), "rater": rater.ravel(), "item": item.ravel()})
    columns = [pl.format("{}_" + name, name).alias(name) for name in frame.columns]
    frame.select(*columns, rating=pl.col("item") % 5 + 1).write_csv(tmp_path / "ratings.csv")
    start = time.process_time()
    evidence = read_evidence(tmp_path)
    # 0.5 s on an idle machine; the bound leaves room for a busy one, not for a step per row in Python.
    assert time.process_time() - start < 2
    assert evidence.to_frame().height == 480_000


def test_the_hash_of_evidence_is_that_of_its_tables_as_csv_however_few_rows_are_written_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(model, "_HASHED_ROWS", 2)
    raters = [f"r{n}" for n in range(7)]
    table = {"ratee": ["ada"] * 7, "rater": raters, "item": ["clarity"] * 7, "rating": [4] * 7}
    evidence = read_evidence({"ratings": table})
    text = evidence.to_frame("ratings").write_csv()
    assert evidence.hash == hashlib.sha256(f"\nratings\n{text}".encode()).hexdigest()

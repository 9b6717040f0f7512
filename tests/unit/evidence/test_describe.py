from __future__ import annotations

import json
from math import isnan
from pathlib import Path

import polars as pl
import pytest
from tests.unit.evidence.bad_directories import HEADER, ROWS, ratings, table

from leadline.errors import EvidenceError
from leadline.evidence import describe, read_evidence


def write(folder: Path, **contents: str) -> Path:
    for name, content in contents.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder


def test_columns_are_described_in_figures(tmp_path: Path) -> None:
    found = describe(write(tmp_path, ratings=ratings()))
    rating = next(column for column in found.columns if column.column == "rating")
    assert (rating.kind, rating.n, rating.missing, rating.distinct) == ("whole", 4, 1, 4)
    assert (rating.mean, rating.min, rating.max) == (3.5, 2.0, 5.0)
    assert rating.sd == pytest.approx(1.2909944)
    assert rating.categories == (("2", 1), ("3", 1), ("4", 1), ("5", 1))


def test_who_rates_whom_is_counted_by_relationship_and_cycle(tmp_path: Path) -> None:
    content = table(f"{HEADER},cycle", *(f"{row},2024" for row in ROWS), f"{ROWS[0]},2025")
    found = describe(write(tmp_path, ratings=content)).relationships
    assert [(one.cycle, one.relationship, one.n_ratees, one.n_raters, one.n_ratings) for one in found] == [
        ("2024", "manager", 2, 1, 2),
        ("2024", "peer", 2, 1, 1),
        ("2024", "self", 1, 1, 1),
        ("2025", "manager", 1, 1, 1),
    ]
    assert found[1].n_missing == 1
    assert found[0].mean == 3.0


def test_ratings_that_share_nobody_are_two_subsets(tmp_path: Path) -> None:
    apart = (
        "chen,zoe,peer,market_sense_1,3",
        "chen,chen,self,market_sense_1,3",
        "ada,zoe,peer,market_sense_1,",
    )
    found = describe(write(tmp_path, ratings=ratings(*apart)))
    assert [(one.n_ratees, one.n_raters, one.n_ratings) for one in found.subsets] == [(2, 2, 3), (1, 1, 1)]
    assert found.n_subsets == 2


def test_a_table_that_is_no_evidence_is_described_too(tmp_path: Path) -> None:
    (tmp_path / "weather.csv").write_text(
        "day,degrees,note\nmon,1.5,\ntue,,dry\nwed,2.5,dry\n", encoding="utf-8"
    )
    found = describe(tmp_path / "weather.csv")
    assert dict(found.n_rows) == {"weather": 3}
    day, degrees, note = found.columns
    assert (day.kind, degrees.kind, note.kind) == ("text", "number", "text")
    assert degrees.mean == 2.0
    assert note.categories == (("dry", 2),)
    assert found.faults == ()
    assert found.relationships == ()


def test_a_table_with_the_columns_of_ratings_is_described_as_ratings() -> None:
    frame = pl.DataFrame({"ratee": ["ada"], "rater": ["lin"], "item": ["i"], "rating": [4]})
    assert describe(frame).n_subsets == 1


def test_faults_are_told_beside_the_figures(tmp_path: Path) -> None:
    found = describe(write(tmp_path, ratings=ratings("wei,mo,peer,market_sense_1,x"), outcomes=""))
    assert [(fault.code, fault.row) for fault in found.faults] == [
        ("evidence.empty_file", None),
        ("evidence.not_a_number", 7),
    ]
    assert found.n_rows["ratings"] == 6


def test_comments_ids_and_protected_groups_are_never_listed(tmp_path: Path) -> None:
    content = table(f"{HEADER},comment", *(f"{row},a secret" for row in ROWS))
    folder = write(tmp_path, ratings=content, groups=table("person,gender", "ada,a secret", "wei,a secret"))
    found = describe(folder)
    assert "secret" not in json.dumps(found.to_json())
    assert "lin" not in json.dumps([column["categories"] for column in found.to_json()["columns"]])


def test_the_extremes_of_a_protected_attribute_are_not_told(tmp_path: Path) -> None:
    found = describe(write(tmp_path, ratings=ratings(), groups=table("person,age", "ada,61", "wei,29")))
    age = next(column for column in found.columns if column.column == "age")
    assert (age.n, age.distinct) == (2, 2)
    assert isnan(age.max)


def test_empty_rows_count_as_no_rows(tmp_path: Path) -> None:
    found = describe(write(tmp_path, ratings=ratings(",,,,", "")))
    assert found.n_rows["ratings"] == 5
    assert next(column for column in found.columns if column.column == "ratee").missing == 0


def test_evidence_already_read_is_described(tmp_path: Path) -> None:
    evidence = read_evidence(write(tmp_path, ratings=ratings()))
    assert describe(evidence).relationships == describe(tmp_path).relationships


def test_a_description_is_a_table_and_json(tmp_path: Path) -> None:
    found = describe(write(tmp_path, ratings=ratings()))
    frame = found.to_frame()
    assert frame.columns[:6] == ["table", "column", "kind", "n", "missing", "distinct"]
    assert frame.filter(pl.col("column") == "rating").get_column("categories")[0] == "2: 1, 3: 1, 4: 1, 5: 1"
    assert found.relationships_frame().height == 3
    document = found.to_json()
    assert document["columns"][0]["mean"] is None
    assert isnan(found.columns[0].mean)
    json.dumps(document, allow_nan=False)


def test_an_empty_directory_cannot_be_described(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError):
        describe(tmp_path)

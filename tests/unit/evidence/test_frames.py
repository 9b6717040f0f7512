from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from leadline.evidence import codes, frame, rows, to_json, write_csv


def test_nan_in_an_array_is_missing_in_a_table() -> None:
    assert frame({"x": np.array([1.5, np.nan]), "n": [1, 2]}).get_column("x").to_list() == [1.5, None]


def test_codes_follow_the_order_of_the_labels_and_mark_what_is_missing() -> None:
    found, labels = codes(pl.DataFrame({"who": ["王", "ada", None, "王"]}), "who")
    assert labels == ("ada", "王")
    assert found.dtype == np.int32
    assert found.tolist() == [1, 0, -1, 1]


def test_codes_of_numbers_are_those_of_their_text() -> None:
    assert codes(frame({"task": [10, 9, 10]}), "task")[1] == ("10", "9")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_text_that_a_spreadsheet_would_run_is_written_as_text(tmp_path: Path, start: str) -> None:
    write_csv(frame({"who": [f"{start}HYPERLINK(A1)", "ada"], f"{start}x": ["a", "b"]}), tmp_path / "t.csv")
    found = pl.read_csv(tmp_path / "t.csv")
    assert found.row(0)[0].startswith("'")
    assert found.row(1) == ("ada", "b")
    assert found.columns[1].startswith("'")


def test_negative_numbers_stay_numbers(tmp_path: Path) -> None:
    write_csv(frame({"x": [-0.5, -1e-9]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == b"x\n-0.5\n0.0\n"


def test_numbers_have_six_decimals_at_most_so_that_bytes_repeat(tmp_path: Path) -> None:
    write_csv(frame({"x": [0.1 + 0.2, 2 / 3], "n": [1, 2]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == "x,n\n0.3,1\n0.666667,2\n"


def test_rows_and_json_hold_plain_values() -> None:
    table = frame({"who": ["李"], "x": [np.nan]})
    assert list(rows(table)) == [{"who": "李", "x": None}]
    assert to_json(table) == [{"who": "李", "x": None}]

"""Files read block by block give what the whole file gives."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from leadline.evidence import Frame, read_blocks, read_table

RATINGS = pl.DataFrame(
    {
        "ratee": ["ada", "lin", "李娜", "ada"],
        "rater": ["r1", "r1", "r2", "r2"],
        "item": ["a", "a", "a", "b"],
        "rating": ["4", "3", None, "5"],
    }
)


def together(path: Path, columns: list[str]) -> Frame:
    return pl.concat(list(read_blocks(path).read(columns)))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_blocks_of_a_file_together_are_the_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"ratings.{kind}"
    getattr(RATINGS, f"write_{kind}")(path)
    assert read_blocks(path).columns == tuple(RATINGS.columns)
    assert together(path, ["rating", "ratee"]).equals(read_table(path).select("rating", "ratee"))


@pytest.mark.parametrize(
    "text",
    [
        'ratee,item,rating\nada,"a, or b",4\nlin,a,3\n',
        "ratee,item,rating\nada,a\nlin,a,3,9\n",
        "ratee,item,item\nada,a,4\n",
        "ratee;item;rating\nada;a;4\n",
        "ratee,item,rating\n\nada,a,4\n",
    ],
)
def test_text_that_needs_a_second_look_is_read_as_it_always_was(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(text)
    try:
        whole = read_table(path)
    except Exception as refused:  # noqa: BLE001  whatever it is, both must say it
        with pytest.raises(type(refused), match=str(refused).splitlines()[0][:30]):
            read_blocks(path)
        return
    assert together(path, list(whole.columns)).equals(whole)


def test_chinese_text_in_gb18030_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_bytes(RATINGS.write_csv().encode("gb18030"))
    assert together(path, ["ratee"])["ratee"].to_list() == RATINGS["ratee"].to_list()

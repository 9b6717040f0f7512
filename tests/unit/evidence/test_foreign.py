"""Files that are not UTF-8: read right or refused, never as another language."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.errors import EvidenceError
from leadline.evidence import read_records
from leadline.evidence.sources.foreign import encoding_of

NAMES = {
    "euc-kr": ["김철수", "이영희", "박지훈", "최민수", "정수연", "강동원", "윤서준", "한지민", "서울 개발팀"],
    "cp932": [
        "田中太郎",
        "佐藤花子",
        "鈴木一郎",
        "高橋健",
        "営業部",
        "山本ひろし",
        "中村さくら",
        "小林カズオ",
    ],
    "big5": ["王小明", "陳美玲", "林志豪", "張雅婷", "業務部", "黃俊傑", "李宗翰", "吳淑芬"],
    "gb18030": ["王伟", "李芳", "张敏", "刘洋", "陈静", "数据平台", "杨磊", "赵秀英", "黄强", "市场部"],
}
"""Common names and teams."""


def table(names: list[str]) -> list[list[str]]:
    return [
        ["id", "name", "email"],
        *([str(n), name, f"n{n}@example.org"] for n, name in enumerate(names, start=1)),
    ]


@pytest.mark.parametrize("encoding", NAMES)
def test_a_list_of_names_in_an_east_asian_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    rows = table(NAMES[encoding] * 3)
    path = tmp_path / "people.csv"
    path.write_bytes("\n".join(map(",".join, rows)).encode(encoding))
    assert read_records(path, "people.csv") == rows


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["euc-kr", "cp932", "big5"]), st.data())
def test_however_short_it_is_never_read_as_another_language(encoding: str, data: st.DataObject) -> None:
    text = "\n".join(data.draw(st.lists(st.sampled_from(NAMES[encoding]), min_size=2, max_size=6)))
    found = encoding_of([text.encode(encoding)])
    assert found is None or text.encode(encoding).decode(found) == text


@pytest.mark.parametrize("encoding", ["latin-1", "cp1250", "cp1251"])
def test_encodings_of_one_byte_a_letter_are_refused_line_by_line(tmp_path: Path, encoding: str) -> None:
    names = {"latin-1": "José Müller", "cp1250": "Łukasz Dvořák", "cp1251": "Иван Петров"}
    path = tmp_path / "people.csv"
    path.write_bytes(f"id,name\n1,Ann\n2,{names[encoding]}\n3,Bob\n4,{names[encoding]}\n".encode(encoding))
    with pytest.raises(EvidenceError) as refused:
        read_records(path, "people.csv")
    assert [(fault.code, fault.row) for fault in refused.value.faults] == [
        ("evidence.unknown_encoding", 3),
        ("evidence.unknown_encoding", 5),
    ]


def test_lines_of_two_encodings_are_named(tmp_path: Path) -> None:
    lines = [*(name.encode("euc-kr") for name in NAMES["euc-kr"]), "한국어".encode()]
    path = tmp_path / "people.csv"
    path.write_bytes(b"name,id\n" + b"".join(line + b",1\n" for line in lines))
    with pytest.raises(EvidenceError) as refused:
        read_records(path, "people.csv")
    assert [(fault.code, fault.row) for fault in refused.value.faults] == [("evidence.mixed_encodings", 11)]

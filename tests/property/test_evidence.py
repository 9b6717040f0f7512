from __future__ import annotations

import csv
import io
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.errors import EvidenceError, Fault, LeadlineError
from leadline.evidence import Evidence, check_ratings, describe, read_evidence
from leadline.evidence.connect import components
from leadline.evidence.findings import shown

QUICK = settings(deadline=None, max_examples=50)
NAMES = ["ratee", "rater", "relationship", "item", "rating", "cycle"]
# As they are read: one letter may be written in two ways, and both are the same id.
IDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=6).map(
    lambda text: normalize("NFC", text).strip()
)
WORDS = IDS.filter(bool)
Row = tuple[str, ...]


@st.composite
def good_rows(draw: st.DrawFn) -> list[Row]:
    """Rows without a fault: everybody rates everybody under one relationship a pair."""
    people = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
    raters = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
    items = draw(st.lists(WORDS, min_size=1, max_size=2, unique=True))
    cycles = draw(st.lists(WORDS, min_size=1, max_size=2, unique=True))
    others = st.sampled_from(["manager", "peer", "report", "stakeholder"])
    rows = []
    for cycle in cycles:
        for ratee in people:
            for rater in raters:
                relationship = "self" if rater == ratee else draw(others)
                rows += [
                    (ratee, rater, relationship, item, draw(st.sampled_from(["", "1", "3", "5"])), cycle)
                    for item in items
                ]
    return rows


BAD_CELLS = st.sampled_from(["", "x", "3.5", "inf", "nan", "peer", "self", "boss", "1", "ada", "2025", " 4 "])


@st.composite
def any_rows(draw: st.DrawFn) -> list[Row]:
    """Rows with faults among them."""
    rows = draw(good_rows())
    for _ in range(draw(st.integers(0, 4))):
        row = list(draw(st.sampled_from(rows)))
        row[draw(st.integers(0, len(NAMES) - 1))] = draw(BAD_CELLS)
        rows.insert(draw(st.integers(0, len(rows))), tuple(row))
    return rows


def as_csv(rows: list[Row]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([NAMES, *rows])
    return text.getvalue().encode()


@contextmanager
def folder(**contents: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        for file, content in contents.items():
            (Path(name) / file.replace("_", ".")).write_bytes(content)
        yield Path(name)


def read(rows: list[Row], **options: bool) -> Evidence:
    with folder(ratings_csv=as_csv(rows)) as path:
        return read_evidence(path, **options)


def faults_of(job: Callable[[], object]) -> tuple[Fault, ...]:
    try:
        job()
    except EvidenceError as error:
        return error.faults
    return ()


def refusal(job: Callable[[], object]) -> str:
    """What is said of a refusal in both languages; any other end is a failure of the test."""
    try:
        job()
    except LeadlineError as error:
        return error.describe("en") + error.describe("zh")
    return ""


def content(frame: pl.DataFrame) -> Counter[tuple[Any, ...]]:
    return Counter(frame.rows())


@QUICK
@given(good_rows())
def test_good_rows_are_read_as_they_were_written(rows: list[Row]) -> None:
    found = read(rows).to_frame().select(NAMES)
    expected = [(*row[:4], int(row[4]) if row[4] else None, row[5]) for row in rows]
    assert found.rows() == expected


@QUICK
@given(good_rows())
def test_evidence_saved_and_read_again_is_equal(rows: list[Row]) -> None:
    evidence = read(rows)
    with tempfile.TemporaryDirectory() as path:
        evidence.save(path)
        assert read_evidence(path) == evidence == Evidence.load(path)


@QUICK
@given(good_rows())
def test_every_kind_of_file_gives_equal_evidence(rows: list[Row]) -> None:
    records = [dict(zip(NAMES, row, strict=True)) for row in rows]
    lines = "\n".join(json.dumps(record) for record in records)
    parquet = io.BytesIO()
    pl.DataFrame(records, schema=NAMES).write_parquet(parquet)
    evidence = read(rows)
    for file, data in (
        ("ratings_json", json.dumps(records, ensure_ascii=False).encode()),
        ("ratings_jsonl", lines.encode()),
        ("ratings_parquet", parquet.getvalue()),
        ("ratings_csv", as_csv(rows).decode().encode("utf-16")),
        ("ratings_csv", b"\xef\xbb\xbf" + as_csv(rows)),
    ):
        with folder(**{file: data}) as path:
            assert read_evidence(path) == evidence, file


@QUICK
@given(
    st.lists(
        st.tuples(*[st.text("李娜王伟张敏一二三ab", min_size=1, max_size=4)] * 2), min_size=1, max_size=6
    )
)
def test_gb18030_is_read_as_utf8_is(pairs: list[tuple[str, str]]) -> None:
    # Enough common words that no chance reading as UTF-8 is left.
    rows = [(ratee, rater, "", "题项", "3", "周期") for ratee, rater in dict.fromkeys(pairs)]
    with folder(ratings_csv=as_csv(rows).decode().encode("gb18030")) as path:
        assert read_evidence(path) == read(rows)


@QUICK
@given(any_rows(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_neither_faults_nor_content(rows: list[Row], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    frames = [pl.DataFrame(some, schema=NAMES, orient="row") for some in (rows, shuffled)]
    (clean, faults), (shuffled_clean, shuffled_faults) = map(check_ratings, frames)
    # Which of contradicting rows came first depends on the order; how many contradict does not.
    by_order = ("evidence.repeated_ratings", "evidence.two_relationships")
    told = [
        Counter((one.code, one.column, one.value) for one in some if one.code not in by_order)
        for some in (faults, shuffled_faults)
    ]
    assert told[0] == told[1]
    if not any(one.code in by_order for one in (*faults, *shuffled_faults)):
        assert content(clean) == content(shuffled_clean)
    repeats = [sum(one.code == by_order[0] for one in some) for some in (faults, shuffled_faults)]
    assert repeats[0] == repeats[1]


@QUICK
@given(any_rows())
def test_rows_are_kept_or_rejected_and_what_is_kept_is_good(rows: list[Row]) -> None:
    if faults_of(lambda: read(rows, keep_good=True)):
        return
    evidence = read(rows, keep_good=True)
    rejected = set() if evidence.rejected is None else set(evidence.rejected.get_column("row"))
    kept = evidence.to_frame()
    assert kept.height + len(rejected) == len(rows)
    again, faults = check_ratings(kept)
    assert {one.code for one in faults} <= {"evidence.empty_cycle"}
    assert faults or again.equals(kept)


@QUICK
@given(any_rows())
def test_a_fault_names_the_row_and_column_where_its_value_stands(rows: list[Row]) -> None:
    for fault in faults_of(lambda: read(rows)):
        if fault.row is not None and fault.column is not None and fault.value is not None:
            cell = rows[fault.row - 2][NAMES.index(fault.column)].strip()
            assert fault.value.strip() == shown(cell or "peer")


@QUICK
@given(good_rows())
def test_cycles_taken_apart_hold_every_row_once(rows: list[Row]) -> None:
    evidence = read(rows)
    parts = [evidence.for_cycle(cycle).to_frame() for cycle in evidence.cycles]
    assert content(pl.concat(parts)) == content(evidence.to_frame())


@QUICK
@given(good_rows(), st.integers(1, 3))
def test_with_last_wins_a_file_read_twice_over_is_the_file(rows: list[Row], times: int) -> None:
    assert content(read(rows * times, last_wins=True).to_frame()) == content(read(rows).to_frame())


@settings(QUICK, max_examples=200)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text('a,;\t"\n\r|é王 1', max_size=60).map(str.encode),
        st.text('a,"\n王1', max_size=40).map(lambda text: f"ratee,rater,item,rating\n{text}".encode()),
        st.text('a,"\n王1', max_size=40).map(
            lambda text: f"ratee,rater,item,rating\n{text}".encode("gb18030")
        ),
    ),
    st.sampled_from(["csv", "json", "jsonl", "xlsx", "parquet", "db"]),
)
def test_whatever_a_file_holds_it_is_read_or_refused_with_words(data: bytes, suffix: str) -> None:
    with folder(**{f"ratings_{suffix}": data}) as path:
        for job in (read_evidence, describe):
            refusal(lambda job=job, path=path: job(path))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*NAMES, "data"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(QUICK, max_examples=200)
@given(JSON)
def test_whatever_json_holds_it_is_read_or_refused_with_words(document: Any) -> None:
    with folder(ratings_json=json.dumps(document).encode()) as path:
        for job in (read_evidence, describe):
            refusal(lambda job=job, path=path: job(path))


@QUICK
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=15))
def test_components_are_those_of_a_walk_through_the_graph(edges: list[tuple[int, int]]) -> None:
    neighbours: dict[int, set[int]] = {node: {node} for node in range(12)}
    for one, other in edges:
        joined = neighbours[one] | neighbours[other]
        for node in joined:
            neighbours[node] = joined
    ends = np.array(edges, dtype=np.int64).reshape(-1, 2)
    assert components(ends[:, 0], ends[:, 1], 12).tolist() == [min(neighbours[node]) for node in range(12)]

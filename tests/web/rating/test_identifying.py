"""What a comment may give away about its writer, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.web.rating.identifying import RULES, warnings

REVEALING = [
    ("Write to me at petra@acme.example.", "contact", "petra@acme.example"),
    ("Call +49 170 1234567 for details", "contact", "+49 170 1234567"),
    ("As the only woman in the group I notice it.", "only", "As the only woman"),
    ("I'm the newest member, so I see it differently.", "only", "I'm the newest member"),
    ("As his own manager I can say", "place", "As his own manager"),
    ("In my role this matters.", "place", "In my role"),
    ("Ever since I joined it got better.", "place", "since I joined"),
    ("She told me that the plan was dead.", "talk", "told me"),
    ("In our one-on-ones he listens.", "talk", "our one-on-ones"),
    ("It was said on Monday, by mistake.", "occasion", "on Monday"),
    ("The outage on 12 March was handled well.", "occasion", "12 March"),
    ("我是组里唯一的测试，看得很清楚。", "only", "我是组里唯一的测试"),
    ("作为你的下属，我觉得", "place", "作为你的下属"),
    ("我们团队经常加班", "place", "我们团队"),
    ("他私下跟我说过这件事", "talk", "私下跟我说"),
    ("一对一的时候很耐心", "talk", "一对一"),
    ("3月12日的故障处理得很好", "occasion", "3月12日"),
    ("上周三的会上没有表态", "occasion", "上周三"),
    ("加微信 wxid_2024a 联系", "contact", "微信 wxid_2024a"),
]
HARMLESS = [
    "Explains decisions and lets others carry them on.",
    "Could delegate more; the team waits for approvals.",
    "May sometimes be hard to reach.",
    "Only asks when it matters.",
    "能把目标讲清楚，也愿意听取不同意见。",
    "希望多授权，少插手细节。",
    "遇到分歧时能对事不对人。",
    "",
]


@pytest.mark.parametrize(("comment", "kind", "passage"), REVEALING, ids=[row[0] for row in REVEALING])
def test_a_revealing_passage_is_found_and_quoted(comment: str, kind: str, passage: str) -> None:
    assert (kind, passage) in [(found.kind, found.text) for found in warnings(comment)]


@pytest.mark.parametrize("comment", HARMLESS)
def test_a_harmless_comment_gets_no_warning(comment: str) -> None:
    assert warnings(comment, ["Petra Pahl", "petra@acme.example"]) == ()


@pytest.mark.parametrize(
    ("name", "comment", "found"),
    [
        ("Petra Pahl", "Best regards, Petra", "Petra"),
        ("Petra Pahl", "best regards, petra pahl", "petra pahl"),
        ("Will Wong", "He will see it through.", None),
        ("李小明", "小明敬上", "小明"),
        ("Bo Berg", "The robot arm works", None),
        ("Ann Lee", "announced too late", None),
    ],
)
def test_the_writers_own_name_is_noticed_as_a_word(name: str, comment: str, found: str | None) -> None:
    got = [passage.text for passage in warnings(comment, [name]) if passage.kind == "name"]
    assert got == ([found] if found else [])


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_every_passage_is_in_the_comment_and_no_kind_comes_twice(comment: str, names: list[str]) -> None:
    found = warnings(comment, names)
    assert all(passage.text in comment for passage in found)
    assert len({passage.kind for passage in found}) == len(found)
    assert {passage.kind for passage in found} <= {"name", *RULES}

"""Hints before submitting: only where they say something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.web.rating.hints import hints

VARIED = {f"item_{n}": 1 + n % 5 for n in range(20)}


def test_careful_answers_get_no_hint() -> None:
    assert hints(VARIED, total=20, seconds=240) == ()


@pytest.mark.parametrize(
    ("answers", "total", "seconds", "expected"),
    [
        (dict.fromkeys(VARIED, 3), 20, 240, ("same",)),
        ({"a": 3, "b": 3, "c": 3}, 3, 60, ()),
        (VARIED, 20, 39, ("fast",)),
        (VARIED, 20, 40, ()),
        (VARIED, 20, 0, ()),
        (VARIED, 31, 240, ("unanswered",)),
        (VARIED, 30, 240, ()),
        ({**VARIED, **dict.fromkeys(list(VARIED)[:11])}, 20, 240, ("unseen",)),
        ({}, 20, 0, ("unanswered",)),
    ],
)
def test_each_hint_has_its_reason(
    answers: dict[str, int | None], total: int, seconds: float, expected: tuple[str, ...]
) -> None:
    assert hints(answers, total, seconds) == expected


@given(
    st.dictionaries(st.integers(0, 40).map(str), st.none() | st.integers(1, 5)),
    st.integers(0, 100),
    st.floats(0, 1e6),
)
def test_two_levels_are_never_called_the_same(
    answers: dict[str, int | None], total: int, seconds: float
) -> None:
    levels = {rating for rating in answers.values() if rating is not None}
    assert ("same" in hints(answers, total, seconds)) <= (len(levels) == 1)

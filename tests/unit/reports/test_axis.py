from math import isnan, nan

from hypothesis import given
from hypothesis import strategies as st

from leadline.reports.axis import Axis

SCORES = st.floats(0, 100)


@given(st.lists(SCORES | st.just(nan), max_size=20))
def test_every_score_lies_on_the_axis_and_the_ends_are_round(scores: list[float]) -> None:
    axis = Axis.over(scores)
    assert 0 <= axis.low < axis.high <= 100
    assert axis.low % 10 == 0
    for score in scores:
        assert isnan(score) or axis.low <= score <= axis.high


@given(st.lists(SCORES, max_size=20))
def test_an_axis_has_between_two_and_six_ticks(scores: list[float]) -> None:
    assert 2 <= len(Axis.over(scores).ticks) <= 6


def test_small_differences_are_not_stretched_over_the_whole_axis() -> None:
    axis = Axis.over([64.0, 65.0])
    assert axis.high - axis.low >= 30


def test_a_score_beyond_the_axis_stays_at_its_end() -> None:
    axis = Axis(40, 80, (40, 60, 80))
    assert (axis.at(20), axis.at(90), axis.at(60)) == (0, 100, 50)
    assert isnan(axis.at(nan))


def test_the_product_gets_a_longer_axis() -> None:
    axis = Axis.over([459_000.0, 120_000.0], top=1e6)
    assert axis.low <= 120_000
    assert 459_000 <= axis.high <= 1e6
    assert len(axis.ticks) <= 6

from math import inf, nan

import pytest
from markupsafe import Markup

from leadline.reports.wording import Voice, certainty

EN, ZH = Voice("en"), Voice("zh")


def test_a_number_has_fixed_digits_and_a_true_minus_sign() -> None:
    assert [EN.number(x) for x in (71.46, -0.84, 0, 1234.5)] == ["71.5", "−0.8", "0.0", "1,234.5"]


def test_a_number_that_rounds_to_zero_has_no_sign() -> None:
    assert (EN.number(-0.04), EN.signed(-0.04), EN.signed(0.04)) == ("0.0", "0.0", "0.0")


def test_a_missing_number_is_a_dash_and_never_nan() -> None:
    for text in (EN.number(nan), EN.signed(nan), EN.percent(nan), EN.span(nan, 3.0), EN.number(inf)):
        assert text == "—"


@pytest.mark.parametrize(
    ("probability", "text"), [(0, "<1%"), (0.004, "<1%"), (0.5, "50%"), (0.99, "99%"), (1, ">99%")]
)
def test_a_probability_counted_in_draws_is_never_quite_zero_or_one(probability: float, text: str) -> None:
    assert EN.percent(probability) == text


def test_inside_a_sentence_an_extreme_probability_is_said_in_words() -> None:
    assert (EN.chance(0.999), EN.chance(0.001), EN.chance(0.4)) == ("over 99%", "under 1%", "40%")
    assert (ZH.chance(0.999), ZH.chance(0.001)) == ("99% 以上", "不到 1%")


def test_an_enumeration_reads_like_a_sentence_in_both_languages() -> None:
    assert [EN.listing(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]
    assert ZH.listing(["甲", "乙", "丙"]) == "甲、乙和丙"


def test_fields_of_a_sentence_are_escaped_and_emphasis_is_kept() -> None:
    said = EN.html("summary.lead.rival", name=EN.strong("<b>"), p="<1%")
    assert said == Markup("<strong>&lt;b&gt;</strong> (&lt;1%)")


def test_the_word_for_a_probability_grows_with_it() -> None:
    words = [certainty(p) for p in (0.3, 0.65, 0.8, 0.92, 0.99)]
    assert words == ["open", "leaning", "likely", "very_likely", "almost_certain"]

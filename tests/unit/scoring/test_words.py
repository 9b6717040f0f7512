from __future__ import annotations

import re

import pytest

from leadline.errors import LeadlineError
from leadline.scoring import compare, composite, read_figures, score, team_efficiency

FAULTY = {"ratee": ["ada", "ada"], "te": [101, "x"], "te_se": [-1, 2], "leadership_abilit": [1, 2]}
PAIR = {"ratee": ["ada", "lin"], "te": [80, 70]}
CALLS = {
    "faulty_figures": lambda: read_figures(FAULTY),
    "one_fault": lambda: read_figures({"te": 101}),
    "error_missing": lambda: read_figures({"te": 80, "te_se": 1, "la": 70}),
    "no_factors": lambda: read_figures({"ratee": ["ada"]}),
    "uneven_columns": lambda: read_figures({"te": [1, 2], "la": [1]}),
    "weights_do_not_sum": lambda: composite([1, 2], [0.5, 0.6]),
    "weight_missing": lambda: score(PAIR, weights={"te": 1}),
    "misspelt_factor": lambda: score(PAIR, weights={"technical_expertis": 1}),
    "rho_without_ces": lambda: score(PAIR, rho=1),
    "source_has_no_weights": lambda: score(PAIR, formula="product", weights=[0.25] * 4),
    "misspelt_ratee": lambda: compare(score(PAIR), ["ada", "linn"]),
    "too_few_to_compare": lambda: compare(score(PAIR), ["ada"]),
    "not_a_share": lambda: team_efficiency(2, 0.5, 0.5),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_refusal_is_told_in_both_languages(name: str) -> None:
    with pytest.raises(LeadlineError) as caught:
        CALLS[name]()
    english, chinese = caught.value.describe("en"), caught.value.describe("zh")
    assert not re.search(r"[一-鿿，。]", english)
    assert re.search(r"[一-鿿]", chinese)
    assert "{" not in english + chinese


def test_the_number_of_faults_is_told() -> None:
    with pytest.raises(LeadlineError, match=r"has one fault\."):
        CALLS["one_fault"]()
    with pytest.raises(LeadlineError, match=r"has 5 faults\."):
        CALLS["faulty_figures"]()

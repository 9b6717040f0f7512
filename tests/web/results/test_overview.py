"""Means of everybody and by team: none of too few, whatever the team is called, and no difference that is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web.results.test_disclosure import attack

from leadline.scoring.disclosure import COLLEAGUES
from leadline.web.results.disclosure import Rules, answered
from leadline.web.results.overview import EVERYBODY, TEAM, fits_overview, overview

RULES = Rules({}, 4, 1, items={"overall": ("overall",)}, competencies={})
TEAMS = ("Payments", "manager", "self", "colleagues", "everybody", "")
People = list[tuple[str, str, dict[str, object]]]


def people(teams: list[str], scores: list[float]) -> People:
    return [
        (f"p{n}", team, {"overall": {"score": score}, "factors": {}, "competencies": {}})
        for n, (team, score) in enumerate(zip(teams, scores, strict=False))
    ]


@settings(deadline=None)
@given(st.lists(st.sampled_from(TEAMS), max_size=14), st.lists(st.floats(0, 100), min_size=14, max_size=14))
def test_no_team_of_too_few_comes_out_of_the_means(teams: list[str], scores: list[float]) -> None:
    found, shown = overview(people(teams, scores), RULES, 0.9)
    for one in found.get("overall", {}).values():
        assert one["n"] >= RULES.everybody
    given_cells = answered(shown.raters, RULES)
    rows = [figure.cells(given_cells) for figure in shown.figures]
    assert attack(rows, dict.fromkeys((f"p{n}" for n in range(14)), RULES.everybody)) == set()


def test_teams_called_like_groups_of_raters_are_teams_like_others() -> None:
    found, _ = overview(people(["manager"] * 2 + ["Payments"] * 5 + ["self"] * 2, [50.0] * 9), RULES, 0.9)
    assert set(found["overall"]) == {EVERYBODY, f"{TEAM}Payments", COLLEAGUES}


def test_a_mean_that_changed_by_one_person_is_not_shown_beside_the_one_before() -> None:
    _, before = overview(people(["a"] * 6, [50.0] * 6), RULES, 0.9)
    _, after = overview(people(["a"] * 6, [50.0] * 5 + [60.0]), RULES, 0.9)
    assert not fits_overview(after, [before], RULES)
    assert fits_overview(before, [before], RULES)

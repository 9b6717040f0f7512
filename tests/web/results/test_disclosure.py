"""The disclosure engine's laws, on random cycles, by brute force over everything that can be worked out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.scoring.disclosure import COLLEAGUES, comment_groups
from leadline.web.results.disclosure import (
    Figure,
    Rater,
    Rules,
    Shown,
    answered,
    counted_groups,
    decide,
    fits,
    parted,
)
from leadline.web.results.isolation import Cell, isolated

ITEMS = {"clarity": ("clarity_1", "clarity_2"), "focus": ("focus_1",), "care": ("care_1", "care_2")}
FACTORS = {"talk": ("clarity", "focus"), "heart": ("care",)}
RULES = Rules({"peer": 3, "report": 3, "stakeholder": 3}, 4, 5, items=ITEMS, competencies=FACTORS)
NAMES = ["overall", *(f"factor:{f}" for f in FACTORS), *(f"competency:{c}" for c in ITEMS)]
ALL_ITEMS = [item for items in ITEMS.values() for item in items]


@st.composite
def raters(draw: st.DrawFn, most: int = 7) -> list[Rater]:
    groups = draw(
        st.lists(
            st.sampled_from(["self", "manager", "peer", "report", "stakeholder"]), min_size=0, max_size=most
        )
    )
    return [
        Rater(f"r{n}", "1", group, frozenset(draw(st.sets(st.sampled_from(ALL_ITEMS)))))
        for n, group in enumerate(groups)
    ]


def _rank(matrix: list[list[Fraction]]) -> int:
    matrix, rank = [row[:] for row in matrix], 0
    for column in range(len(matrix[0]) if matrix else 0):
        pivot = next((n for n in range(rank, len(matrix)) if matrix[n][column]), None)
        if pivot is None:
            continue
        matrix[rank], matrix[pivot] = matrix[pivot], matrix[rank]
        for n in range(len(matrix)):
            if n != rank and matrix[n][column]:
                factor = matrix[n][column] / matrix[rank][column]
                matrix[n] = [a - factor * b for a, b in zip(matrix[n], matrix[rank], strict=True)]
        rank += 1
    return rank


def attack(rows: list[frozenset[Cell]], least: dict[str, int]) -> set[frozenset[str]]:
    """Every set of people, fewer than their least number, about all of whom one thing can be worked out.

    By brute force and in exact fractions: an oracle that shares nothing with the engine.
    """
    cells = sorted({cell for row in rows for cell in row})
    people = sorted({cell.person for cell in cells})
    matrix = [[Fraction(cell in row) for cell in cells] for row in rows]
    whole = _rank(matrix)

    def within(few: frozenset[str]) -> int:
        keep = [n for n, cell in enumerate(cells) if cell.person not in few]
        return whole - _rank([[row[n] for n in keep] for row in matrix])

    found = set()
    for size in range(1, max(least.values(), default=1)):
        for few in map(frozenset, combinations(people, size)):
            if len(few) < max(least[one] for one in few):
                free = within(few)
                if free and all(within(few - {one}) < free for one in few):
                    found.add(few)
    return found


def rows_of(figures: tuple[Figure, ...], given_raters: list[Rater]) -> list[frozenset[Cell]]:
    return [figure.cells(answered(given_raters, RULES)) for figure in figures]


def least_of(*sheets: list[Rater]) -> dict[str, int]:
    return {rater.person: RULES.of(rater.group) for sheet in sheets for rater in sheet}


@given(raters(), st.sets(st.sampled_from(NAMES)))
@settings(deadline=None, max_examples=150)
def test_nothing_that_is_shown_can_be_subtracted_to_fewer_than_the_least_number(
    sheet: list[Rater], offered: set[str]
) -> None:
    figures = decide(sheet, RULES, offered)
    assert attack(rows_of(figures, sheet), least_of(sheet)) == set()


@given(raters(), raters(4), st.data())
@settings(deadline=None, max_examples=150)
def test_nor_over_a_history_of_late_taken_back_and_changed_answers(
    first: list[Rater], late: list[Rater], data: st.DataObject
) -> None:
    before = Shown(decide(first, RULES, NAMES), tuple(first))
    kept = [rater for rater in first if data.draw(st.integers(0, 3))]
    changed = [replace(rater, mark=data.draw(st.sampled_from(["1", "2"]))) for rater in kept]
    second = changed + [replace(rater, person=f"late {rater.person}") for rater in late]
    after = Shown(decide(second, RULES, NAMES), tuple(second))
    seen = (before, after) if fits(after, [before], RULES) else (before,)
    rows = [row for one in seen for row in rows_of(one.figures, list(one.raters))]
    assert attack(rows, least_of(first, second)) == set()


@given(raters())
@settings(deadline=None)
def test_every_figure_has_its_least_number_on_every_item(sheet: list[Rater]) -> None:
    for figure in decide(sheet, RULES, NAMES):
        if ":" not in figure.name or figure.name.startswith("factor"):
            continue
        own = [r for r in sheet if r.group in figure.groups]
        needed = (
            RULES.everybody
            if figure.name.startswith("competency")
            else max(RULES.of(group) for group in figure.groups)
        )
        for item in ITEMS[figure.competencies[0]]:
            n = sum(item in rater.items for rater in own)
            assert n == 0 or n >= needed


@given(raters())
@settings(deadline=None)
def test_a_group_that_is_never_named_and_never_merged_was_empty_or_nobody_was_told_apart(
    sheet: list[Rater],
) -> None:
    counted = [rater for rater in sheet if rater.group != "self"]
    for competency, items in ITEMS.items():
        parts = parted(counted, competency, RULES, counted_groups(counted, RULES))
        there = {rater.group for rater in counted if not rater.items.isdisjoint(items)}
        assert not parts or COLLEAGUES in parts or set(parts) == there


@given(raters())
@settings(deadline=None)
def test_the_groups_of_a_competency_leave_nobody_out(sheet: list[Rater]) -> None:
    counted = [rater for rater in sheet if rater.group != "self"]
    for competency, items in ITEMS.items():
        parts = parted(counted, competency, RULES, counted_groups(counted, RULES))
        if parts:
            there = {r.group for r in counted if not r.items.isdisjoint(items)}
            assert frozenset().union(*parts.values()) == there


@given(
    st.dictionaries(st.sampled_from(["self", "manager", "peer", "report", "stakeholder"]), st.integers(0, 8))
)
def test_comments_of_a_group_have_five_writers_or_are_among_colleagues(writers: dict[str, int]) -> None:
    under = comment_groups(writers, RULES, writers)
    for label in set(under.values()) - {"manager"}:
        assert sum(writers[group] for group, one in under.items() if one == label) >= RULES.comments
    assert "self" not in under


def test_the_classical_tracker_is_found() -> None:
    """Denning, Denning and Schwartz (1979): two padded totals, each large enough, less one another."""
    people = "abcdefgh"
    cells = {name: Cell(name, "", "salary") for name in people}
    total, tracker = set(cells.values()), {cells[n] for n in "abcdefg"}
    assert isolated([total], dict.fromkeys(people, 3)) is None
    assert isolated([total, tracker], dict.fromkeys(people, 3)) == {"h"}


def test_three_releases_that_are_pairwise_safe_are_refused_when_together_they_are_not() -> None:
    """a+b+c+d, c+d+e+f and a+b+e+f+g: pairwise three or more apart; two less the third leave 2c + 2d - g."""
    people = "abcdefg"
    rows = [{Cell(n, "", "x") for n in text} for text in ("abcd", "cdef", "abefg")]
    least = dict.fromkeys(people, 4)
    for pair in combinations(rows, 2):
        assert isolated(list(pair), least) is None
    assert isolated(rows, least) in ({"c", "d", "g"}, {"a", "b", "g"}, {"e", "f", "g"})


def test_one_late_answer_keeps_the_figures_that_were_seen() -> None:
    sheet = [Rater(f"p{n}", "1", "peer", frozenset(ALL_ITEMS)) for n in range(5)]
    before = Shown(decide(sheet, RULES, NAMES), tuple(sheet))
    for n_late, fine in ((1, False), (2, False), (3, True)):
        more = [*sheet, *(Rater(f"late{n}", "1", "peer", frozenset(ALL_ITEMS)) for n in range(n_late))]
        assert fits(Shown(decide(more, RULES, NAMES), tuple(more)), [before], RULES) is fine


def test_a_changed_answer_is_no_longer_the_same_answer() -> None:
    sheet = [Rater(f"p{n}", "1", "peer", frozenset(ALL_ITEMS)) for n in range(6)]
    before = Shown(decide(sheet, RULES, NAMES), tuple(sheet))
    again = [replace(rater, mark="2") if rater.person == "p0" else rater for rater in sheet]
    assert not fits(Shown(decide(again, RULES, NAMES), tuple(again)), [before], RULES)
    assert fits(Shown(decide(sheet, RULES, NAMES), tuple(sheet)), [before], RULES)


def test_a_competency_that_few_rated_does_not_come_out_of_its_factor() -> None:
    sheet = [Rater(f"p{n}", "1", "peer", frozenset({"clarity_1", "clarity_2", "care_1"})) for n in range(6)]
    sheet[0] = replace(sheet[0], items=frozenset(ALL_ITEMS))
    names = {figure.name for figure in decide(sheet, RULES, NAMES)}
    assert not {"factor:talk", "competency:clarity"} <= names

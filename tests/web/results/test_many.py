"""Pages on everybody in a cycle of thousands: a page at a time, and nothing that grows with their square."""

from __future__ import annotations

import csv
from collections.abc import Callable
from itertools import combinations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web.cast import World
from tests.web.sheets import figures_of, result, tables

from leadline.web.cycles.models import Participant
from leadline.web.look import listing
from leadline.web.results.access import briefs, results
from leadline.web.results.fairness import overlaps
from leadline.web.results.models import Result

Visit = Callable[[str], Client]
SPANS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), max_size=20)


def ranking(world: World, more: str = "") -> str:
    return f"/results/cycles/{world.things['cycle_review'].pk}/ranking/{more}"


def many(world: World, n: int) -> list[str]:
    """That many more ratees, with places behind one another; their names."""
    cycle, run = world.things["cycle_review"], world.things["run"]
    like = figures_of(run.results.get(participant__name="Ravi Rao"))
    names = [f"Person {number:03}" for number in range(n)]
    for place, name in enumerate(names):
        own = Participant.objects.create(cycle=cycle, name=name)
        rank = {**like["sheet"]["rank"], "rank": 100 + place}
        figures = {**like, "sheet": {**like["sheet"], "rank": rank}}
        result(run, own, figures)
    return names


@settings(deadline=None)
@given(SPANS)
def test_intervals_that_overlap_are_counted_as_pair_by_pair(spans: list[tuple[int, int]]) -> None:
    found = [(float(lower), float(lower + width)) for lower, width in spans]
    assert overlaps(found) == sum(a[0] <= b[1] and b[0] <= a[1] for a, b in combinations(found, 2))


def test_a_ranking_is_read_a_page_at_a_time_in_order_and_exported_whole(
    world: World, as_visitor: Visit
) -> None:
    names, client = many(world, 120), as_visitor("analytics")
    pages = [client.get(ranking(world, f"?page={number}")) for number in (1, 2, 3)]
    shown = [row["row"].name for page in pages for row in page.context["ranked"]]
    assert [len(page.context["ranked"]) for page in pages[:2]] == [listing.PER_PAGE] * 2
    assert [name for name in shown if name in names] == names
    rows = list(csv.reader(client.get(ranking(world, "?export=csv")).content.decode().splitlines()))
    assert [row[0] for row in rows[1:]] == shown


def test_who_opens_one_page_of_a_ranking_has_seen_everybodys_place(world: World, as_visitor: Visit) -> None:
    many(world, 60)
    as_visitor("analytics").get(ranking(world))
    assert not results(world.things["cycle_review"]).filter(shown=False).exists()


def test_a_result_in_brief_is_what_its_sheet_says(world: World) -> None:
    rows = results(world.things["cycle_review"])
    sheets = {row.participant_id: figures_of(row)["sheet"] for row in rows}
    for one in briefs(rows):
        sheet = sheets[one.participant_id]
        assert (one.overall, one.rank, one.partial) == (
            sheet["overall"],
            sheet["rank"],
            bool(sheet["partial"]),
        )


def test_a_later_page_of_a_list_goes_on_where_the_one_before_ended(world: World, as_visitor: Visit) -> None:
    many(world, 120)
    client, cycle = as_visitor("analytics"), world.things["cycle_review"]
    for path in (f"/results/cycles/{cycle.pk}/", f"/cycles/{cycle.pk}/ratees/"):
        pages = [
            client.get(f"{path}?sort=-name&page={number}").context["listing"].rows for number in (1, 2, 3)
        ]
        names = [row.name for rows in pages for row in rows]
        assert names == sorted(names, reverse=True)
        assert len(names) == cycle.participants.count()


def test_teams_beside_each_other_are_a_page_at_a_time_and_exported_whole(
    world: World, as_visitor: Visit
) -> None:
    client, run = as_visitor("analytics"), world.things["run"]
    figure = {"mean": 50.0, "lower": 40.0, "upper": 60.0, "n": 9}
    teams = {f"team:Team {number:03}": figure for number in range(120)}
    tables(run, overview={"overall": {"everybody": figure, **teams}})
    path = f"/results/cycles/{world.things['cycle_review'].pk}/overview/"
    pages = [client.get(f"{path}?page={number}").context["teams"] for number in (1, 2, 3)]
    names = [f"Team {number:03}" for number in range(120)]
    assert [team for page in pages for team in page] == names
    assert set(names) <= set(client.get(f"{path}?export=csv").content.decode().splitlines()[0].split(","))


def test_results_of_many_are_written_by_values_not_by_arrays_whose_quotation_marks_are_escaped(
    world: World,
) -> None:
    run = world.things["run"]
    figures = {"sheet": {"note": 'says "no"'}}  # as they are once the cycle is sealed
    people = [Participant.objects.create(cycle=run.cycle, name=name) for name in ("Kim", "Lee")]
    with CaptureQueriesContext(connection) as written:
        Result.objects.bulk_create([Result(run=run, participant=one, figures=figures) for one in people])
    assert [
        query["sql"].count("UNNEST") for query in written.captured_queries if "INSERT" in query["sql"]
    ] == [0]
    assert [Result.objects.get(run=run, participant=one).figures for one in people] == [figures, figures]

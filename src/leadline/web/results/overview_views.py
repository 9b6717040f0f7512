"""The management view: everybody together, and a ranking where the purpose allows one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from leadline.web.accounts.access import Request, require
from leadline.web.cycles.access import RUNNERS
from leadline.web.look.listing import Pages, csv_response
from leadline.web.look.templatetags.look import language, text
from leadline.web.results import access
from leadline.web.results.access import Brief
from leadline.web.results.overview import EVERYBODY, TEAM, constructs
from leadline.web.results.presenting import DASH, Row, Score, chance, chart, score_of, whole
from leadline.web.results.sheets import framework_of
from leadline.web.results.showing import opened_all, opened_overview
from leadline.workflows import COLLEAGUES, Framework


@require(*access.OVERSEERS)
@require_GET
def overview(request: Request, cycle_id: UUID) -> HttpResponse:
    """Means of everybody and by team."""
    cycle = access.overseen(request.actor, cycle_id)
    how = "csv" if request.GET.get("export") == "csv" else "page"
    run = opened_overview(request.actor, cycle, how)
    framework = framework_of(cycle)
    found: Mapping[str, Any] = run.tables["overview"]
    rows = [(row, _by_team(found.get(name, {}))) for name, row in _rows(framework, found)]
    teams = sorted({team for _, by_team in rows for team in by_team}, key=lambda t: (t == COLLEAGUES, t))
    if how == "csv":
        return _overview_csv(rows, teams)
    listing = Pages(request, teams)
    titles = {team: team_title(team) for team in listing.rows}
    context = {
        "cycle": cycle,
        "run": run,
        "rows": [
            (row, [(title, by_team.get(team)) for team, title in titles.items()]) for row, by_team in rows
        ],
        "listing": listing,
        "n": found.get("overall", {}).get(EVERYBODY, {}).get("n"),
        "teams": list(titles.values()),
        "chart": chart(run, [row for row, _ in rows]),
        "notices": run.tables["notices"].get(language(), []),
        "least": framework.disclosure.all,
        "level": f"{framework.level:.0%}",
        "ranks": cycle.purpose == "selection" and request.actor.has(*RUNNERS),
    }
    return render(request, "results/overview.html", context)


def _rows(framework: Framework, found: Mapping[str, Any]) -> list[tuple[str, Row]]:
    spoken = language()
    titles = {f"factor:{one.id}": one.title[spoken] for one in framework.factors}
    titles |= {f"competency:{one.id}": one.title[spoken] for one in framework.competencies}
    expected = {f"competency:{one.id}": one.expectation for one in framework.competencies}
    asked = {f"competency:{one.id}" for one in framework.competencies if framework.items_of(one.id)}
    asked |= {"overall", *(f"factor:{one.id}" for one in framework.factors)}
    return [
        (
            name,
            Row(
                name,
                titles.get(name) or text("results.overall"),
                score_of(found.get(name, {}).get(EVERYBODY), "mean"),
                expected.get(name),
            ),
        )
        for name in constructs(framework)
        if name in asked
    ]


def _by_team(found: Mapping[str, Any]) -> dict[str, Score | None]:
    return {team: score_of(one, "mean") for team, one in found.items() if team != EVERYBODY}


def team_title(team: str) -> str:
    """A team's name; small teams together; people without one."""
    name = team.removeprefix(TEAM)
    if team == COLLEAGUES:
        return text("results.other_teams")
    return name or text("results.no_team")


def _overview_csv(rows: list[tuple[Row, dict[str, Score | None]]], teams: list[str]) -> HttpResponse:
    heads = [text(f"results.columns.{name}") for name in ("construct", "mean", "lower", "upper", "expected")]

    def cells(score: Score | None) -> list[object]:
        return [round(v, 1) for v in (score.value, score.lower, score.upper)] if score else ["", "", ""]

    lines = (
        [
            row.title,
            *cells(row.score),
            row.expected,
            *(cells(by_team.get(team))[0] for team in teams),
        ]
        for row, by_team in rows
    )
    return csv_response("overview", [*heads, *map(team_title, teams)], lines)


@require(*RUNNERS)
@require_GET
def ranking(request: Request, cycle_id: UUID) -> HttpResponse:
    """Everybody in order, with how sure the order is: in a selection only."""
    cycle = access.ranked(request.actor, cycle_id)
    as_csv = request.GET.get("export") == "csv"
    found = opened_all(request.actor, cycle, "ranking_csv" if as_csv else "ranking")
    ranked = sorted((row for row in found if row.rank and row.overall), key=_place)
    if as_csv:
        return _ranking_csv(ranked)
    run = access.counting(cycle)
    listing = Pages(request, ranked)
    shown = [Row("", row.name, score_of(row.overall)) for row in listing.rows]
    context = {
        "cycle": cycle,
        "listing": listing,
        "ranked": list(map(_placed, listing.rows)),
        "unranked": [row for row in found if not (row.rank and row.overall)],
        "chart": chart(run, shown) if run else "",
        "level": f"{run.tables['level']:.0%}" if run and found else "",
    }
    return render(request, "results/ranking.html", context)


def _place(row: Brief) -> float:
    return row.rank["rank"] if row.rank else 0.0


def _placed(row: Brief) -> dict[str, Any]:
    rank = row.rank or {}
    return {
        "row": row,
        "score": score_of(row.overall),
        "rank": int(rank["rank"]),
        "places": _range(whole(rank["rank_lower"]), whole(rank["rank_upper"])),
        "best": chance(rank["p_best"] or 0.0),
    }


def _ranking_csv(ranked: Sequence[Brief]) -> HttpResponse:
    heads = ("ratee", "team", "score", "lower", "upper", "place", "places", "best")
    lines = (
        [
            row.name,
            row.team,
            *(round(v, 1) for v in (one["score"].value, one["score"].lower, one["score"].upper)),
            one["rank"],
            one["places"],
            one["best"],
        ]
        for row, one in zip(ranked, map(_placed, ranked), strict=True)
    )
    return csv_response("ranking", [text(f"results.columns.{head}") for head in heads], lines)


def _range(first: str, last: str) -> str:
    return first if first == last else f"{first}{DASH}{last}"

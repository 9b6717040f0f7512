"""Addresses of the app, and what of it is in the navigation."""

from __future__ import annotations

from django.urls import path

from leadline.web.look.navigation import Entry
from leadline.web.results import (
    correction_views,
    cycle_views,
    desk_views,
    overview_views,
    release_views,
    views,
)
from leadline.web.results.access import OVERSEERS

app_name = "results"
NAVIGATION: tuple[Entry, ...] = (
    Entry(30, "results:mine", "results.title", "chart-dots", covers=("results:result",)),
    Entry(
        35,
        "results:cycles",
        "results.cycles",
        "eye",
        OVERSEERS,
        covers=tuple(
            f"results:{name}"
            for name in ("cycle", "desk", "release", "compare", "overview", "ranking", "wrong")
        ),
    ),
)
urlpatterns = [
    path("", views.mine, name="mine"),
    path("of/<uuid:participant_id>/", views.result, name="result"),
    path("of/<uuid:participant_id>/results.csv", views.result_csv, name="result_csv"),
    path("of/<uuid:participant_id>/results.json", views.result_json, name="result_json"),
    path("of/<uuid:participant_id>/contest/", views.contest, name="contest"),
    path("of/<uuid:participant_id>/wrong/", correction_views.wrong, name="wrong"),
    path("of/<uuid:participant_id>/wrong/<slug:deed>/", correction_views.correct, name="correct"),
    path("of/<uuid:participant_id>/take-back/", cycle_views.take_back, name="take_back"),
    path("of/<uuid:participant_id>/give/", cycle_views.give, name="give"),
    path("contests/<uuid:contest_id>/answer/", cycle_views.answer, name="answer"),
    path("comments/<uuid:comment_id>/", desk_views.decide, name="comment"),
    path("runs/<uuid:run_id>/", cycle_views.progress, name="run"),
    path("runs/<uuid:run_id>/retry/", cycle_views.retry, name="retry"),
    path("cycles/", cycle_views.cycles, name="cycles"),
    path("cycles/<uuid:cycle_id>/", cycle_views.cycle, name="cycle"),
    path("cycles/<uuid:cycle_id>/rescore/", cycle_views.rescore, name="rescore"),
    path("cycles/<uuid:cycle_id>/seal/", cycle_views.seal, name="seal"),
    path("cycles/<uuid:cycle_id>/compare/", cycle_views.compare, name="compare"),
    path("cycles/<uuid:cycle_id>/comments/", desk_views.desk, name="desk"),
    path("cycles/<uuid:cycle_id>/release/", release_views.release, name="release"),
    path("cycles/<uuid:cycle_id>/overview/", overview_views.overview, name="overview"),
    path("cycles/<uuid:cycle_id>/ranking/", overview_views.ranking, name="ranking"),
]

"""Addresses of the app, and what of it is in the navigation."""

from __future__ import annotations

from django.urls import path

from leadline.web.cycles import job_views, owing_views, own_views, panel_views, plan_views, views
from leadline.web.cycles.access import RUNNERS
from leadline.web.look.navigation import Entry

app_name = "cycles"
RUN = (
    "new",
    "cycle",
    "step",
    "mail",
    "reopen",
    "ratees",
    "ratee",
    "owing",
    "extend",
    "changes",
    "job",
)
NAVIGATION: tuple[Entry, ...] = (
    Entry(20, "cycles:mine", "cycles.mine.title", "user", covers=("cycles:participation",)),
    Entry(
        40,
        "cycles:list",
        "cycles.title",
        "calendar-event",
        RUNNERS,
        covers=tuple(f"cycles:{name}" for name in RUN),
    ),
)
urlpatterns = [
    path("", views.cycles, name="list"),
    path("new/", plan_views.new, name="new"),
    path("mine/", own_views.mine, name="mine"),
    path("mine/<uuid:participant_id>/", own_views.participation, name="participation"),
    path("mine/<uuid:participant_id>/<slug:deed>/", own_views.nominate, name="nominate"),
    path("link/<str:token>/renew/", own_views.renew, name="renew"),
    path("ratees/<uuid:participant_id>/", panel_views.ratee, name="ratee"),
    path("ratees/<uuid:participant_id>/<slug:deed>/", panel_views.change_panel, name="change_panel"),
    path("jobs/<uuid:job_id>/", job_views.job, name="job"),
    path("jobs/<uuid:job_id>/retry/", job_views.retry, name="retry"),
    path("<uuid:cycle_id>/", views.cycle, name="cycle"),
    path("<uuid:cycle_id>/do/<slug:name>/", views.do, name="do"),
    path("<uuid:cycle_id>/prepare/", plan_views.resume, name="resume"),
    path("<uuid:cycle_id>/prepare/<slug:name>/", plan_views.step, name="step"),
    path("<uuid:cycle_id>/mails/<slug:kind>/<slug:spoken>/", plan_views.mail, name="mail"),
    path("<uuid:cycle_id>/reopen/", views.reopen, name="reopen"),
    path("<uuid:cycle_id>/ratees/", views.ratees, name="ratees"),
    path("<uuid:cycle_id>/owing/", owing_views.owing, name="owing"),
    path("<uuid:cycle_id>/remind/", owing_views.remind, name="remind"),
    path("<uuid:cycle_id>/remind/<uuid:rater_id>/", owing_views.remind_one, name="remind_one"),
    path("<uuid:cycle_id>/extend/<uuid:rater_id>/", owing_views.extend, name="extend"),
    path("<uuid:cycle_id>/changes/", views.changes, name="changes"),
    path("<uuid:cycle_id>/late/", panel_views.add_late, name="add_late"),
]

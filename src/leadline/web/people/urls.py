"""Addresses of the app, and what of it is in the navigation."""

from __future__ import annotations

from django.urls import path

from leadline.web.look.navigation import Entry
from leadline.web.people import address_views, import_views, request_views, views
from leadline.web.people.access import KEEPERS

app_name = "people"
NAVIGATION: tuple[Entry, ...] = (Entry(50, "people:list", "people.title", "users", KEEPERS),)
urlpatterns = [
    path("", views.people, name="list"),
    path("add/", views.add, name="add"),
    path("teams/", views.teams, name="teams"),
    path("imports/", import_views.imports, name="imports"),
    path("imports/new/", import_views.new, name="import_new"),
    path("imports/template.csv", import_views.template, name="import_template"),
    path("imports/<uuid:import_id>/", import_views.one, name="import"),
    path("imports/<uuid:import_id>/apply/", import_views.make, name="import_apply"),
    path("imports/<uuid:import_id>/read/", import_views.read, name="import_read"),
    path("imports/<uuid:import_id>/faults.csv", import_views.faults, name="import_faults"),
    path("imports/<uuid:import_id>/undo/", import_views.take_back, name="import_undo"),
    path("requests/", request_views.requests, name="requests"),
    path("requests/ask/", request_views.ask, name="ask"),
    path("requests/<uuid:request_id>/", request_views.one, name="request"),
    path("requests/<uuid:request_id>/answer/", request_views.answer, name="answer"),
    path("requests/<uuid:request_id>/withdraw/", request_views.withdraw, name="withdraw"),
    path("<uuid:person_id>/", views.person, name="person"),
    path("<uuid:person_id>/edit/", views.edit, name="edit"),
    path("<uuid:person_id>/leave/", views.leaving, name="leave"),
    path("<uuid:person_id>/ask/", address_views.ask_again, name="ask_again"),
    path("<uuid:person_id>/fresh/", address_views.fresh, name="fresh"),
    path("<uuid:person_id>/address/<str:token>/", address_views.confirm, name="confirm"),
]

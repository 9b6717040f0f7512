"""Addresses of the app, and what of it is in the navigation."""

from __future__ import annotations

from django.urls import path

from leadline.web.catalogue import own_views, views
from leadline.web.look.navigation import Entry

app_name = "catalogue"
NAVIGATION: tuple[Entry, ...] = (Entry(60, "catalogue:list", "catalogue.title", "books", views.READERS),)
urlpatterns = [
    path("", views.frameworks, name="list"),
    path("compare/", views.compare, name="compare"),
    path("own/new/", own_views.new, name="own_new"),
    path("own/<uuid:framework_id>/", own_views.own, name="own"),
    path("own/<uuid:framework_id>/words/<slug:competency>/", own_views.wording, name="own_words"),
    path("own/<uuid:framework_id>/preview/", own_views.preview, name="own_preview"),
    path("own/<uuid:framework_id>/changes/", own_views.changes, name="own_changes"),
    path("own/<uuid:framework_id>/publish/", own_views.release, name="own_publish"),
    path("own/<uuid:framework_id>/next/", own_views.another, name="own_next"),
    path("own/<uuid:framework_id>/discard/", own_views.remove, name="own_discard"),
    path("<str:reference>/", views.one, name="framework"),
    path("<str:reference>/preview/", views.preview, name="preview"),
]

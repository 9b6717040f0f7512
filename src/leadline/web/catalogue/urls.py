"""Addresses of the app, and what of it is in the navigation."""

from __future__ import annotations

from django.urls import path

from leadline.web.catalogue import views
from leadline.web.look.navigation import Entry

app_name = "catalogue"
NAVIGATION: tuple[Entry, ...] = (Entry(60, "catalogue:list", "catalogue.title", "books", views.READERS),)
urlpatterns = [
    path("", views.frameworks, name="list"),
    path("compare/", views.compare, name="compare"),
    path("<str:reference>/", views.one, name="framework"),
    path("<str:reference>/preview/", views.preview, name="preview"),
]

"""Addresses of the app, and what of it is in the navigation."""

from __future__ import annotations

from django.urls import URLPattern

from leadline.web.look.navigation import Entry

app_name = "people"
NAVIGATION: tuple[Entry, ...] = ()
urlpatterns: list[URLPattern] = []

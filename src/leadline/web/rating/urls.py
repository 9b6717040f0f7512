"""Addresses of the app, and what of it is in the navigation."""

from __future__ import annotations

from leadline.web.look.navigation import Entry
from leadline.web.rating import form_views, views
from leadline.web.rating.doors import both

app_name = "rating"
NAVIGATION: tuple[Entry, ...] = (Entry(10, "rating:queue", "rating.title", "clipboard-list"),)
ONE = "<uuid:assignment_id>/"
urlpatterns = [
    *both("", views.queue, "queue"),
    *both(ONE, views.begin, "begin"),
    *both(f"{ONE}review/", views.review, "review"),
    *both(f"{ONE}submit/", views.submit, "submit"),
    *both(f"{ONE}receipt/", views.receipt, "receipt"),
    *both(f"{ONE}take-back/", views.take_back, "take_back"),
    *both(f"{ONE}form/<slug:competency>/", form_views.form, "form"),
    *both(f"{ONE}form/<slug:competency>/save/", form_views.autosave, "autosave"),
]

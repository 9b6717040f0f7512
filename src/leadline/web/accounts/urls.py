"""Addresses of the app, and what of it is in the navigation."""

from __future__ import annotations

from django.urls import path

from leadline.web.accounts import entering, views
from leadline.web.look.navigation import Entry

app_name = "accounts"
NAVIGATION: tuple[Entry, ...] = (
    Entry(
        80,
        "accounts:members",
        "accounts.members",
        "user-plus",
        ("operator", "analytics"),
        ("accounts:invite", "accounts:grant"),
    ),
    Entry(85, "accounts:organisation", "accounts.organisation", "building", ("operator",), ("setup_mail",)),
)
urlpatterns = [
    path("", views.profile, name="profile"),
    path("organisation/", views.organisation, name="organisation"),
    path("members/", views.members, name="members"),
    path("members/invite/", views.invite_member, name="invite"),
    path("members/<uuid:user_id>/", views.grant, name="grant"),
    path("invitations/<uuid:invitation_id>/withdraw/", views.withdraw, name="withdraw"),
    path("kept/<uuid:kept_id>/", views.kept, name="kept"),
    path("link/", entering.ask, name="ask"),
    path("enter/<uuid:user_id>/<str:token>/", entering.enter, name="enter"),
    path("join/<str:token>/", entering.join, name="accept"),
]

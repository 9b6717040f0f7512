"""All addresses."""

from __future__ import annotations

from allauth.account import views as allauth
from django.urls import include, path, re_path

from leadline.web.accounts import limits
from leadline.web.look.navigation import Entry
from leadline.web.project import auditing, demo, erasure, home, retention, rights, setup

NAVIGATION: tuple[Entry, ...] = (
    Entry(0, "home", "project.home", "home", covers=("home",)),
    Entry(90, "audit", "project.audit_page.title", "shield-check", auditing.READERS, covers=("audit",)),
)
urlpatterns = [
    path("", home.home, name="home"),
    path("language/", home.speak, name="language"),
    path("demo/", demo.welcome, name="demo"),
    path("demo/as/", demo.act_as, name="act_as"),
    path("setup/", setup.start, name="setup"),
    path("setup/mail/", setup.mail, name="setup_mail"),
    path("sign-in/", allauth.login, name="account_login"),
    path("sign-out/", allauth.logout, name="account_logout"),
    path("password/forgotten/", limits.ResetView.as_view(), name="account_reset_password"),
    path("password/forgotten/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/new/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("account/audit/", auditing.page, name="audit"),
    path("account/audit/verify/", auditing.check, name="verify"),
    path("account/data/", rights.page, name="my_data"),
    path("account/data/archive/", rights.archive, name="my_archive"),
    path("account/retention/", retention.page, name="retention"),
    path("account/", include("leadline.web.accounts.urls")),
    path("people/<uuid:person_id>/erase/", erasure.page, name="erase"),
    path("people/", include("leadline.web.people.urls")),
    path("frameworks/", include("leadline.web.catalogue.urls")),
    path("cycles/", include("leadline.web.cycles.urls")),
    path("rate/", include("leadline.web.rating.urls")),
    path("results/", include("leadline.web.results.urls")),
]

handler400 = "leadline.web.project.failures.bad_request"
handler403 = "leadline.web.project.failures.denied"
handler404 = "leadline.web.project.failures.not_found"
handler429 = "leadline.web.project.failures.too_many"  # allauth's
handler500 = "leadline.web.project.failures.broken"

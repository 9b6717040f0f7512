"""The home page: what each role finds there, and nothing that is not theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.web.cast import World

from leadline.web.accounts.models import Membership, Organisation, User

Visit = Callable[[str], Client]


def test_who_runs_cycles_sees_those_underway_with_what_comes_next(world: World, as_visitor: Visit) -> None:
    page = as_visitor("analytics").get("/")
    states = {cycle.state for cycle in page.context["underway"]}
    assert "running" in states
    assert states.isdisjoint({"released", "sealed", "cancelled"})
    assert as_visitor("operator").get("/").context["underway"] == []


@pytest.mark.parametrize(
    ("visitor", "place"),
    [("coach", "/results/"), ("analyst", "/results/cycles/"), ("auditor", "/account/audit/")],
)
def test_a_grant_leads_to_where_it_is_used(world: World, as_visitor: Visit, visitor: str, place: str) -> None:
    page = as_visitor(visitor).get("/").content.decode()
    assert f'class="waiting" href="{place}"' in page


def test_a_rater_finds_whom_to_rate(world: World, as_visitor: Visit) -> None:
    page = as_visitor("rater").get("/").content.decode()
    assert 'class="waiting" href="/rate/"' in page


def test_an_organisation_without_a_cycle_is_told_where_to_start(db: None) -> None:
    own = Organisation.objects.create(name="New", language="en", time_zone="UTC")
    user = User.objects.create_user("nora@new.example", name="Nora New")
    Membership.objects.create(user=user, organisation=own, roles=["analytics"])
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert [step.url for step in client.get("/").context["steps"]] == [
        "people:imports",
        "catalogue:list",
        "cycles:new",
    ]

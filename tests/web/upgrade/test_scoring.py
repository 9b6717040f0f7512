"""The scorer makes of the running cycle what the release's scorer made of the same sheets."""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.upgrade.conftest import Upgraded
from tests.web.upgrade.loading import HERE

from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import Membership
from leadline.web.cycles import closing
from leadline.web.cycles.models import Cycle
from leadline.web.results import runs, scoring

ROUNDED = 1.5e-4
"""Figures are stored with four digits; another order of raters may round the last differently."""
DRAWN = re.compile(r"^\.figures\.(overall|factors\.\w+)\.(lower|upper|se)$")
CHANCE = 0.35
"""Of what comes from 4,000 random draws: in the release, another order of pseudonyms moved it by .20."""


def values(found: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a document with its place."""
    if isinstance(found, dict):
        for name, value in found.items():
            yield from values(value, f"{at}.{name}")
    elif isinstance(found, list):
        for place, value in enumerate(found):
            yield from values(value, f"{at}.{place}")
    else:
        yield at, found


def test_the_running_cycle_is_scored_as_the_release_would_have(moved: Upgraded) -> None:
    """Zoe's two sheets, whose assignments are gone, are of two raters: so they are in what is expected."""
    expected = json.loads(lzma.decompress((HERE / "scored.json.xz").read_bytes()))["results"]
    ana = Membership.objects.select_related("user", "organisation").get(user__email="ana@northwind.example")
    cycle = Cycle.objects.get(state="running")
    cycle = closing.close(cycle, Actor(ana.user, ana.organisation, frozenset(ana.roles), ""))
    scoring.run(runs.start(cycle, ana.organisation))
    client = Client()
    client.force_login(ana.user, backend="django.contrib.auth.backends.ModelBackend")
    for participant, known in expected.items():
        told = client.get(reverse("results:result_json", kwargs={"participant_id": participant})).json()
        before = dict(
            values({"figures": known["sheet"], "groups": known["groups"], "raters": known["raters"]})
        )
        now = dict(values({name: told[name] for name in ("figures", "groups", "raters")}))
        before.pop(".figures.rank", None)  # of everybody in the cycle, which is no one ratee's
        assert now.keys() == before.keys()
        assert [(at, one, now[at]) for at, one in before.items() if not _same(at, one, now[at])] == []


def _same(at: str, before: Any, now: Any) -> bool:
    if isinstance(before, float):
        return bool(now == pytest.approx(before, abs=CHANCE if DRAWN.match(at) else ROUNDED))
    return bool(before == now)

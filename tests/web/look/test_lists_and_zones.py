"""An empty list says why it is empty; time zones are named by their place and offered once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.web.cast import World

from leadline.web.accounts.forms import OrganisationForm
from leadline.web.cycles.models import Cycle
from leadline.web.look.forms import ZoneField
from leadline.web.look.zones import zones

Visit = Callable[[str], Client]
SEARCHED, NOTHING = "Nothing fits this search", "There is nothing here yet"


def test_an_empty_list_speaks_of_a_search_only_after_one(world: World, as_visitor: Visit) -> None:
    client = as_visitor("analytics")
    cycle = world.things["cycle_draft"]
    Cycle.objects.get(pk=cycle.pk).participants.all().delete()
    address = f"/cycles/{cycle.pk}/ratees/"
    for query, said, unsaid in (
        ("", NOTHING, SEARCHED),
        ("?sort=-name", NOTHING, SEARCHED),
        ("?q=nobody", SEARCHED, NOTHING),
    ):
        page = client.get(address + query).content.decode()
        assert (said in page, unsaid in page) == (True, False), query


@pytest.mark.parametrize(("language", "said"), [("en", "India Time"), ("zh", "印度时间")])
def test_zones_are_named_by_their_place_and_renamed_ones_are_offered_once(language: str, said: str) -> None:
    names = dict(zones("zh" if language == "zh" else "en"))
    assert names["Asia/Kolkata"] == said
    assert not {"Asia/Calcutta", "US/Eastern", "GB"} & set(names)
    assert len(names) < 430
    labels = list(names.values())
    assert labels[0] == "UTC"
    assert not any("/" in one for one in labels)


def test_a_zone_known_by_an_older_name_stays_while_it_is_chosen() -> None:
    form = OrganisationForm(initial={"time_zone": "US/Eastern"})
    assert '<option value="US/Eastern" selected>' in str(form["time_zone"])
    assert ZoneField().clean("US/Eastern") == "US/Eastern"
    assert 'data-also="Asia/Calcutta"' in str(form["time_zone"])
